import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type ExportFormat, SaidError, say } from '../../src-shared/index.ts';
import { listSegments, type RecordedSegment, SequenceReader, SequenceWriter } from '../sequences/index.ts';
import { exportVideo } from './export-video.ts';

export interface ExportRequest {
  /** The recording's. */
  readonly folder: string;
  readonly format: ExportFormat;
  /** What is written; masks of a sequence go beside it as `…_mask`. */
  readonly file: string;
}

export interface ExportReport {
  readonly files: readonly string[];
  readonly frames: number;
  /** What whoever opens the files should know. */
  readonly notes: readonly string[];
}

export interface ExportControl {
  readonly signal: AbortSignal;
  progress(frames: number, total: number): void;
}

/** Where PLUS' readers lose count: they multiply frame and size in 32 bits (live-console-anchors.md 0.7). */
const PLUS_LIMIT_BYTES = 4 * 2 ** 30;

/**
 * Writes a recording as one file others can open. Nothing half-done stays behind when it fails or is cancelled.
 *
 * @throws in words when segments differ too much for one file, something is not installed, or it was cancelled.
 */
export async function exportRecording(request: ExportRequest, control: ExportControl): Promise<ExportReport> {
  const segments = await listSegments(request.folder);
  if (segments.length === 0) {
    throw new SaidError(say('recording.no-frames', { name: path.basename(request.folder) }));
  }
  return request.format === 'mp4'
    ? exportVideo(request, segments, control)
    : exportSequences(request, segments, control);
}

async function exportSequences(
  { file }: ExportRequest,
  segments: readonly RecordedSegment[],
  control: ExportControl,
): Promise<ExportReport> {
  const frames = await exportOne(
    segments.map(({ image }) => image),
    file,
    control,
  );
  const notes =
    frames.bytes > PLUS_LIMIT_BYTES ? [`${path.basename(file)} is larger than 4 GiB: PLUS cannot read all of it`] : [];
  const masks = segments.flatMap(({ mask }) => (mask === null ? [] : [mask]));
  if (masks.length === 0) {
    return { files: [file], frames: frames.count, notes };
  }
  const maskFile = file.replace(/(\.\w+)$/, '_mask$1');
  try {
    await exportOne(masks, maskFile, control);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { files: [file, maskFile], frames: frames.count, notes };
}

/** Files of one format, one after another, into one. */
async function exportOne(
  parts: readonly string[],
  file: string,
  control: ExportControl,
): Promise<{ count: number; bytes: number }> {
  const readers = await openAll(parts);
  const total = readers.reduce((sum, { info }) => sum + info.frames, 0);
  let writer: SequenceWriter | null = null;
  let count = 0;
  let bytes = 0;
  try {
    const { info } = readers[0] as SequenceReader;
    checkAlike(readers);
    const partial = file.replace(/(\.\w+)$/, '.partial$1');
    writer = await SequenceWriter.create(partial, info);
    for (const reader of readers) {
      for (let index = 0; index < reader.info.frames; index++) {
        control.signal.throwIfAborted();
        const { pixels, fields } = await reader.frame(index);
        await writer.append(pixels, fields);
        bytes += pixels.byteLength;
        control.progress(++count, total);
      }
    }
    await writer.close();
    await rename(partial, file);
    return { count, bytes };
  } catch (error) {
    await writer?.abort();
    throw error;
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

async function openAll(files: readonly string[]): Promise<SequenceReader[]> {
  const readers: SequenceReader[] = [];
  try {
    for (const file of files) {
      readers.push(await SequenceReader.open(file));
    }
    return readers;
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()));
    throw error;
  }
}

/** @throws naming the first segment that does not fit into one file with those before it. */
function checkAlike(readers: readonly SequenceReader[]): void {
  const keyOf = ({ info }: SequenceReader): string =>
    `${info.size.join(' x ')} ${info.scalarType}${info.components === 3 ? ' RGB' : ''}`;
  const expected = keyOf(readers[0] as SequenceReader);
  const odd = readers.find((reader) => keyOf(reader) !== expected);
  if (odd !== undefined) {
    const name = path.basename(odd.path);
    throw new SaidError(say('recording.unlike', { name, found: keyOf(odd), expected }));
  }
}
