import type { LevelGrid } from '../../../src-main/inference/mask/placing.ts';
import type { BeamView, ImageArea } from '../../../src-main/inference/picture/beam-view.ts';

/** What contours are by definition, pixel by pixel: bone where the level between the four cells around reaches the limit. */
export function contourByPixel(grid: LevelGrid, view: BeamView, area: ImageArea): Uint8Array {
  const { columns, scale, mask, levels, least } = grid;
  const rows = mask.length / columns;
  const out = new Uint8Array(view.columns * view.rows);
  // Above 0: bone. A cell that a rule cleared is as far below the limit as its level is from it.
  const excess = (row: number, column: number): number => {
    const cell = Math.min(rows - 1, row) * columns + Math.min(columns - 1, column);
    return Math.abs(levels[cell]! - least) * (mask[cell] === 1 ? 1 : -1);
  };
  const place = (pixel: number, perPixel: number, cells: number): number =>
    Math.min(cells - 1, Math.max(0, (pixel + 0.5) * perPixel - 0.5));
  for (let v = area.v0; v < area.v1; v++) {
    const down = place(v - area.v0, scale[1], rows);
    const row = Math.floor(down);
    for (let u = area.u0; u < area.u1; u++) {
      const across = place(u - area.u0, scale[0], columns);
      const column = Math.floor(across);
      const between = (at: number): number => (1 - down + row) * excess(row, at) + (down - row) * excess(row + 1, at);
      const level = (1 - across + column) * between(column) + (across - column) * between(column + 1);
      if (level >= 0) out[view.origin + u * view.strideU + v * view.strideV] = 1;
    }
  }
  return out;
}
