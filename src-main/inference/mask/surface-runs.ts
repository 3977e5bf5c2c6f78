import type { MaskGrid } from './pieces.ts';

/** How far a model's masks reach to both sides of the bone's surface, along the beam. */
export interface SurfaceBand {
  readonly aboveMm: number;
  readonly belowMm: number;
}

/** In bands. Thicker runs are two bones in one beam, thinner ones a scrap; scales that a model mistakes lie between. */
const THICKEST = 2.5;
const THINNEST = 0.3;
/** Neighbours belong to one surface up to this slope (66 degrees), and a step that speckle makes. */
const STEEPEST = 2.2;
const STEP_MM = 0.2;

/** Bone in one column: rows `first` to `end`, excluded. */
export interface SurfaceRun {
  readonly first: number;
  readonly end: number;
  /** Row of the surface, counted at rows' centres; null where the run is no whole band. */
  readonly surface: number | null;
  /** Counts the runs of a mask. */
  readonly index: number;
}

/** All runs of a mask, by column. */
export class SurfaceRuns {
  readonly columns: readonly (readonly SurfaceRun[])[];
  readonly count: number;
  readonly #spacing: MaskGrid['spacing'];

  /** Beams run along the columns; the mask is gone through along its rows, as it lies in memory. */
  constructor({ mask, columns, rows, spacing }: MaskGrid, band: SurfaceBand) {
    const runs: SurfaceRun[][] = Array.from({ length: columns }, () => []);
    /** Per column: the row where the run that is being followed begins; -1: none is. */
    const begun = new Int32Array(columns).fill(-1);
    let open = 0;
    let count = 0;
    let next = mask.indexOf(1);
    for (let row = 0; row <= rows; row++) {
      const base = row * columns;
      // Most rows hold nothing, and nothing begins or ends there.
      if (open === 0 && (next < 0 || next >= base + columns)) continue;
      for (let column = 0; column < columns; column++) {
        const isBone = row < rows && mask[base + column] === 1;
        const first = begun[column]!;
        if (isBone === first >= 0) continue;
        if (isBone) {
          begun[column] = row;
          open++;
        } else {
          const surface = surfaceOf(first, row, rows, spacing[1], band);
          runs[column]!.push({ first, end: row, surface, index: count++ });
          begun[column] = -1;
          open--;
        }
      }
      next = mask.indexOf(1, base + columns);
    }
    this.columns = runs;
    this.count = count;
    this.#spacing = spacing;
  }

  /** The run `away` columns from `column` that continues the surface at row `surface`; null where it ends. */
  neighbour(column: number, surface: number, away: number): SurfaceRun | null {
    const [mmPerColumn, mmPerRow] = this.#spacing;
    let least = (STEEPEST * Math.abs(away) * mmPerColumn + STEP_MM) / mmPerRow;
    let found: SurfaceRun | null = null;
    for (const run of this.columns[column + away] ?? []) {
      if (run.surface === null) continue;
      const distance = Math.abs(run.surface - surface);
      if (distance > least) continue;
      least = distance;
      found = run;
    }
    return found;
  }
}

/** The surface lies in a run where the band has it, as a share of the run's length: an error of scale falls out of it. */
function surfaceOf(
  first: number,
  end: number,
  rows: number,
  mmPerRow: number,
  { aboveMm, belowMm }: SurfaceBand,
): number | null {
  const bands = ((end - first) * mmPerRow) / (aboveMm + belowMm);
  const isCut = first === 0 || end === rows;
  if (isCut || bands > THICKEST || bands < THINNEST) return null;
  // Rows are counted at their centres, a run's ends at its edges.
  return first + ((end - first) * aboveMm) / (aboveMm + belowMm) - 0.5;
}
