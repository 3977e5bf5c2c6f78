import type { MaskRules } from '../manifest-parts.ts';

/** A mask on a grid of pixels of `spacing`; u runs along the probe, v along the beam. */
export interface MaskGrid {
  /** Row-major, 0/1. */
  readonly mask: Uint8Array;
  readonly columns: number;
  readonly rows: number;
  /** Rows outside of this range hold no 1; absent: nobody knows. */
  readonly span?: readonly [first: number, end: number];
  /** mm per pixel. */
  readonly spacing: readonly [u: number, v: number];
}

/**
 * Drops the pieces of a mask that are no bone surface by their size, and fills its holes.
 *
 * Works on runs of equal pixels, joined by union-find, so that its cost follows what is in the mask and not its size.
 * Pieces touch at edges or corners; holes are closed off by edges alone. Keeps its memory between masks.
 */
export class MaskPieces {
  readonly #bone = new Runs();
  readonly #gaps = new Runs();
  #meanProbability: number | null = null;

  /** Over the pixels that the last cleaning left; null when its pieces were not judged by it, or none is left. */
  get meanProbability(): number | null {
    return this.#meanProbability;
  }

  /** `probabilityAt`: of the pixel at an index; absent, pieces are not judged by it. Returns how many pixels are 1. */
  clean(grid: MaskGrid, rules: MaskRules, probabilityAt?: (index: number) => number): number {
    this.#bone.find(grid);
    if (rules.maxHoleMm2 > 0 && this.#fillHoles(grid, rules.maxHoleMm2)) this.#bone.find(grid);
    return this.#dropPieces(grid, rules, probabilityAt);
  }

  #dropPieces(grid: MaskGrid, rules: MaskRules, probabilityAt: ((index: number) => number) | undefined): number {
    const runs = this.#bone;
    const { spacing, columns } = grid;
    const leastPixels = rules.minAreaMm2 / (spacing[0] * spacing[1]);
    const leastColumns = rules.minLengthMm / spacing[0];
    const judged = rules.minMeanProbability > 0 ? probabilityAt : undefined;
    const sums = judged === undefined ? null : runs.sums(columns, judged);
    let kept = 0;
    let keptSum = 0;
    for (let run = 0; run < runs.count; run++) {
      const piece = runs.root(run);
      const pixels = runs.pixels[piece]!;
      const isBone =
        pixels >= leastPixels &&
        runs.last[piece]! - runs.first[piece]! >= leastColumns &&
        (sums === null || sums[piece]! >= rules.minMeanProbability * pixels);
      const begin = runs.row[run]! * columns + runs.begin[run]!;
      const end = runs.row[run]! * columns + runs.end[run]!;
      if (isBone) {
        kept += end - begin;
        if (run === piece && sums !== null) keptSum += sums[piece]!;
      } else {
        grid.mask.fill(0, begin, end);
      }
    }
    this.#meanProbability = sums === null || kept === 0 ? null : keptSum / kept;
    return kept;
  }

  /** Returns whether there were any. */
  #fillHoles(grid: MaskGrid, maxHoleMm2: number): boolean {
    const runs = this.#gaps;
    runs.findBetween(this.#bone, grid);
    const { spacing, columns, rows, mask, span: [top, end] = [0, rows] } = grid;
    const mostPixels = maxHoleMm2 / (spacing[0] * spacing[1]);
    let hasFilled = false;
    for (let run = 0; run < runs.count; run++) {
      const hole = runs.root(run);
      const isOpen = runs.first[hole] === 0 || runs.last[hole] === columns;
      if (isOpen || runs.top[hole] === top || runs.bottom[hole] === end - 1 || runs.pixels[hole]! > mostPixels)
        continue;
      mask.fill(1, runs.row[run]! * columns + runs.begin[run]!, runs.row[run]! * columns + runs.end[run]!);
      hasFilled = true;
    }
    return hasFilled;
  }
}

/** Runs of one value along the rows, and the connected pieces they form: a piece is known by its root run. */
class Runs {
  count = 0;
  row = new Int32Array(0);
  begin = new Int32Array(0);
  /** Excluded. */
  end = new Int32Array(0);
  /** Of a root's piece: first column, last one (excluded), first row, last row, and how many pixels. */
  first = new Int32Array(0);
  last = new Int32Array(0);
  top = new Int32Array(0);
  bottom = new Int32Array(0);
  pixels = new Int32Array(0);
  #parent = new Int32Array(0);
  /** Where the next pixel of 0 and of 1 is: asked for ever further on, so rows without one cost no search of their own. */
  readonly #next: [number, number] = [-1, -1];

