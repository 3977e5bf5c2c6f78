import { SaidError, type Saying, say } from '../../src-shared/index.ts';

/** A sequence file that cannot be read or written as asked: which file, which field, what it says, what it may say. */
export class BadSequence extends SaidError {
  override readonly name = 'BadSequence';
  readonly file: string;
  readonly field: string;
  readonly value: string;
  readonly limit: string;

  /** `said`: where there is a sentence of its own for what an operator often meets. */
  constructor(file: string, field: string, value: string | number, limit: string, said?: Saying) {
    const shown = String(value);
    super(said ?? say('file.bad-field', { file, field, value: shortened(shown), limit }));
    this.file = file;
    this.field = field;
    this.value = shown;
    this.limit = limit;
  }
}

const MAX_SHOWN_CHARACTERS = 120;

/** Header lines may be megabytes long. */
export const shortened = (text: string): string =>
  text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;

/** Bounds on what a file may make the reader hold. Checked before anything of that size is allocated. */
export interface SequenceLimits {
  /** Text before the pixels, bytes. A frame's block is about 1 kB. */
  readonly maxHeaderBytes: number;
  readonly maxLineBytes: number;
  /** Columns, and rows. */
  readonly maxSide: number;
  readonly maxFrames: number;
  /** Pixels of a compressed sequence, which have to be inflated into memory, bytes. */
  readonly maxInflatedBytes: number;
}

export const DEFAULT_LIMITS: SequenceLimits = {
  maxHeaderBytes: 128 * 2 ** 20,
  // Slicer puts the times of all frames on one line.
  maxLineBytes: 4 * 2 ** 20,
  maxSide: 16_384,
  maxFrames: 1_000_000,
  maxInflatedBytes: 4 * 2 ** 30,
};
