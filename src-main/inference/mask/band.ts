import { MaskMemory } from './mask-memory.ts';
import type { MaskGrid } from './pieces.ts';

/** How far a model's masks reach to both sides of the bone's surface, along the beam. */
export interface SurfaceBand {
  readonly aboveMm: number;
  readonly belowMm: number;
}

/** In bands. Thicker runs are two bones in one beam, thinner ones a scrap; scales that a model mistakes lie between. */
const THICKEST = 2.5;
const THINNEST = 0.3;

/**
 * Draws masks anew as thick as they are meant to be. A model that knows no scale can see where a surface is, but not how
 * many pixels its band's millimetres are; the source says that. The surface lies in a run where the band has it, as a share
 * of the run's length, so an error of scale falls out of it.
 */
export class BandDrawer {
  readonly #memory = new MaskMemory();
  /** Per column: the row where the run that is being followed begins; -1: none is. */
  #begun = new Int32Array(0);

  /** The mask drawn anew, rows x columns, 0/1, valid until the next call. Beams run along the columns. */
  draw({ mask, columns, rows, spacing }: MaskGrid, band: SurfaceBand): Uint8Array {
    const drawn = this.#memory.blank(mask.length);
    if (this.#begun.length !== columns) this.#begun = new Int32Array(columns);
    const begun = this.#begun.fill(-1);
    let open = 0;
    let next = mask.indexOf(1);
    for (let row = 0; row <= rows; row++) {
      const base = row * columns;
      // Most rows hold nothing, and nothing begins or ends there.
      if (open === 0 && (next < 0 || next >= base + columns)) continue;
      for (let column = 0; column < columns; column++) {
        const isBone = row < rows && mask[base + column] === 1;
        const from = begun[column]!;
        if (isBone === from >= 0) continue;
        if (isBone) {
          begun[column] = row;
          open++;
        } else {
          drawRun(drawn, columns, column, bandOf(from, row, rows, spacing[1], band));
          begun[column] = -1;
          open--;
        }
      }
      next = mask.indexOf(1, base + columns);
    }
    return drawn;
  }
}

/** First and last row of the band about the surface that a run (rows `first` to `end`, excluded) shows; the run where it is no whole band. */
function bandOf(
  first: number,
  end: number,
  rows: number,
  mmPerRow: number,
  { aboveMm, belowMm }: SurfaceBand,
): readonly [first: number, last: number] {
  const bands = ((end - first) * mmPerRow) / (aboveMm + belowMm);
  const isCut = first === 0 || end === rows;
  if (isCut || bands > THICKEST || bands < THINNEST) return [first, end - 1];
  // Rows are counted at their centres, a run's ends at its edges.
  const surface = first + ((end - first) * aboveMm) / (aboveMm + belowMm) - 0.5;
  return [
    Math.max(0, Math.ceil(surface - aboveMm / mmPerRow)),
    Math.min(rows - 1, Math.floor(surface + belowMm / mmPerRow)),
  ];
}

function drawRun(
  mask: Uint8Array,
  columns: number,
  column: number,
  [first, last]: readonly [first: number, last: number],
): void {
  for (let row = first; row <= last; row++) mask[row * columns + column] = 1;
}
