import { say } from '../../src-shared/index.ts';
import { BadSequence, DEFAULT_LIMITS, type SequenceLimits, shortened } from './errors.ts';
import { readHeaderText } from './header-text.ts';
import { closesMetaImage, parseMetaImage } from './metaimage.ts';
import { isNrrd, parseNrrd } from './nrrd.ts';
import { openPixels, type PixelSource } from './pixel-source.ts';
import { openPlainFile } from './plain-file.ts';
import type { SequenceFrame, SequenceHeader, SequenceInfo } from './types.ts';

async function readHeader(path: string, limits: SequenceLimits) {
  const file = await openPlainFile(path, () => new BadSequence(path, 'file', 'no plain file', 'a sequence file'));
  try {
    const { lines, endOffset, closed } = await readHeaderText(file, path, limits, (line, first) =>
      isNrrd(first) ? line === '' : closesMetaImage(line),
    );
    const first = lines[0] ?? '';
    if (isNrrd(first)) return { header: parseNrrd(path, lines, limits), headerBytes: endOffset };
    if (!/^\s*[A-Za-z]\w*\s*=/.test(first)) {
      const found = first || '(empty)';
      const said = say('file.no-sequence', { file: path, found: shortened(found) });
      throw new BadSequence(path, 'first line', found, 'a MetaImage or NRRD header', said);
    }
    if (!closed) throw new BadSequence(path, 'ElementDataFile', '(missing)', 'a value');
    return { header: parseMetaImage(path, lines, limits), headerBytes: endOffset };
  } finally {
    await file.close();
  }
}

/**
 * Reads a recorded sequence: .mha, .mhd + raw, .nrrd, .nhdr + raw, compressed or not; which one is decided by content.
 * Uncompressed frames are read from the file one by one, compressed sequences are inflated once into memory.
 */
export class SequenceReader {
  readonly path: string;
  readonly info: SequenceInfo;
  readonly #frameFields: SequenceHeader['frameFields'];
  readonly #pixels: PixelSource;

  private constructor(path: string, header: SequenceHeader, pixels: PixelSource) {
    this.path = path;
    this.info = header.info;
    this.#frameFields = header.frameFields;
    this.#pixels = pixels;
  }

  /** @throws {BadSequence} naming field, value and limit; or the system's error when the file cannot be opened. */
  static async open(path: string, limits: Partial<SequenceLimits> = {}): Promise<SequenceReader> {
    const all = { ...DEFAULT_LIMITS, ...limits };
    const { header, headerBytes } = await readHeader(path, all);
    return new SequenceReader(path, header, await openPixels(path, header, headerBytes, all));
  }

  /**
   * Recorded time of a frame, seconds, without reading its pixels; null where none is recorded.
   *
   * @throws {RangeError} when there is no such frame.
   */
  timestampS(index: number): number | null {
    const timestamp = this.#fieldsOf(index).get('Timestamp')?.trim();
    const seconds = timestamp ? Number(timestamp) : Number.NaN;
    return Number.isFinite(seconds) ? seconds : null;
  }

  /** @throws {RangeError} when there is no such frame. */
  async frame(index: number): Promise<SequenceFrame> {
    const fields = this.#fieldsOf(index);
    return {
      index,
      pixels: await this.#pixels.frame(index),
      timestampS: this.timestampS(index),
      fields,
      imageValid: fields.get('ImageStatus')?.toUpperCase() !== 'INVALID',
    };
  }

  async close(): Promise<void> {
    await this.#pixels.close();
  }

  #fieldsOf(index: number): ReadonlyMap<string, string> {
    const fields = this.#frameFields[index];
    if (fields === undefined) {
      throw new RangeError(`${this.path}: frame ${index}: expected 0 to ${this.info.frames - 1}`);
    }
    return fields;
  }
}
