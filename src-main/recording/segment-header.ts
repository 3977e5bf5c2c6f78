import { readFile, stat } from 'node:fs/promises';
import type { ScalarTypeName } from '../../src-shared/index.ts';
import { frameBytes, metaTypeName, SCALAR_BYTES } from '../sequences/index.ts';

/** Larger than any header we write (they end at 64 MiB); read into memory as a whole. */
const MAX_HEADER_BYTES = 128 * 2 ** 20;
const MAX_SIDE = 65_535;
const LINE_FEED = 10;
const FRAME_PREFIX = 'Seq_Frame';

/** Where a frame's whole block stands in the text. */
interface Block {
  readonly start: number;
  readonly end: number;
}

/** A segment's header as far as it was written: what a crash leaves, and what a closed one holds. */
export class SegmentHeader {
  readonly path: string;
  readonly #text: Buffer;
  readonly #blocks: Block[] = [];
  readonly #fields = new Map<string, string>();
  #openingEnd = 0;
  #isClosed = false;

  private constructor(path: string, text: Buffer) {
    this.path = path;
    this.#text = text;
    this.#scan();
  }

  /** @throws in words when it is no header of ours. */
  static async read(path: string): Promise<SegmentHeader> {
    const { size } = await stat(path);
    if (size > MAX_HEADER_BYTES) {
      throw new Error(`${path}: ${size} bytes: expected at most ${MAX_HEADER_BYTES}`);
    }
    return new SegmentHeader(path, await readFile(path));
  }

  /** Whole blocks, counted from frame 0 without a gap. */
  get frames(): number {
    return this.#blocks.length;
  }

  /** Whether the lines that end a header are there. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes up to the end of block `frames - 1`. */
  endOf(frames: number): number {
    return frames === 0 ? this.#openingEnd : (this.#blocks[frames - 1] as Block).end;
  }

  field(key: string): string | null {
    return this.#fields.get(key) ?? null;
  }

  get size(): readonly [columns: number, rows: number] {
    const text = this.field('UltramotionFrameSize') ?? this.field('DimSize') ?? '';
    const [columns = 0, rows = 0] = text.split(' ').map(Number);
    if (![columns, rows].every((side) => Number.isInteger(side) && side > 0 && side <= MAX_SIDE)) {
      throw new Error(`${this.path}: frame size "${text}": expected two numbers from 1 to ${MAX_SIDE}`);
    }
    return [columns, rows];
  }

  get scalarType(): ScalarTypeName {
    const name = this.field('ElementType');
    const found = (Object.keys(SCALAR_BYTES) as ScalarTypeName[]).find((type) => metaTypeName(type) === name);
    if (found === undefined) {
      throw new Error(`${this.path}: ElementType ${name}: expected one of a recording's`);
    }
    return found;
  }

  get components(): 1 | 3 {
    return this.field('ElementNumberOfChannels') === '3' ? 3 : 1;
  }

  get frameBytes(): number {
    return frameBytes({ size: this.size, scalarType: this.scalarType, components: this.components });
  }

  get spacing(): readonly [number, number, number] | null {
    const [x = 0, y = 0, z = 0] = (this.field('ElementSpacing') ?? '').split(' ').map(Number);
    return this.field('SpacingStated') === 'True' && x > 0 && y > 0 && z > 0 ? [x, y, z] : null;
  }

  /** Fields of frame `index` in the order they were written. */
  fieldsOf(index: number): Map<string, string> {
    const { start, end } = this.#blocks[index] as Block;
    const fields = new Map<string, string>();
    for (const line of this.#text.toString('latin1', start, end).split('\n')) {
      const equals = line.indexOf(' = ');
      if (equals > 0) {
        fields.set(line.slice(line.indexOf('_', FRAME_PREFIX.length) + 1, equals), line.slice(equals + 3));
      }
    }
    return fields;
  }

  #scan(): void {
    const text = this.#text;
    const status = (index: number): string => `${FRAME_PREFIX}${String(index).padStart(4, '0')}_ImageStatus = `;
    let awaited = status(0);
    for (
      let start = 0, end = text.indexOf(LINE_FEED);
      end >= 0;
      start = end + 1, end = text.indexOf(LINE_FEED, start)
    ) {
      const line = text.toString('latin1', start, end);
      if (!line.startsWith(FRAME_PREFIX)) {
        this.#ownLine(line);
        if (this.#blocks.length === 0 && !/^(DimSize|ElementDataFile) = /.test(line)) {
          this.#openingEnd = end + 1;
        }
      } else if (line.startsWith(awaited)) {
        this.#blocks.push({ start: this.#blocks.at(-1)?.end ?? this.#openingEnd, end: end + 1 });
        awaited = status(this.#blocks.length);
      }
    }
  }

  #ownLine(line: string): void {
    const equals = line.indexOf(' = ');
    if (equals > 0) {
      this.#fields.set(line.slice(0, equals), line.slice(equals + 3));
    }
    this.#isClosed ||= line.startsWith('ElementDataFile = ');
  }
}
