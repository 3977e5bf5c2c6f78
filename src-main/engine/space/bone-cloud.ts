import { SPACE_POINT_FLOATS } from '../../../src-shared/index.ts';

/** Cubes a side of which are numbered in 16 bits: 32 m around the origin, far beyond any tracker. */
const HALF_RANGE = 32_768;

/**
 * Points of a surface, at most one per cube of a grid and never more than `maxPoints`. Points are only ever added, so
 * that whoever has fetched the first n needs only those after them; `clear` begins a new generation.
 */
export class BoneCloud {
  readonly gridMm: number;
  readonly maxPoints: number;
  readonly #values: Float32Array;
  readonly #taken = new Set<number>();
  #count = 0;
  #generation = 1;

  constructor(gridMm: number, maxPoints: number) {
    this.gridMm = gridMm;
    this.maxPoints = maxPoints;
    this.#values = new Float32Array(maxPoints * SPACE_POINT_FLOATS);
  }

  get count(): number {
    return this.#count;
  }

  get generation(): number {
    return this.#generation;
  }

  /** False when nothing was added: the place is taken, out of reach, or the cloud is full. mm and seconds. */
  add(x: number, y: number, z: number, depthMm: number, timeS: number): boolean {
    const key = this.#keyOf(x, y, z);
    if (this.#count === this.maxPoints || key === null || this.#taken.has(key)) {
      return false;
    }
    this.#taken.add(key);
    const at = this.#count++ * SPACE_POINT_FLOATS;
    this.#values[at] = x;
    this.#values[at + 1] = y;
    this.#values[at + 2] = z;
    this.#values[at + 3] = depthMm;
    this.#values[at + 4] = timeS;
    return true;
  }

  /** Numbers of the points from `first` on, at most `limit` of them; a view, true until `clear`. */
  slice(first: number, limit: number): Float32Array {
    const end = Math.min(this.#count, first + limit);
    return this.#values.subarray(first * SPACE_POINT_FLOATS, end * SPACE_POINT_FLOATS);
  }

  clear(): void {
    this.#taken.clear();
    this.#count = 0;
    this.#generation++;
  }

  #keyOf(x: number, y: number, z: number): number | null {
    let key = 0;
    for (const value of [x, y, z]) {
      const cube = Math.floor(value / this.gridMm) + HALF_RANGE;
      if (!(cube >= 0 && cube < 2 * HALF_RANGE)) {
        return null;
      }
      key = key * 2 * HALF_RANGE + cube;
    }
    return key;
  }
}
