import { SPACE_POINT_FLOATS, type SpacePoints } from '../../src-shared/index.ts';

/** What the points are coloured by: mm below the transducer, or seconds since the first point. */
export type PointColour = 'depth' | 'age';

const INDEX_OF: Readonly<Record<PointColour, number>> = { depth: 3, age: 4 };

/** The engine's points as far as this page has fetched them. */
export class SurfacePoints {
  #values = new Float32Array(1024 * SPACE_POINT_FLOATS);
  #count = 0;
  #total = 0;
  #generation = 0;

  get count(): number {
    return this.#count;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Every point the engine had at its last answer is here. */
  get isComplete(): boolean {
    return this.#count === this.#total;
  }

  /** `SPACE_POINT_FLOATS` numbers a point; a view that holds until the next `add`. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.#count * SPACE_POINT_FLOATS);
  }

  /** @returns whether anything changed. */
  add({ generation, from, points, total }: SpacePoints): boolean {
    const fresh = floatsOf(points);
    const isNew = generation !== this.#generation;
    if (isNew || from < this.#count) {
      this.#count = Math.min(from, isNew ? 0 : from);
    }
    this.#generation = generation;
    this.#total = total;
    if (from !== this.#count) {
      return isNew;
    }
    this.#makeRoom(this.#count * SPACE_POINT_FLOATS + fresh.length);
    this.#values.set(fresh, this.#count * SPACE_POINT_FLOATS);
    this.#count += fresh.length / SPACE_POINT_FLOATS;
    return isNew || fresh.length > 0;
  }

  /** Lowest and highest value of what the points are coloured by; null without points. */
  range(colour: PointColour): readonly [low: number, high: number] | null {
    const { values } = this;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = INDEX_OF[colour]; at < values.length; at += SPACE_POINT_FLOATS) {
      const value = values[at] as number;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return low > high ? null : [low, high];
  }

  /** 0..1 within `range`. */
  shareOf(point: number, colour: PointColour, [low, high]: readonly [number, number]): number {
    const value = this.#values[point * SPACE_POINT_FLOATS + INDEX_OF[colour]] as number;
    return high > low ? (value - low) / (high - low) : 1;
  }

  #makeRoom(floats: number): void {
    if (floats > this.#values.length) {
      const larger = new Float32Array(Math.max(floats, 2 * this.#values.length));
      larger.set(this.#values);
      this.#values = larger;
    }
  }
}

/** Little-endian in base64, as the engine sends them. */
function floatsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getFloat32(4 * index, true));
}
