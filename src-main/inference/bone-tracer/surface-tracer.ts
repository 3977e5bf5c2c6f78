/** Parameters of the tracer, from the model's manifest (`surface`): what they mean stands there. Lengths in mm. */
export interface SurfaceParameters {
  readonly tailFactor: number;
  readonly tailNearMm: number;
  readonly tailFarMm: number;
  readonly tailFloor: number;
  readonly mirrorFactor: number;
  readonly mirrorWithinMm: number;
  readonly scaleFloor: number;
  readonly scaleQuantile: number;
  readonly noneCost: number;
  readonly switchCost: number;
  readonly slopeCost: number;
  readonly maxSlope: number;
  readonly minLengthMm: number;
  readonly minMean: number;
  readonly evidenceBase: number;
  readonly minEvidenceMm: number;
  readonly minPictureEvidenceMm: number;
}

export interface SurfaceTrace {
  /** Row of the surface per column, fractions of a row, NaN where there is no bone. Valid until the next trace. */
  readonly rows: Float32Array;
  /** Mean likelihood over the columns with bone, 0..1; 0 without bone. */
  readonly score: number;
  readonly boneColumns: number;
}

/** A likelihood of this is no candidate: it is an eightieth of what a faint surface has. */
const NEGLIGIBLE = 0.005;

/** Rows are worked on in blocks of 8, larger than any step between columns: most blocks are dark and hold no path. */
const BLOCK_BITS = 3;
const BLOCK_ROWS = 1 << BLOCK_BITS;
const blocksOf = (rows: number): number => (rows + BLOCK_ROWS - 1) >> BLOCK_BITS;

/** Back pointer of a bone state that was entered from "no bone". */
const FROM_NONE = 127;

/**
 * Finds the bone surface in a likelihood picture: at most one row per column, or none.
 *
 * Viterbi from left to right over the rows of a column and one more state, "no bone". Anything but the likelihood's
 * own shape is a parameter. Allocates only when a larger picture than before arrives.
 */
export class SurfaceTracer {
  readonly #parameters: SurfaceParameters;
  readonly #mmPerPixel: number;
  readonly #tailNear: number;
  readonly #tailFar: number;
  readonly #mirrorWithin: number;
  readonly #minLength: number;
  /** Cost of moving by k rows to the next column. */
  readonly #move: Float32Array;
  /** Likelihood, one column after the other. */
  #p = new Float32Array(0);
  #back = new Int8Array(0);
  /** Row the surface ended at before this column's "no bone"; -1: it was "no bone" already. */
  #noneBack = new Int32Array(0);
  /** Blocks of a column that hold any likelihood. */
  #lit = new Uint8Array(0);
  /** Blocks with a path that may still be cheapest, in the column before and in this one; one block of margin at each end. */
  #alive = new Uint8Array(0);
  #nextAlive = new Uint8Array(0);
  #columnMaxima = new Float32Array(0);
  #sorted = new Float32Array(0);
  #rows = new Float32Array(0);
  #cost = new Float32Array(0);
  #nextCost = new Float32Array(0);
  /** Cheapest state of the column the forward pass is in, and its row. */
  #best = 0;
  #bestRow = -1;
  #top = 0;
  #bottom = 0;

