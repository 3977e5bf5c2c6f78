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

/** Bone in one column after the other, as flat arrays: every neighbour of every run is asked for, in every frame. */
export class SurfaceRuns {
  /** Per column the first of its runs; one more for the end. */
  readonly starts: Int32Array;
  /** Per run its rows, `end` excluded. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** Per run the row of its surface, counted at rows' centres; NaN where the run is no whole band. */
  readonly surface: Float32Array;
  readonly columns: number;
  readonly #spacing: MaskGrid['spacing'];

  /** Beams run along the columns. */
  constructor(grid: MaskGrid, band: SurfaceBand) {
    const { columns, rows, spacing } = grid;
    const found = foundRuns(grid);
    this.columns = columns;
    this.#spacing = spacing;
    this.starts = new Int32Array(columns + 1);
    for (const { column } of found) this.starts[column + 1]!++;
    for (let column = 0; column < columns; column++) this.starts[column + 1]! += this.starts[column]!;
    const next = this.starts.slice();
    this.first = new Int32Array(found.length);
    this.end = new Int32Array(found.length);
    this.surface = new Float32Array(found.length);
    for (const { column, first, end } of found) {
      const run = next[column]!++;
      this.first[run] = first;
      this.end[run] = end;
      this.surface[run] = surfaceOf(first, end, rows, spacing[1], band);
    }
  }

  get count(): number {
    return this.first.length;
  }

  /** The run `away` columns from `column` that continues the surface at row `surface`; -1 where it ends. */
  neighbour(column: number, surface: number, away: number): number {
    const there = column + away;
    if (there < 0 || there >= this.columns) return -1;
    let least = (STEEPEST * Math.abs(away) * this.#spacing[0] + STEP_MM) / this.#spacing[1];
    let found = -1;
    const end = this.starts[there + 1]!;
    for (let run = this.starts[there]!; run < end; run++) {
      const distance = Math.abs(this.surface[run]! - surface);
      // No run without a surface: NaN is less than nothing.
      if (distance <= least) {
        least = distance;
        found = run;
      }
    }
    return found;
  }
}

/** Bone in one column: rows `first` to `end`, excluded. */
interface FoundRun {
  readonly column: number;
  readonly first: number;
  readonly end: number;
}

/** The runs of a mask, found along its rows, as it lies in memory. */
function foundRuns({ mask, columns, rows }: MaskGrid): FoundRun[] {
  const found: FoundRun[] = [];
  /** Per column: the row where the run that is being followed begins; -1: none is. */
  const begun = new Int32Array(columns).fill(-1);
  let open = 0;
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
        found.push({ column, first, end: row });
        begun[column] = -1;
        open--;
      }
    }
    next = mask.indexOf(1, base + columns);
  }
  return found;
}

/** The surface lies in a run where the band has it, as a share of the run's length: an error of scale falls out of it. */
function surfaceOf(
  first: number,
  end: number,
  rows: number,
  mmPerRow: number,
  { aboveMm, belowMm }: SurfaceBand,
): number {
  const bands = ((end - first) * mmPerRow) / (aboveMm + belowMm);
  const isCut = first === 0 || end === rows;
  if (isCut || bands > THICKEST || bands < THINNEST) return Number.NaN;
  // Rows are counted at their centres, a run's ends at its edges.
  return first + ((end - first) * aboveMm) / (aboveMm + belowMm) - 0.5;
}
