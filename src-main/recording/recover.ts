import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { listSegments, type RecordedSegment } from '../sequences/index.ts';
import { blockText, closingLines, NO_RESULT_VALUE } from './header-lines.ts';
import { beginManifest, type ManifestSegment, writeManifest } from './manifest.ts';
import { readManifest } from './manifest-reader.ts';
import { emptyCounts, RecordingBooks } from './recording-books.ts';
import { SegmentHeader } from './segment-header.ts';

export interface RecoveryReport {
  readonly name: string;
  /** False: the recording was whole, nothing was changed. */
  readonly changed: boolean;
  readonly frames: number;
  readonly segments: number;
  /** What was done, a line per segment that was not whole. */
  readonly repairs: readonly string[];
}

const CRASH_REASON = 'its engine ended without closing it (crash or loss of power); recovered afterwards';

/**
 * Makes a recording whole whose engine crashed: of every segment the frames that have both pixels and lines, headers
 * closed, an INVALID mask slot for every frame that has none. What is whole is left as it is. Nobody may be writing it.
 *
 * @throws when the folder is no recording or the disk fails.
 */
export async function recoverRecording(folder: string): Promise<RecoveryReport> {
  const segments = await listSegments(folder);
  const known = await readManifest(folder).catch((error: unknown) => {
    // Killed before its first manifest was written, or a disk that lost it: the segments speak for themselves.
    if (segments.length === 0) {
      throw error;
    }
    return null;
  });
  const name = path.basename(folder);
  if (known !== null && known.state !== 'recording' && known.segments.every(({ state }) => state !== 'open')) {
    return { name, changed: false, frames: known.frames, segments: known.segments.length, repairs: [] };
  }
  // Before anything is mended: what is written now was not written then.
  const endedUtc = known?.endedUtc ?? (await newestUtc(segments));
  const repairs: string[] = [];
  const begun =
    known ?? beginManifest({ name, startedMs: Date.now(), startReason: 'unknown', software: 'unknown', source: null });
  const books = new RecordingBooks({
    ...begun,
    name,
    segments: [],
    frames: 0,
    masks: { valid: 0, invalid: 0 },
    models: [],
    gaps: null,
  });
  for (const segment of segments) {
    const before = known?.segments.find(({ number }) => number === segment.number);
    if (before?.state === 'closed') {
      // Counted when it was closed: reading hours of headers again would keep the engine from going on.
      books.adopt(before, begun.gaps?.listed.filter(({ segment: number }) => number === segment.number) ?? []);
      continue;
    }
    const repaired = await recoverSegment(segment, repairs);
    if (repaired !== null) {
      count(books, repaired, before?.reason ?? 'unknown');
    }
  }
  books.end('recovered', begun.endReason ?? CRASH_REASON, 0, endedUtc);
  await writeManifest(folder, books.manifest);
  const { frames, segments: kept } = books.manifest;
  return { name, changed: true, frames, segments: kept.length, repairs };
}

interface RepairedSegment {
  readonly number: number;
  readonly image: SegmentHeader;
  readonly mask: SegmentHeader | null;
  readonly state: ManifestSegment['state'];
}

/** Null: there was nothing in it, and its files are gone. */
async function recoverSegment(segment: RecordedSegment, repairs: string[]): Promise<RepairedSegment | null> {
  const name = path.basename(segment.image);
  let image: SegmentHeader;
  try {
    image = await SegmentHeader.read(segment.image);
    // Without them there is no telling where a frame ends.
    void [image.size, image.scalarType];
  } catch (error) {
    if ((await bytesOf(dataOf(segment.image))) === 0) {
      await removePair(segment.image);
      await (segment.mask !== null && removePair(segment.mask));
      repairs.push(`${name}: empty; removed`);
      return null;
    }
    repairs.push(`${name}: its header cannot be used (${(error as Error).message}); its files were left as they are`);
    return null;
  }
  const frames = await recoverPair(image);
  if (frames === 0) {
    await removePair(segment.image);
    await (segment.mask !== null && removePair(segment.mask));
    repairs.push(`${name}: no whole frame; removed`);
    return null;
  }
  const mask = segment.mask === null ? null : await recoverMasks(segment.mask, image, frames);
  repairs.push(`${name}: ${frames} frames${mask === null ? '' : ', as many mask slots'}`);
  return { number: segment.number, image: await SegmentHeader.read(segment.image), mask, state: 'recovered' };
}

