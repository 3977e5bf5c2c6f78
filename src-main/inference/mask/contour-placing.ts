import type { BeamView, ImageArea } from '../picture/beam-view.ts';
import { MaskMemory } from './mask-memory.ts';
import type { PlacedGrid } from './placing.ts';

/** A mask on a model's grid with the values it was cut from: a cell is bone where `levels` reach `least`. */
export interface LevelGrid extends PlacedGrid {
  /** One per cell, row-major. */
  readonly levels: Float32Array;
  readonly least: number;
  /** Rows outside of this range hold no bone. */
  readonly span: readonly [first: number, end: number];
}

/** Where source pixels lie between the centres of grid cells along one axis. */
interface Between {
  readonly first: Int32Array;
  /** Share of the cell after `first`, 0..1. */
  readonly share: Float32Array;
  /** Per cell the pixel from which on `first` is that cell or a later one; one more for the end. */
  readonly begins: Int32Array;
}

/**
 * Brings masks from a model's grid to a finer source, with the edge where the levels, interpolated between cells, cross
 * the limit: cells of 0.2 mm would otherwise make steps of 0.2 mm. Cells that mask rules cleared stay cleared.
 */
export class ContourPlacer {
  #key = '';
  #across: Between = between(0, 1, 0);
  #down: Between = this.#across;
  /** Per grid row: first column with bone, and the one after the last; empty rows have first >= end. */
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  readonly #memory = new MaskMemory();
  #span: readonly [from: number, end: number] = [0, 0];

  /** Pixels of the last mask outside of this range hold no bone. */
  get span(): readonly [from: number, end: number] {
    return this.#span;
  }

  /** The source's size, 0/1, valid until the next call. */
  place(grid: LevelGrid, view: BeamView, area: ImageArea): Uint8Array {
    const mask = this.#memory.blank(view.columns * view.rows);
    const rows = grid.mask.length / grid.columns;
    this.#layOut(grid, rows, area);
    this.#findExtents(grid, rows);
    let [top, bottom] = [area.v1, area.v0];
    for (let v = area.v0; v < area.v1; v++) {
      const row = this.#down.first[v - area.v0]!;
      const next = Math.min(row + 1, rows - 1);
      const start = Math.min(this.#starts[row]!, this.#starts[next]!);
      const end = Math.max(this.#ends[row]!, this.#ends[next]!);
      if (start >= end) continue;
      this.#drawRow(grid, view, area, v, [start, end], mask);
      top = Math.min(top, v);
      bottom = v + 1;
    }
    this.#span = top >= bottom ? [0, 0] : spanOfRows(view, top, bottom);
    return mask;
  }

  /**
   * Source pixels between cell `start - 1` and cell `end`, the cells after which no bone can reach. Goes from gap to gap
   * between cells, as what four cells say holds for all pixels among them: a quarter cheaper than asking at every pixel.
   */
  #drawRow(
    grid: LevelGrid,
    view: BeamView,
    area: ImageArea,
    v: number,
    [start, end]: readonly [number, number],
    out: Uint8Array,
  ): void {
    const { columns, mask } = grid;
    const { share, begins } = this.#across;
    const row = this.#down.first[v - area.v0]!;
    const below = this.#down.share[v - area.v0]!;
    const upper = row * columns;
    const lower = Math.min(upper + columns, mask.length - columns);
    const at = view.origin + area.u0 * view.strideU + v * view.strideV;
    for (let left = Math.max(0, start - 1); left < end; left++) {
      const right = left + 1 < columns ? left + 1 : left;
      const cells = mask[upper + left]! + mask[upper + right]! + mask[lower + left]! + mask[lower + right]!;
      if (cells === 0) continue;
      const first = begins[left]!;
      const next = begins[left + 1]!;
      if (cells === 4) {
        for (let i = first; i < next; i++) out[at + i * view.strideU] = 1;
        continue;
      }
      const before = (1 - below) * excess(grid, upper + left) + below * excess(grid, lower + left);
      const after = (1 - below) * excess(grid, upper + right) + below * excess(grid, lower + right);
      for (let i = first; i < next; i++) {
        if ((1 - share[i]!) * before + share[i]! * after >= 0) out[at + i * view.strideU] = 1;
      }
    }
  }

  #findExtents({ mask, columns, span }: LevelGrid, rows: number): void {
    if (this.#starts.length !== rows) {
      this.#starts = new Int32Array(rows);
      this.#ends = new Int32Array(rows);
    }
    this.#starts.fill(columns);
    this.#ends.fill(0);
    for (let row = span[0]; row < span[1]; row++) {
      const base = row * columns;
      let start = 0;
      let end = columns;
      while (start < end && mask[base + start] === 0) start++;
      while (end > start && mask[base + end - 1] === 0) end--;
      if (start === end) continue;
      this.#starts[row] = start;
      this.#ends[row] = end;
    }
  }

  #layOut({ columns, scale }: LevelGrid, rows: number, { u0, u1, v0, v1 }: ImageArea): void {
    const key = `${u1 - u0} ${v1 - v0} ${scale[0]} ${scale[1]} ${columns} ${rows}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#across = between(u1 - u0, scale[0], columns);
    this.#down = between(v1 - v0, scale[1], rows);
  }
}

/** Places between which all pixels of the rows `top` to `bottom` lie, however the source is turned. */
function spanOfRows({ columns, origin, strideU, strideV }: BeamView, top: number, bottom: number): [number, number] {
  const across = (columns - 1) * strideU;
  const corners = [top, bottom - 1].flatMap((v) => [origin + v * strideV, origin + v * strideV + across]);
  return [Math.min(...corners), Math.max(...corners) + 1];
}

/** Above 0: bone. The mask says which side a cell is on; its level how far, also where a rule overruled it. */
function excess({ mask, levels, least }: LevelGrid, cell: number): number {
  const away = Math.abs(levels[cell]! - least);
  return mask[cell] === 1 ? away : -away;
}

function between(pixels: number, scale: number, cells: number): Between {
  const first = new Int32Array(pixels);
  const share = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    // In cells, counted from the centre of the first.
    const place = Math.min(cells - 1, Math.max(0, (i + 0.5) * scale - 0.5));
    first[i] = Math.floor(place);
    share[i] = place - first[i]!;
  }
  const begins = new Int32Array(cells + 1).fill(pixels);
  for (let i = pixels - 1; i >= 0; i--) begins[first[i]!] = i;
  for (let cell = cells - 1; cell >= 0; cell--) begins[cell] = Math.min(begins[cell]!, begins[cell + 1]!);
  return { first, share, begins };
}
