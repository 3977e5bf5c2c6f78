import { BAND_ABOVE_MM } from '../phantom/index.ts';
import { round } from './statistics.ts';

/** A picture's ground truth: rows grow with depth. */
export interface SurfaceTruth {
  readonly columns: number;
  readonly rows: number;
  readonly mmPerRow: number;
  /** Row of the visible surface per column, NaN: none. */
  readonly surfaceRow: Float32Array;
  /** 0/1, the band about the visible surface. */
  readonly mask: Uint8Array;
  /** 0/1, the band where the beam meets bone nobody can see: its columns count neither way. */
  readonly hidden: Uint8Array;
}

/** A surface this near to the true one has found it, mm. */
const NEAR_MM = 0.6;

/**
 * Sums up how masks compare with the truth, column by column (a column is a beam of a linear probe).
 *
 * Each vertical run of mask pixels in a column is one surface, 0.3 mm below the run's upper edge.
 * - recall: share of the columns with visible bone in which a surface lies within 0.6 mm of the true one;
 * - false columns: share of all columns with a run that touches no pixel of the true mask;
 * - error: of the found columns' nearest surface, after taking off the median of all signed errors (the offset);
 * - Dice: mean over the pictures with visible bone; bone-free: share of the pictures without bone with any surface.
 */
export class AccuracySum {
  #visible = 0;
  #found = 0;
  #false = 0;
  #columns = 0;
  #boneFree = 0;
  #boneFreeHit = 0;
  readonly #errorsMm: number[] = [];
  readonly #dices: number[] = [];

  /** `mask`: the model's, of the truth's size; null: it found nothing. */
  add(truth: SurfaceTruth, mask: Uint8Array | null): void {
    const isBoneFree = !truth.mask.includes(1) && !truth.hidden.includes(1);
    if (isBoneFree) this.#boneFree++;
    if (isBoneFree && mask?.includes(1)) this.#boneFreeHit++;
    for (let column = 0; column < truth.columns; column++) this.#addColumn(truth, mask, column);
    if (truth.mask.includes(1)) this.#dices.push(diceOf(truth, mask));
  }

  get result() {
    const errors = this.#errorsMm.toSorted((a, b) => a - b);
    const offset = errors[errors.length >> 1] ?? 0;
    const away = errors.map((error) => Math.abs(error - offset)).sort((a, b) => a - b);
    const mean = (values: readonly number[]) =>
      values.length === 0 ? null : round(values.reduce((sum, value) => sum + value, 0) / values.length);
    const share = (part: number, whole: number) => (whole === 0 ? null : round4(part / whole));
    return {
      recall: share(this.#found, this.#visible),
      falseColumns: share(this.#false, this.#columns),
      offsetMm: round(offset),
      meanErrorMm: mean(away),
      p95ErrorMm: away.length === 0 ? null : round(away[Math.ceil(0.95 * away.length) - 1]!),
      dice: mean(this.#dices),
      boneFreePictures: this.#boneFree,
      boneFreeWithSurface: share(this.#boneFreeHit, this.#boneFree),
    };
  }

  #addColumn(truth: SurfaceTruth, mask: Uint8Array | null, column: number): void {
    const { columns, rows, mmPerRow } = truth;
    const surface = truth.surfaceRow[column]!;
    let nearest = Number.POSITIVE_INFINITY;
    let isFalse = false;
    let isUnclear = false;
    for (let row = 0; row < rows; row++) {
      const isStart = mask !== null && isSet(mask, columns, column, row) && !isSet(mask, columns, column, row - 1);
      if (isSet(truth.hidden, columns, column, row)) isUnclear = true;
      if (!isStart) continue;
      const error = (row - 0.5 - surface) * mmPerRow + BAND_ABOVE_MM;
      if (Math.abs(error) < Math.abs(nearest)) nearest = error;
      if (!touches(mask, truth, column, row)) isFalse = true;
    }
    this.#columns++;
    if (isFalse && !isUnclear) this.#false++;
    if (Number.isNaN(surface)) return;
    this.#visible++;
    if (Math.abs(nearest) > NEAR_MM) return;
    this.#found++;
    this.#errorsMm.push(nearest);
  }
}

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;

const isSet = (mask: Uint8Array, columns: number, column: number, row: number): boolean =>
  row >= 0 && mask[row * columns + column] === 1;

/** True if the run of `mask` that begins at a pixel holds any pixel of the true mask. */
function touches(mask: Uint8Array, truth: SurfaceTruth, column: number, from: number): boolean {
  for (let row = from; row < truth.rows && isSet(mask, truth.columns, column, row); row++) {
    if (isSet(truth.mask, truth.columns, column, row)) return true;
  }
  return false;
}

function diceOf(truth: SurfaceTruth, mask: Uint8Array | null): number {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < truth.mask.length; i++) {
    if (truth.hidden[i] === 1) continue;
    const found = mask?.[i] ?? 0;
    both += found & truth.mask[i]!;
    sum += found + truth.mask[i]!;
  }
  return (2 * both) / sum;
}
