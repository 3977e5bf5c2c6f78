import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { RecordingCheck } from '../../src-shared/index.ts';
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
  const faults: string[] = [];
  const manifest = await readManifest(folder).catch((error: Error) => {
    faults.push(error.message);
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
  return { name: path.basename(folder), ok: faults.length === 0, frames, faults: faults.slice(0, MAX_FAULTS) };
}

interface SegmentCheck {
  readonly frames: number;
  readonly lastS: number;
  readonly faults: readonly string[];
}

async function checkSegment({ image, mask }: RecordedSegment, afterS: number): Promise<SegmentCheck> {
  const faults: string[] = [];
  const header = await readChecked(image, faults);
  if (header === null) {
    return { frames: 0, lastS: afterS, faults };
  }
  let lastS = afterS;
  for (let index = 0; index < header.frames; index++) {
    const timeS = Number(header.fieldsOf(index).get('Timestamp'));
    if (!(timeS > lastS)) {
      faults.push(`${path.basename(image)}: frame ${index}: Timestamp ${timeS}: expected more than ${lastS}`);
    }
    lastS = timeS;
  }
  const masks = mask === null ? null : await readChecked(mask, faults);
  if (masks !== null && masks.frames !== header.frames) {
    faults.push(`${path.basename(masks.path)}: ${masks.frames} mask slots: expected ${header.frames}`);
  }
  return { frames: header.frames, lastS, faults };
}

/** Null when it is no header of a recording. */
async function readChecked(file: string, faults: string[]): Promise<SegmentHeader | null> {
  const name = path.basename(file);
  try {
    const header = await SegmentHeader.read(file);
    const bytes = (await stat(file.replace(/\.igs\.mhd$/, '.raw')).catch(() => null))?.size ?? 0;
    const expected = header.frames * header.frameBytes;
    if (!header.isClosed) {
      faults.push(`${name}: its header is not closed (${header.frames} whole frames); recover it`);
    } else if (header.field('DimSize') !== `${header.size.join(' ')} ${header.frames}`) {
      faults.push(`${name}: DimSize ${header.field('DimSize')}: expected ${header.size.join(' ')} ${header.frames}`);
    }
    if (bytes !== expected) {
      faults.push(`${name}: ${bytes} bytes of pixels: expected ${expected} (${header.frames} frames)`);
    }
    return header;
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function manifestFaults(manifest: Manifest, segments: readonly RecordedSegment[], frames: number): string[] {
  const faults: string[] = [];
  if (manifest.state === 'recording') {
    faults.push('the manifest says that it is still being made');
  }
  if (manifest.segments.length !== segments.length) {
    faults.push(`${segments.length} segments: expected ${manifest.segments.length} by the manifest`);
  }
  if (manifest.frames !== frames) {
    faults.push(`${frames} frames: expected ${manifest.frames} by the manifest`);
  }
  return faults;
}
