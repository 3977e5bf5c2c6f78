import type { BeamView, ImageArea } from '../picture/beam-view.ts';
import { MaskMemory } from './mask-memory.ts';

/** A mask of the model's on its own grid, and how that grid lies in the source. */
export interface PlacedGrid {
  readonly mask: Uint8Array;
  readonly columns: number;
  /** Grid cells per source pixel along u and v; both begin at the area's corner. */
  readonly scale: readonly [u: number, v: number];
}

/** A mask on a model's grid with the values it was cut from: a cell is bone where `levels` reach `least`. */
export interface LevelGrid extends PlacedGrid {
  /** One per cell, row-major. */
  readonly levels: Float32Array;
  readonly least: number;
  /** Rows outside of this range hold no bone. */
  readonly span: readonly [first: number, end: number];
}

/** Brings masks from a model's grid to the source's own, each pixel from the cell its centre lies in. */
export class MaskPlacer {
  #key = '';
  #cells = new Int32Array(0);
  readonly #memory = new MaskMemory();

  /** The source's size, 0/1, valid until the next call. */
  place(grid: PlacedGrid, view: BeamView, area: ImageArea): Uint8Array {
    const mask = this.#memory.blank(view.columns * view.rows);
    const cells = this.#cellsOf(grid, area);
    const rows = grid.mask.length / grid.columns;
    for (let v = area.v0; v < area.v1; v++) {
      const row = Math.min(rows - 1, Math.floor((v - area.v0 + 0.5) * grid.scale[1]));
      const base = row * grid.columns;
      const lit = grid.mask.indexOf(1, base);
      if (lit < 0) break;
      if (lit >= base + grid.columns) continue;
      let at = view.origin + area.u0 * view.strideU + v * view.strideV;
      for (let i = 0; i < cells.length; i++, at += view.strideU) mask[at] = grid.mask[base + cells[i]!]!;
    }
    return mask;
  }

  #cellsOf({ columns, scale }: PlacedGrid, { u0, u1 }: ImageArea): Int32Array {
    const key = `${u1 - u0} ${scale[0]} ${columns}`;
    if (key !== this.#key) {
      this.#cells = Int32Array.from({ length: u1 - u0 }, (_, i) =>
        Math.min(columns - 1, Math.floor((i + 0.5) * scale[0])),
      );
      this.#key = key;
    }
    return this.#cells;
  }
}
