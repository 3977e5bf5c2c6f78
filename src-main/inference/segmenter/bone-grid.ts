import { SaidError, say } from '../../../src-shared/index.ts';
import type { SegmenterManifest } from '../manifest.ts';
import { MarkKernel } from '../mask/mark-kernel.ts';
import { sigmoid } from '../mask/sigmoid.ts';
import type { RunOutcome } from '../messages.ts';

type Output = SegmenterManifest['output'];

/** One value per cell, bone from `least` on, in the output's own terms. */
export interface Levels {
  readonly levels: Float32Array;
  readonly least: number;
}

/** A segmenter's output read as bone: which cells are, and how probable each is. Used again for every frame. */
export class BoneGrid {
  readonly #output: Output;
  #values: Float32Array = new Float32Array(0);
  readonly #kernel = new MarkKernel();
  #mask: Uint8Array = new Uint8Array(0);
  #levels: Levels | null = null;
  columns = 0;
  rows = 0;
  /** Rows outside of this range hold no bone; [0, 0] for an empty mask. */
  span: readonly [first: number, end: number] = [0, 0];

  constructor(output: Output) {
    this.#output = output;
  }

  /** Row-major, 0/1. */
  get mask(): Uint8Array {
    return this.#mask;
  }

  /** What the mask was cut from; null where bone has several channels or competes with others. */
  get levels(): Levels | null {
    return this.#levels;
  }

  /** Marks the cells whose probability is at least `threshold`. @throws {SaidError} for an output of another shape. */
  read({ values, dims }: RunOutcome, threshold: number): this {
    const [rows, columns] = dims.slice(-2) as [number, number];
    const channels = dims.slice(0, -2).reduce((product, dim) => product * dim, 1);
    if (!(values instanceof Float32Array) || dims.length < 2 || channels !== this.#output.channels) {
      const { name, channels: expected } = this.#output;
      throw new SaidError(say('output.channels', { name, found: dims.join(' x '), expected }));
    }
    this.columns = columns;
    this.rows = rows;
    this.#values = values;
    this.#mark(threshold);
    return this;
  }

  /** Clears what lies outside the picture: padding holds no bone. */
  cutTo(columns: number, rows: number): void {
    const [first, end] = this.span;
    this.#mask.fill(0, rows * this.columns);
    this.span = [Math.min(first, rows), Math.min(end, rows)];
    if (columns >= this.columns) return;
    for (let row = first; row < Math.min(rows, end); row++) {
      this.#mask.fill(0, row * this.columns + columns, (row + 1) * this.columns);
    }
  }

  /** Mean over the cells marked; 0 without any. */
  meanProbability(): number {
    let sum = 0;
    let count = 0;
    for (let at = this.#mask.indexOf(1); at >= 0; at = this.#mask.indexOf(1, at + 1)) {
      sum += this.probabilityAt(at);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  }

  /** Sum of the bone channels' probabilities. */
  readonly probabilityAt = (cell: number): number => {
    const { bone, activation, channels } = this.#output;
    // The common case in one line: it is asked for every bone cell of every frame.
    if (activation === 'sigmoid' && this.#levels !== null) return sigmoid(this.#levels.levels[cell]!);
    const plane = this.columns * this.rows;
    const values = this.#values;
    if (activation === 'softmax') {
      let largest = Number.NEGATIVE_INFINITY;
      for (let channel = 0; channel < channels; channel++) {
        largest = Math.max(largest, values[channel * plane + cell]!);
      }
      let all = 0;
      for (let channel = 0; channel < channels; channel++) all += Math.exp(values[channel * plane + cell]! - largest);
      let ofBone = 0;
      for (const channel of bone) ofBone += Math.exp(values[channel * plane + cell]! - largest);
      return ofBone / all;
    }
    let sum = 0;
    for (const channel of bone) {
      const value = values[channel * plane + cell]!;
      sum += activation === 'sigmoid' ? 1 / (1 + Math.exp(-value)) : value;
    }
    return Math.min(1, sum);
  };

  #mark(threshold: number): void {
    const { bone, activation } = this.#output;
    const cells = this.columns * this.rows;
    const [only] = bone;
    if (bone.length === 1 && activation !== 'softmax') {
      // One look per cell: the threshold is turned into the output's own terms instead of every value into a probability.
      const least = Math.fround(activation === 'sigmoid' ? Math.log(threshold / (1 - threshold)) : threshold);
      const levels = this.#values.subarray(only! * cells, (only! + 1) * cells);
      this.#mask = this.#kernel.mark(levels, least);
      const [begin, end] = this.#kernel.span;
      this.span = [Math.floor(begin / this.columns), Math.ceil(end / this.columns)];
      this.#levels = { levels, least };
      return;
    }
    this.#levels = null;
    if (this.#mask.length !== cells) this.#mask = new Uint8Array(cells);
    this.span = [0, this.rows];
    for (let cell = 0; cell < cells; cell++) this.#mask[cell] = this.probabilityAt(cell) >= threshold ? 1 : 0;
  }
}
