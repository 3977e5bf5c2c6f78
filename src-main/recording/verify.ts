import { stat } from 'node:fs/promises';
import path from 'node:path';
import { inEnglish, type RecordingCheck, reasonOf, type Saying, say, series } from '../../src-shared/index.ts';
import { listSegments, type RecordedSegment } from '../sequences/index.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './manifest-reader.ts';
import { SegmentHeader } from './segment-header.ts';

/** Faults listed; a ruined recording would fill the screen with more of the same. */
const MAX_FAULTS = 100;

/**
 * Holds a recording against itself: headers closed, as many pixels as frames, as many mask slots as frames, times
 * strictly increasing over all segments, the manifest's counts. Changes nothing.
 */
export async function verifyRecording(folder: string): Promise<RecordingCheck> {
  const faults: Saying[] = [];
  const manifest = await readManifest(folder).catch((error: unknown) => {
    faults.push(faultOf(error));
    return null;
  });
  let frames = 0;
  let lastS = Number.NEGATIVE_INFINITY;
  const segments = await listSegments(folder);
  for (const segment of segments) {
    const checked = await checkSegment(segment, lastS);
    frames += checked.frames;
    lastS = checked.lastS;
    faults.push(...checked.faults);
  }
  if (manifest !== null) {
    faults.push(...manifestFaults(manifest, segments, frames));
  }
  const listed = faults.slice(0, MAX_FAULTS);
  const said = listed.length === 0 ? null : series(';', listed);
  return { name: path.basename(folder), ok: said === null, frames, faults: listed.map(inEnglish), said };
}

function faultOf(error: unknown): Saying {
  const why = reasonOf(error);
  return typeof why === 'string' ? say('fault.unread', { why }) : why;
}

interface SegmentCheck {
  readonly frames: number;
  readonly lastS: number;
  readonly faults: readonly Saying[];
}

async function checkSegment({ image, mask }: RecordedSegment, afterS: number): Promise<SegmentCheck> {
  const faults: Saying[] = [];
  const header = await readChecked(image, faults);
  if (header === null) {
    return { frames: 0, lastS: afterS, faults };
  }
  let lastS = afterS;
  for (let index = 0; index < header.frames; index++) {
    const timeS = Number(header.fieldsOf(index).get('Timestamp'));
    if (!(timeS > lastS)) {
      faults.push(say('fault.time', { file: path.basename(image), frame: index, found: timeS, expected: lastS }));
    }
    lastS = timeS;
  }
  const masks = mask === null ? null : await readChecked(mask, faults);
  if (masks !== null && masks.frames !== header.frames) {
    faults.push(say('fault.masks', { file: path.basename(masks.path), found: masks.frames, expected: header.frames }));
  }
  return { frames: header.frames, lastS, faults };
}

/** Null when it is no header of a recording. */
async function readChecked(file: string, faults: Saying[]): Promise<SegmentHeader | null> {
  const name = path.basename(file);
  try {
    const header = await SegmentHeader.read(file);
    const bytes = (await stat(file.replace(/\.igs\.mhd$/, '.raw')).catch(() => null))?.size ?? 0;
    const expected = header.frames * header.frameBytes;
    if (!header.isClosed) {
      faults.push(say('fault.open', { file: name, frames: header.frames }));
    } else {
      const [found, whole] = [header.field('DimSize'), `${header.size.join(' ')} ${header.frames}`];
      if (found !== whole) faults.push(say('fault.size', { file: name, found: String(found), expected: whole }));
    }
    if (bytes !== expected) {
      faults.push(say('fault.pixels', { file: name, found: bytes, expected, frames: header.frames }));
    }
    return header;
  } catch (error) {
    faults.push(faultOf(error));
    return null;
  }
}

function manifestFaults(manifest: Manifest, segments: readonly RecordedSegment[], frames: number): Saying[] {
  const faults: Saying[] = [];
  if (manifest.state === 'recording') {
    faults.push(say('fault.in-the-making'));
  }
  if (manifest.segments.length !== segments.length) {
    faults.push(say('fault.segments', { found: segments.length, expected: manifest.segments.length }));
  }
  if (manifest.frames !== frames) {
    faults.push(say('fault.frames', { found: frames, expected: manifest.frames }));
  }
  return faults;
}
