/** A sequence file that cannot be read or written as asked: which file, which field, what it says, what it may say. */
export class BadSequence extends Error {
  readonly file: string;
  readonly field: string;
  readonly value: string;
  readonly limit: string;

  constructor(file: string, field: string, value: string | number, limit: string) {
    const shown = String(value);
    const short = shown.length > 120 ? `${shown.slice(0, 120)}…` : shown;
    super(`${file}: ${field} ${short}: expected ${limit}`);
    this.name = 'BadSequence';
    this.file = file;
    this.field = field;
    this.value = shown;
    this.limit = limit;
  }
}

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