  constructor(parameters: SurfaceParameters, mmPerPixel: number) {
    this.#parameters = parameters;
    this.#mmPerPixel = mmPerPixel;
    this.#tailNear = Math.round(parameters.tailNearMm / mmPerPixel);
    this.#tailFar = Math.round(parameters.tailFarMm / mmPerPixel);
    this.#mirrorWithin = Math.round(parameters.mirrorWithinMm / mmPerPixel);
    this.#minLength = parameters.minLengthMm / mmPerPixel;
    this.#move = Float32Array.from(
      { length: Math.ceil(parameters.maxSlope) + 1 },
      (_, k) => parameters.slopeCost * k * k,
    );
  }

  /** `likelihood`: row-major, `columns` x `rows`, >= 0, on the square grid given at construction. */
  trace(likelihood: Float32Array, columns: number, rows: number): SurfaceTrace {
    this.#reserve(columns, rows);
    this.#turn(likelihood, columns, rows);
    if (this.#top >= this.#bottom) {
      this.#rows.fill(Number.NaN);
      return { rows: this.#rows, score: 0, boneColumns: 0 };
    }
    this.#weakenEchoes(columns, rows);
    this.#scale(columns, rows);
    this.#backtrack(this.#forward(columns, rows), columns, rows);
    return this.#keepBelievable(columns, rows);
  }

  #reserve(columns: number, rows: number): void {
    const pixels = columns * rows;
    if (this.#p.length < pixels) {
      this.#p = new Float32Array(pixels);
      this.#back = new Int8Array(pixels);
    }
    const blocks = blocksOf(rows);
    if (this.#lit.length !== columns * blocks) this.#lit = new Uint8Array(columns * blocks);
    if (this.#alive.length !== blocks + 2) {
      this.#alive = new Uint8Array(blocks + 2);
      this.#nextAlive = new Uint8Array(blocks + 2);
    }
    if (this.#rows.length !== columns) {
      this.#rows = new Float32Array(columns);
      this.#columnMaxima = new Float32Array(columns);
      this.#sorted = new Float32Array(columns);
      this.#noneBack = new Int32Array(columns);
    }
    const padded = rows + 2 * (this.#move.length - 1);
    if (this.#cost.length !== padded) {
      this.#cost = new Float32Array(padded);
      this.#nextCost = new Float32Array(padded);
    }
  }

  /** Columns become contiguous, and the rows that hold any likelihood at all are found: nothing else can be bone. */
  #turn(likelihood: Float32Array, columns: number, rows: number): void {
    const p = this.#p;
    const blocks = blocksOf(rows);
    const lit = this.#lit.fill(0);
    this.#top = rows;
    this.#bottom = 0;
    for (let y = 0, from = 0; y < rows; y++) {
      let any = 0;
      for (let x = 0, to = y; x < columns; x++, to += rows, from++) {
        const value = likelihood[from]!;
        if (value < NEGLIGIBLE) {
          p[to] = 0;
          continue;
        }
        p[to] = value;
        lit[x * blocks + (y >> BLOCK_BITS)] = 1;
        any = 1;
      }
      if (any > 0) {
        if (y < this.#top) this.#top = y;
        this.#bottom = y + 1;
      }
    }
  }

  /**
   * Sound that bounces inside the bone's surface paints echoes just below it; sound that bounces between bone and probe
   * paints the bone again at twice its depth. A candidate loses against a stronger one where its original would be.
   */
  #weakenEchoes(columns: number, rows: number): void {
    const { tailFactor, tailFloor, mirrorFactor } = this.#parameters;
    const p = this.#p;
    for (let x = 0; x < columns; x++) {
      const base = x * rows;
      // From below upwards: what lies above is still untouched.
      for (let y = this.#bottom - 1; y >= this.#top + this.#tailNear; y--) {
        const value = p[base + y]!;
        if (value === 0) continue;
        const half = y >> 1;
        const tail = this.#largest(base, y - this.#tailFar, y - this.#tailNear);
        const mirror = this.#largest(
          base,
          half - this.#mirrorWithin,
          Math.min(half + this.#mirrorWithin + 1, y - this.#tailNear),
        );
        const loss = Math.max(tailFactor * tail, mirrorFactor * mirror);
        if (loss > 0) p[base + y] = value * Math.max(0, 1 - loss / Math.max(value, tailFloor));
      }
    }
  }

  #largest(base: number, first: number, end: number): number {
    const p = this.#p;
    let largest = 0;
    for (let at = base + Math.max(this.#top, first); at < base + end; at++) {
      if (p[at]! > largest) largest = p[at]!;
    }
    return largest;
  }

  /** Brings the picture's strong columns to 1: pictures differ in gain, the costs do not. */
  #scale(columns: number, rows: number): void {
    const { scaleFloor, scaleQuantile } = this.#parameters;
    const p = this.#p;
    for (let x = 0; x < columns; x++) {
      let largest = 0;
      for (let at = x * rows + this.#top, end = x * rows + this.#bottom; at < end; at++) {
        if (p[at]! > largest) largest = p[at]!;
      }
      this.#columnMaxima[x] = largest;
    }
    this.#sorted.set(this.#columnMaxima);
    this.#sorted.sort();
    const strong = this.#sorted[Math.min(columns - 1, Math.floor(columns * scaleQuantile))]!;
    const factor = 1 / Math.max(scaleFloor, strong);
    for (let x = 0; x < columns; x++) {
      if (this.#columnMaxima[x] === 0) continue;
      for (let at = x * rows + this.#top, end = x * rows + this.#bottom; at < end; at++) {
        if (p[at]! > 0) p[at] = Math.min(1, p[at]! * factor);
      }
    }
  }

  /** Returns the state the cheapest path ends in: a row, or -1 for "no bone". */
  #forward(columns: number, rows: number): number {
    const { noneCost, switchCost } = this.#parameters;
    let cost = this.#cost.fill(Number.POSITIVE_INFINITY);
    let next = this.#nextCost.fill(Number.POSITIVE_INFINITY);
    let alive = this.#alive.fill(0);
    let nextAlive = this.#nextAlive.fill(0);
    const blocks = blocksOf(rows);
    let none = 0;
    this.#best = Number.POSITIVE_INFINITY;
    for (let x = 0; x < columns; x++) {
      const end = this.#best + switchCost;
      const begin = x === 0 ? 0 : none + switchCost;
      this.#noneBack[x] = end < none ? this.#bestRow : -1;
      none = Math.min(none, end) + noneCost;
      // Who costs more than "no bone" and a new beginning is on no cheapest path: most rows drop out here.
      const hopeless = none + switchCost;
      this.#best = Number.POSITIVE_INFINITY;
      for (let block = 0; block < blocks; block++) {
        const first = block << BLOCK_BITS;
        const last = Math.min(rows, first + BLOCK_ROWS);
        if (this.#lit[x * blocks + block]! | alive[block]! | alive[block + 1]! | alive[block + 2]!) {
          nextAlive[block + 1] = this.#enterRows(cost, next, begin, hopeless, x * rows, first, last);
        } else if (nextAlive[block + 1] === 1) {
          const pad = this.#move.length - 1;
          next.fill(Number.POSITIVE_INFINITY, first + pad, last + pad);
          nextAlive[block + 1] = 0;
        }
      }
      [cost, next] = [next, cost];
      [alive, nextAlive] = [nextAlive, alive];
    }
    return this.#best < none ? this.#bestRow : -1;
  }

  /**
   * Cheapest way into each of the rows first .. last of a column, from the rows of the one before or from "no bone";
   * notes where it came from. Returns 1 when a path worth following is among them.
   */
  #enterRows(
    cost: Float32Array,
    next: Float32Array,
    begin: number,
    hopeless: number,
    base: number,
    first: number,
    last: number,
  ): 0 | 1 {
    const move = this.#move;
    const p = this.#p;
    const steps = move.length;
    const pad = steps - 1;
    let alive: 0 | 1 = 0;
    for (let y = first; y < last; y++) {
      const at = y + pad;
      let lowest = cost[at]!;
      let from = 0;
      for (let k = 1; k < steps; k++) {
        const price = move[k]!;
        const up = cost[at - k]! + price;
        if (up < lowest) {
          lowest = up;
          from = -k;
        }
        const down = cost[at + k]! + price;
        if (down < lowest) {
          lowest = down;
          from = k;
        }
      }
      const likelihood = p[base + y]!;
      // Beginning where nothing is seen costs more than beginning one column later.
      if (begin < lowest && likelihood > 0) {
        lowest = begin;
        from = FROM_NONE;
      }
      const value = lowest + 1 - Math.sqrt(likelihood);
      if (!(value < hopeless)) {
        next[at] = Number.POSITIVE_INFINITY;
        continue;
      }
      next[at] = value;
      alive = 1;
      this.#back[base + y] = from;
      if (value < this.#best) {
        this.#best = value;
        this.#bestRow = y;
      }
    }
    return alive;
  }

  #backtrack(last: number, columns: number, rows: number): void {
    let state = last;
    for (let x = columns - 1; x >= 0; x--) {
      if (state < 0) {
        this.#rows[x] = Number.NaN;
        state = this.#noneBack[x]!;
        continue;
      }
      this.#rows[x] = state;
      const back = this.#back[x * rows + state]!;
      state = back === FROM_NONE ? -1 : state + back;
    }
  }

  /** Drops surfaces that are too short or too weak, and places the rest between the rows. */
  #keepBelievable(columns: number, rows: number): SurfaceTrace {
    const surface = this.#rows;
    let total = 0;
    let boneColumns = 0;
    for (let x = 0; x < columns; ) {
      let sum = 0;
      let end = x;
      while (end < columns && !Number.isNaN(surface[end]!)) {
        sum += this.#p[end * rows + surface[end]!]!;
        end++;
      }
      const length = end - x;
      if (length > 0 && !this.#isBelievable(length, sum)) {
        surface.fill(Number.NaN, x, end);
      } else {
        total += sum;
        boneColumns += length;
        for (; x < end; x++) {
          surface[x] = this.#refine(x * rows, surface[x]!, rows);
        }
      }
      x = end + 1;
    }
    if (this.#evidenceMm(boneColumns, total) < this.#parameters.minPictureEvidenceMm) {
      surface.fill(Number.NaN);
      return { rows: surface, score: 0, boneColumns: 0 };
    }
    return { rows: surface, score: boneColumns === 0 ? 0 : total / boneColumns, boneColumns };
  }

  /** Long and faint counts, short and strong counts, short and faint does not. `sum`: of the likelihood over the columns. */
  #isBelievable(columns: number, sum: number): boolean {
    const { minMean, minEvidenceMm } = this.#parameters;
    const isStrong = sum >= minMean * columns && this.#evidenceMm(columns, sum) >= minEvidenceMm;
    return columns >= this.#minLength && isStrong;
  }

  #evidenceMm(columns: number, sum: number): number {
    return (sum - this.#parameters.evidenceBase * columns) * this.#mmPerPixel;
  }

  /** Vertex of the parabola through the likelihoods of three rows, at most half a row away. */
  #refine(base: number, row: number, rows: number): number {
    if (row < 1 || row >= rows - 1) return row;
    const above = this.#p[base + row - 1]!;
    const here = this.#p[base + row]!;
    const below = this.#p[base + row + 1]!;
    const curvature = above - 2 * here + below;
    if (curvature >= 0 || here < above || here < below) return row;
    return row + Math.max(-0.5, Math.min(0.5, (0.5 * (above - below)) / curvature));
  }
}
