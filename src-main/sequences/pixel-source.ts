import { createReadStream } from 'node:fs';
import { type FileHandle, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createUnzip } from 'node:zlib';
import { say } from '../../src-shared/index.ts';
import { BadSequence, type SequenceLimits } from './errors.ts';
import { openPlainFile } from './plain-file.ts';
import { frameBytes, SCALAR_BYTES, type SequenceHeader } from './types.ts';

/** Deflate cannot shrink further than this; a file that claims more is not what it says. */
const MAX_DEFLATE_RATIO = 1032;

/** Where frames come from, once header and data are known to fit together. */
export interface PixelSource {
  frame(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens the pixels a header speaks of. Everything the header declares is held against the file before memory is taken.
 *
 * @throws {BadSequence} when the data is too short, too long, elsewhere than allowed, or not what it should be.
 */
export async function openPixels(
  path: string,
  header: SequenceHeader,
  headerBytes: number,
  limits: SequenceLimits,
): Promise<PixelSource> {
  const dataPath = header.dataFile === null ? path : await confined(path, header.dataFile);
  const file = await openPlainFile(
    dataPath,
    () => new BadSequence(path, 'data file', header.dataFile ?? dataPath, 'a plain file'),
  );
  try {
    const fileBytes = (await file.stat()).size;
    const total = frameBytes(header.info) * header.info.frames;
    const base = header.dataFile === null ? headerBytes : 0;
    if (!header.compressed && !header.framesInterleaved) {
      const offset = header.skipBytes === null ? fileBytes - total : base + header.skipBytes;
      if (offset < base || fileBytes - offset < total) {
        throw cutOff(dataPath, fileBytes - Math.max(offset, base), total);
      }
      return new FilePixels(file, dataPath, offset, header);
    }
    const offset = base + (header.skipBytes ?? 0);
    const length = header.compressedBytes ?? Math.max(0, fileBytes - offset);
    if (offset + length > fileBytes) {
      throw new BadSequence(dataPath, 'compressed pixels', `${fileBytes - offset} bytes`, `${length} bytes`);
    }
    if (total > limits.maxInflatedBytes) {
      throw new BadSequence(dataPath, 'inflated pixels', `${total} bytes`, `<= ${limits.maxInflatedBytes} bytes`);
    }
    const room = header.compressed ? length * MAX_DEFLATE_RATIO : length;
    if (total > room) throw new BadSequence(dataPath, 'pixels', `${length} bytes`, `enough for ${total} bytes`);
    const pixels = await readAll(dataPath, offset, length, total, header.compressed);
    if (header.bigEndian) swapBytes(pixels, SCALAR_BYTES[header.info.scalarType]);
    await file.close();
    return new MemoryPixels(pixels, header);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The data file must lie in the header's folder, links followed: a header must not make us read anything else. */
async function confined(path: string, dataFile: string): Promise<string> {
  const folder = await realpath(dirname(path));
  const refusal = () => new BadSequence(path, 'data file', dataFile, "a file in the header's folder");
  if (isAbsolute(dataFile) || /[\0\\]/.test(dataFile)) throw refusal();
  const wanted = resolve(folder, dataFile);
  if (!wanted.startsWith(folder + sep)) throw refusal();
  let real: string;
  try {
    real = await realpath(wanted);
  } catch {
    const said = say('file.no-pixels', { file: path, pixels: dataFile });
    throw new BadSequence(path, 'data file', dataFile, 'a file that exists', said);
  }
  if (!real.startsWith(folder + sep)) throw refusal();
  return real;
}

/** Reads or inflates exactly `total` bytes, one piece at a time; stops at the first byte too many. */
async function readAll(path: string, offset: number, length: number, total: number, compressed: boolean) {
  const pixels = Buffer.allocUnsafe(total);
  let filled = 0;
  const collect = async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      if (filled + piece.length > total) {
        throw new BadSequence(path, 'inflated pixels', `> ${total} bytes`, `${total} bytes`);
      }
      piece.copy(pixels, filled);
      filled += piece.length;
    }
  };
  const input = createReadStream(path, { start: offset, end: offset + length - 1 });
  try {
    if (compressed) await pipeline(input, createUnzip(), collect);
    else await pipeline(input, collect);
  } catch (error) {
    if (error instanceof BadSequence) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadSequence(path, 'compressed pixels', `${reason} after ${filled} bytes`, `${total} bytes`);
  }
  if (filled < total) throw cutOff(path, filled, total);
  return pixels;
}

/** Fewer bytes of pixels than the header says: most often a copy that was not finished. */
const cutOff = (file: string, found: number, expected: number): BadSequence =>
  new BadSequence(
    file,
    'pixels',
    `${found} bytes`,
    `${expected} bytes`,
    say('file.cut-off', { file, found, expected }),
  );

function swapBytes(pixels: Buffer, scalarBytes: 1 | 2 | 4 | 8): void {
  if (scalarBytes === 2) pixels.swap16();
  else if (scalarBytes === 4) pixels.swap32();
  else if (scalarBytes === 8) pixels.swap64();
}

/** Uncompressed: each frame is read where it lies. */
class FilePixels implements PixelSource {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #offset: number;
  readonly #frameBytes: number;
  readonly #header: SequenceHeader;

  constructor(file: FileHandle, path: string, offset: number, header: SequenceHeader) {
    this.#file = file;
    this.#path = path;
    this.#offset = offset;
    this.#header = header;
    this.#frameBytes = frameBytes(header.info);
  }

  async frame(index: number): Promise<Uint8Array> {
    const pixels = Buffer.allocUnsafe(this.#frameBytes);
    const start = this.#offset + index * this.#frameBytes;
    for (let filled = 0; filled < pixels.length; ) {
      const { bytesRead } = await this.#file.read(pixels, filled, pixels.length - filled, start + filled);
      if (bytesRead === 0) {
        // The file was whole when it was opened.
        throw new BadSequence(this.#path, `pixels of frame ${index}`, `${filled} bytes`, `${pixels.length} bytes`);
      }
      filled += bytesRead;
    }
    if (this.#header.bigEndian) swapBytes(pixels, SCALAR_BYTES[this.#header.info.scalarType]);
    return pixels;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Compressed, or interleaved over time: everything in memory. */
class MemoryPixels implements PixelSource {
  #pixels: Uint8Array;
  readonly #header: SequenceHeader;

  constructor(pixels: Uint8Array, header: SequenceHeader) {
    this.#pixels = pixels;
    this.#header = header;
  }

  async frame(index: number): Promise<Uint8Array> {
    const { info, framesInterleaved } = this.#header;
    const length = frameBytes(info);
    if (this.#pixels.length === 0) throw new Error('sequence is closed');
    return framesInterleaved
      ? this.#gather(index, length)
      : this.#pixels.subarray(index * length, (index + 1) * length);
  }

  #gather(index: number, length: number): Uint8Array {
    const { info } = this.#header;
    const scalarBytes = SCALAR_BYTES[info.scalarType];
    const frame = new Uint8Array(length);
    for (let at = 0, from = index * scalarBytes; at < length; at += scalarBytes, from += info.frames * scalarBytes) {
      for (let byte = 0; byte < scalarBytes; byte++) frame[at + byte] = this.#pixels[from + byte]!;
    }
    return frame;
  }

  async close(): Promise<void> {
    this.#pixels = new Uint8Array(0);
  }
}
