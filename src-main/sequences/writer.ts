import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Transform } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createDeflate, createGzip } from 'node:zlib';
import { BadSequence } from './errors.ts';
import { metaImageHeader, nrrdHeader, type OutgoingHeader } from './headers-out.ts';
import { frameBytes, type SequenceInfo } from './types.ts';

export interface SequenceWriterOptions {
  /** One stream over all frames; readers then have to inflate everything. Default false. */
  readonly compressed?: boolean;
}

/** Slicer's and PLUS' readers take lines of less than 1000 characters. */
const MAX_VALUE_CHARACTERS = 900;

/** Fastest setting, runs only: a third of the time of the default for the same size on ultrasound. */
const COMPRESSION = { level: 1, strategy: constants.Z_RLE };

interface Format {
  readonly header: (header: OutgoingHeader) => string;
  readonly compressor: () => Transform;
  /** Extension of the data file by compression; null: pixels in the same file as the header. */
  readonly dataExtension: readonly [raw: string, compressed: string] | null;
}

const zlib = () => createDeflate(COMPRESSION);
const gzip = () => createGzip(COMPRESSION);
const FORMATS: Readonly<Record<string, Format>> = {
  '.mha': { header: metaImageHeader, compressor: zlib, dataExtension: null },
  '.mhd': { header: metaImageHeader, compressor: zlib, dataExtension: ['.raw', '.zraw'] },
  '.nrrd': { header: nrrdHeader, compressor: gzip, dataExtension: null },
  '.nhdr': { header: nrrdHeader, compressor: gzip, dataExtension: ['.raw', '.raw.gz'] },
};

/**
 * Writes a sequence in PLUS' dialect: .mha, .mhd + .raw/.zraw, .nrrd or .nhdr + .raw/.raw.gz by extension.
 *
 * Pixels go to disk as they come. The header is written at `close`, the file at `path` appears only then and whole:
 * nobody can take half a sequence for a finished one.
 */
export class SequenceWriter {
  readonly #path: string;
  readonly #info: Omit<SequenceInfo, 'frames'>;
  readonly #format: Format;
  readonly #pixelPath: string;
  readonly #file: WriteStream;
  readonly #compressor: Transform | null;
  readonly #done: Promise<void>;
  readonly #frameFields: ReadonlyMap<string, string>[] = [];
  #failure: Error | null = null;
  #closed = false;

  private constructor(path: string, info: Omit<SequenceInfo, 'frames'>, format: Format, compressed: boolean) {
    this.#path = path;
    this.#info = info;
    this.#format = format;
    const extension = format.dataExtension?.[compressed ? 1 : 0];
    this.#pixelPath = extension ? path.slice(0, -extname(path).length) + extension : `${path}.pixels`;
    this.#file = createWriteStream(this.#pixelPath);
    this.#compressor = compressed ? format.compressor() : null;
    this.#done = this.#compressor ? pipeline(this.#compressor, this.#file) : finished(this.#file);
    // Reported by the append or close that runs into it, not as an unhandled rejection.
    this.#done.catch((error: Error) => {
      this.#failure = error;
    });
  }

  /** @throws {BadSequence} for an extension that is none of the four. */
  static async create(
    path: string,
    info: Omit<SequenceInfo, 'frames'>,
    options: SequenceWriterOptions = {},
  ): Promise<SequenceWriter> {
    const format = FORMATS[extname(path).toLowerCase()];
    if (format === undefined)
      throw new BadSequence(path, 'extension', extname(path) || '(none)', '.mha, .mhd, .nrrd or .nhdr');
    // Its pixels are about to be replaced: an old header must not speak for the new ones.
    if (format.dataExtension !== null) await rm(path, { force: true });
    const writer = new SequenceWriter(path, info, format, options.compressed ?? false);
    await new Promise<void>((resolve, reject) => {
      writer.#file.once('open', () => resolve());
      writer.#file.once('error', reject);
    });
    return writer;
  }

  /**
   * Adds a frame. `fields` carry no prefix: Timestamp, ProbeToReferenceTransform, …; ImageStatus OK is added if missing.
   * The pixels may be reused when the promise resolves.
   *
   * @throws {BadSequence} for pixels of the wrong length or a field that no header line can hold.
   */
  async append(pixels: Uint8Array, fields: ReadonlyMap<string, string>): Promise<void> {
    if (this.#closed) throw new Error(`${this.#path}: sequence is closed`);
    const expected = frameBytes(this.#info);
    const frame = this.#frameFields.length;
    if (pixels.byteLength !== expected) {
      throw new BadSequence(this.#path, `pixels of frame ${frame}`, `${pixels.byteLength} bytes`, `${expected} bytes`);
    }
    for (const [name, value] of fields) checkField(this.#path, name, value);
    this.#frameFields.push(new Map(fields));
    const sink = this.#compressor ?? this.#file;
    // A full disk ends the file and with it the compressor: say what the disk said, not that a stream was destroyed.
    await new Promise<void>((resolve, reject) =>
      sink.write(pixels, (error) => (error ? reject(this.#failure ?? error) : resolve())),
    );
  }

  /** Writes the header and puts everything in place. @throws {BadSequence} when no frame was appended. */
  async close(): Promise<{ frames: number }> {
    const frames = this.#frameFields.length;
    if (this.#closed) return { frames };
    if (frames === 0) {
      await this.abort();
      throw new BadSequence(this.#path, 'frames', 0, 'at least one');
    }
    this.#closed = true;
    (this.#compressor ?? this.#file).end();
    await this.#done;
    const inside = this.#format.dataExtension === null;
    const header = this.#format.header({
      info: { ...this.#info, frames },
      frameFields: this.#frameFields,
      dataFile: inside ? null : basename(this.#pixelPath),
      compressedBytes: this.#compressor ? (await stat(this.#pixelPath)).size : null,
    });
    const whole = `${this.#path}.part`;
    await writeFile(whole, header);
    if (inside) {
      await pipeline(createReadStream(this.#pixelPath), createWriteStream(whole, { flags: 'a' }));
      await rm(this.#pixelPath);
    }
    await rename(whole, this.#path);
    return { frames };
  }

  /** Gives up: nothing of the sequence stays on disk. */
  async abort(): Promise<void> {
    this.#closed = true;
    this.#compressor?.destroy();
    this.#file.destroy();
    await this.#done.catch(() => {});
    await rm(this.#pixelPath, { force: true });
  }
}

function checkField(path: string, name: string, value: string): void {
  if (!/^[A-Za-z][\w.-]*$/.test(name)) {
    throw new BadSequence(path, 'field name', JSON.stringify(name), 'letters, digits, _ . -');
  }
  if (value.length > MAX_VALUE_CHARACTERS || /[\r\n\0]/.test(value)) {
    throw new BadSequence(path, name, JSON.stringify(value), `one line of at most ${MAX_VALUE_CHARACTERS} characters`);
  }
}