  /** The runs of 1, joined where corners touch too. */
  find({ mask, columns, rows, span: [top, end] = [0, rows] }: MaskGrid): void {
    this.count = 0;
    this.#next.fill(-1);
    let above = 0;
    let aboveEnd = 0;
    const known = mask.subarray(0, end * columns);
    for (let v = top; v < end; v++) {
      const first = this.count;
      this.#runsOf(known, v, columns);
      this.#join(above, aboveEnd, first, 1);
      above = first;
      aboveEnd = this.count;
    }
    this.#measure();
  }

  /** What `bone`'s runs leave free, joined along edges only: a second look at the pixels would cost as much as the first. */
  findBetween(bone: Runs, { columns, rows, span: [top, end] = [0, rows] }: MaskGrid): void {
    this.count = 0;
    let above = 0;
    let aboveEnd = 0;
    let run = 0;
    for (let v = top; v < end; v++) {
      const first = this.count;
      let begin = 0;
      for (; run < bone.count && bone.row[run] === v; run++) {
        if (bone.begin[run]! > begin) this.#add(v, begin, bone.begin[run]!);
        begin = bone.end[run]!;
      }
      if (begin < columns) this.#add(v, begin, columns);
      this.#join(above, aboveEnd, first, 0);
      above = first;
      aboveEnd = this.count;
    }
    this.#measure();
  }

  root(run: number): number {
    const parent = this.#parent;
    let at = run;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }

  /** Sum of a figure over the pixels of each piece, at its root. */
  sums(columns: number, figureAt: (index: number) => number): Float64Array {
    const sums = new Float64Array(this.count);
    for (let run = 0; run < this.count; run++) {
      const base = this.row[run]! * columns;
      let sum = 0;
      for (let at = base + this.begin[run]!; at < base + this.end[run]!; at++) sum += figureAt(at);
      const piece = this.root(run);
      sums[piece] = sums[piece]! + sum;
    }
    return sums;
  }

  #runsOf(mask: Uint8Array, v: number, columns: number): void {
    const base = v * columns;
    const end = base + columns;
    let at = base;
    while (true) {
      const begin = this.#seek(mask, 1, at);
      if (begin >= end) return;
      const runEnd = Math.min(end, this.#seek(mask, 0, begin));
      this.#add(v, begin - base, runEnd - base);
      if (runEnd === end) return;
      at = runEnd;
    }
  }

  /** First pixel of `value` from `from` on; the mask's length when there is none. */
  #seek(mask: Uint8Array, value: 0 | 1, from: number): number {
    if (this.#next[value] < from) {
      const at = mask.indexOf(value, from);
      this.#next[value] = at < 0 ? mask.length : at;
    }
    return this.#next[value];
  }

  #add(row: number, begin: number, end: number): void {
    if (this.count === this.row.length) this.#grow();
    const run = this.count++;
    this.row[run] = row;
    this.begin[run] = begin;
    this.end[run] = end;
    this.#parent[run] = run;
  }

  /**
   * Joins the runs from `from` on with those of the row above they touch; both lists go left to right. `reach`: 1 where
   * corners join, 0 where only edges do.
   */
  #join(above: number, aboveEnd: number, from: number, reach: 0 | 1): void {
    let upper = above;
    for (let run = from; run < this.count; run++) {
      while (upper < aboveEnd && this.end[upper]! + reach <= this.begin[run]!) upper++;
      for (let other = upper; other < aboveEnd && this.begin[other]! < this.end[run]! + reach; other++) {
        this.#parent[this.root(run)] = this.root(other);
      }
    }
  }

  #measure(): void {
    for (let run = 0; run < this.count; run++) {
      this.first[run] = this.begin[run]!;
      this.last[run] = this.end[run]!;
      this.top[run] = this.row[run]!;
      this.bottom[run] = this.row[run]!;
      this.pixels[run] = this.end[run]! - this.begin[run]!;
    }
    for (let run = 0; run < this.count; run++) {
      const piece = this.root(run);
      if (piece === run) continue;
      this.first[piece] = Math.min(this.first[piece]!, this.begin[run]!);
      this.last[piece] = Math.max(this.last[piece]!, this.end[run]!);
      this.top[piece] = Math.min(this.top[piece]!, this.row[run]!);
      this.bottom[piece] = Math.max(this.bottom[piece]!, this.row[run]!);
      this.pixels[piece] = this.pixels[piece]! + this.end[run]! - this.begin[run]!;
    }
  }

  #grow(): void {
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(Math.max(256, old.length * 2));
      larger.set(old);
      return larger;
    };
    this.row = grown(this.row);
    this.begin = grown(this.begin);
    this.end = grown(this.end);
    this.first = grown(this.first);
    this.last = grown(this.last);
    this.top = grown(this.top);
    this.bottom = grown(this.bottom);
    this.pixels = grown(this.pixels);
    this.#parent = grown(this.#parent);
  }
}
