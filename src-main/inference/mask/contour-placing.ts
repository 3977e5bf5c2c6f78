import type { BeamView, ImageArea } from '../picture/beam-view.ts';
import { type Between, ContourKernel } from './contour-kernel.ts';
import type { LevelGrid } from './placing.ts';

/**
 * Brings masks from a model's grid to a finer source, with the edge where the levels, interpolated between cells, cross
 * the limit: cells of 0.2 mm would otherwise make steps of 0.2 mm. Cells that mask rules cleared stay cleared.
 */
export class ContourPlacer {
  readonly #kernel = new ContourKernel();
  #key = '';
  #down: Between = between(0, 1, 0);
  #span: readonly [from: number, end: number] = [0, 0];

  /** Pixels of the last mask outside of this range hold no bone. */
  get span(): readonly [from: number, end: number] {
    return this.#span;
  }

  /** The source's size, 0/1, valid until the next call. */
  place(grid: LevelGrid, view: BeamView, area: ImageArea): Uint8Array {
    const rows = grid.mask.length / grid.columns;
    const isNew = this.#layOut(grid, rows, view, area);
    const mask = this.#kernel.mask;
    if (!isNew) mask.fill(0, ...this.#span);
    // A row of cells is seen from the row before it on.
    const [first, end] = [Math.max(0, grid.span[0] - 1), grid.span[1]];
    const { begins } = this.#down;
    const [top, bottom] = this.#kernel.draw(
      grid,
      [first, Math.min(rows, end + 1)],
      [begins[first]!, begins[end]!],
      view,
      area,
    );
    this.#span = top >= bottom ? [0, 0] : spanOfRows(view, area.v0 + top, area.v0 + bottom);
    return mask;
  }

  #layOut({ columns, scale }: LevelGrid, rows: number, view: BeamView, { u0, u1, v0, v1 }: ImageArea): boolean {
    const pixels = view.columns * view.rows;
    const key = `${u1 - u0} ${v1 - v0} ${scale[0]} ${scale[1]} ${columns} ${rows} ${pixels}`;
    if (key === this.#key) return false;
    this.#key = key;
    this.#down = between(v1 - v0, scale[1], rows);
    this.#kernel.layOut([columns, rows], between(u1 - u0, scale[0], columns), this.#down, pixels);
    return true;
  }
}

/** Places between which all pixels of the rows `top` to `bottom` lie, however the source is turned. */
function spanOfRows({ columns, origin, strideU, strideV }: BeamView, top: number, bottom: number): [number, number] {
  const across = (columns - 1) * strideU;
  const corners = [top, bottom - 1].flatMap((v) => [origin + v * strideV, origin + v * strideV + across]);
  return [Math.min(...corners), Math.max(...corners) + 1];
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