/** Enters a segment into the books from what its headers say. */
function count(books: RecordingBooks, { number, image, mask, state }: RepairedSegment, reason: string): void {
  const pair = ({ path: file }: SegmentHeader) => ({ header: path.basename(file), data: path.basename(dataOf(file)) });
  const entry: ManifestSegment = {
    number,
    reason,
    image: pair(image),
    mask: mask === null ? null : pair(mask),
    size: [...image.size],
    scalarType: image.scalarType,
    components: image.components,
    spacing: image.spacing === null ? null : [...image.spacing],
    ...emptyCounts(),
    state,
  };
  books.segment(entry);
  const deviceName = image.field('DeviceName') ?? '';
  const sourceKind = image.field('SourceKind') ?? '';
  for (let index = 0; index < image.frames; index++) {
    const fields = image.fieldsOf(index);
    books.frame(entry, {
      frameNumber: Number(fields.get('FrameNumber')),
      frameNumberOrigin: fields.get('FrameNumberOrigin') ?? 'sequence',
      deviceName,
      sourceKind,
      timestampS: Number(fields.get('Timestamp')),
    });
  }
  for (let index = 0; mask !== null && index < mask.frames; index++) {
    const fields = mask.fieldsOf(index);
    books.mask(entry, {
      isValid: fields.get('ImageStatus') === 'OK',
      modelId: fields.get('ModelId') ?? null,
      provider: fields.get('ModelProvider') ?? null,
    });
  }
}

/** Cuts header and pixels to the frames that both hold, and closes the header. Returns their number. */
async function recoverPair(header: SegmentHeader): Promise<number> {
  const data = dataOf(header.path);
  const bytes = await bytesOf(data);
  const frames = Math.min(header.frames, Math.floor(bytes / header.frameBytes));
  if (frames === 0 || (header.isClosed && frames === header.frames && bytes === frames * header.frameBytes)) {
    return frames;
  }
  await cutTo(data, frames * header.frameBytes, '');
  await cutTo(header.path, header.endOf(frames), closingLines(header.size, frames, path.basename(data)));
  return frames;
}

/** As many mask slots as there are frames: those that are missing become INVALID. */
async function recoverMasks(file: string, image: SegmentHeader, frames: number): Promise<SegmentHeader> {
  const mask = await SegmentHeader.read(file);
  const data = dataOf(file);
  const [columns, rows] = image.size;
  const slotBytes = columns * rows;
  const held = Math.min(mask.frames, Math.floor((await bytesOf(data)) / slotBytes), frames);
  if (mask.isClosed && held === mask.frames && held === frames) {
    return mask;
  }
  await cutTo(data, held * slotBytes, '');
  const pixels = Buffer.alloc(slotBytes, NO_RESULT_VALUE);
  let text = '';
  const out = await open(data, 'a');
  try {
    for (let index = held; index < frames; index++) {
      await out.write(pixels);
      text += blockText(index, [...sharedFields(image, index), 'ResultState = none', 'ImageStatus = INVALID']);
    }
    await out.datasync();
  } finally {
    await out.close();
  }
  await cutTo(file, mask.endOf(held), text + closingLines(image.size, frames, path.basename(data)));
  return SegmentHeader.read(file);
}

/** What a mask's block repeats of its picture's. */
function sharedFields(image: SegmentHeader, index: number): string[] {
  const isShared = (key: string): boolean =>
    key === 'FrameNumber' || key === 'Timestamp' || /Transform(Status)?$/.test(key);
  return [...image.fieldsOf(index)].filter(([key]) => isShared(key)).map(([key, value]) => `${key} = ${value}`);
}

async function cutTo(file: string, bytes: number, ending: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(bytes);
    await handle.write(ending, bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

const dataOf = (header: string): string => header.replace(/\.igs\.mhd$/, '.raw');

async function bytesOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

async function removePair(header: string): Promise<void> {
  await rm(header, { force: true });
  await rm(dataOf(header), { force: true });
}

/** The last time anything was written. */
async function newestUtc(segments: readonly RecordedSegment[]): Promise<string> {
  let newestMs = 0;
  for (const { image } of segments) {
    newestMs = Math.max(newestMs, (await stat(dataOf(image)).catch(() => null))?.mtimeMs ?? 0);
  }
  return new Date(newestMs === 0 ? Date.now() : newestMs).toISOString();
}
