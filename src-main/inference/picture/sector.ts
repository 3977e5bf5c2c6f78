import type { ImageArea } from './beam-view.ts';
import type { Surround } from './image-area.ts';

/** Rows looked at, spread over the upper share of what is bright: there the sides are lit even over a bone's shadow. */
const PROBES = 64;
const UPPER_SHARE = 0.4;
/** A row still belongs to what is bright when this share of it is. */
const BRIGHT_ROW = 0.1;
/** A row's picture begins where this share of the next columns (share of the width) is inside. */
const BEGIN_COLUMNS = 0.02;
const BEGIN_SHARE = 0.6;
/** A side that lies this close to the area's own edge (share of the width) is upright there. */
const UPRIGHT = 0.01;
/** A sloping side: at least that many rows, sideways per row, and in all (share of the width). */
const LEAST_ROWS = 8;
const LEAST_SLOPE = 0.09;
const LEAST_TRAVEL = 0.03;
/** Share of the rows that must lie on the side's straight line, this close to it (share of the width). */
const INLIER_SHARE = 0.6;
const INLIER_DISTANCE = 0.015;

interface Edge {
  readonly row: number;
  /** Columns from the area's edge to where the row's picture begins. */
  readonly inset: number;
}

/**
 * Whether the picture is a sector or trapezoid (convex, phased or steered beams): both its sides open with depth along
 * straight lines. Lost contact and bone shadows darken a linear picture too, but upright, as the beams run.
 */
export function isSector(surround: Surround, area: ImageArea): boolean {
  const end = brightEnd(surround, area);
  const rows = Array.from({ length: PROBES }, (_, i) =>
    Math.floor(area.v0 + ((i + 0.5) * (end - area.v0) * UPPER_SHARE) / PROBES),
  );
  // Dark speckle is small: a column counts as picture when one of three rows is.
  const isLit = (u: number, v: number): boolean =>
    surround.isInside(u, v) || surround.isInside(u, v + 1) || surround.isInside(u, v + 2);
  return opens(rows, area, (u, v) => isLit(area.u0 + u, v)) && opens(rows, area, (u, v) => isLit(area.u1 - 1 - u, v));
}

/** The area may reach down through darkness; what is bright ends earlier. */
function brightEnd(surround: Surround, area: ImageArea): number {
  let end = area.v1;
  while (end > area.v0 + PROBES && surround.rowShare(end - 1, area.u0, area.u1) < BRIGHT_ROW) end--;
  return end;
}

/** Theil-Sen line through the side, so that text beside it and dark speckle on it do not count. */
function opens(rows: readonly number[], area: ImageArea, isInside: (u: number, v: number) => boolean): boolean {
  const width = area.u1 - area.u0;
  const edges: Edge[] = [];
  for (const row of rows) {
    const inset = insetOf(row, width, isInside);
    if (inset !== null && inset > width * UPRIGHT) edges.push({ row, inset });
  }
  if (edges.length < LEAST_ROWS) return false;
  const slopes = edges.flatMap((a, i) =>
    edges.slice(i + 1).flatMap((b) => (b.row > a.row ? [(a.inset - b.inset) / (b.row - a.row)] : [])),
  );
  const slope = median(slopes);
  const offset = median(edges.map((edge) => edge.inset + slope * edge.row));
  const onLine = edges.filter((edge) => Math.abs(edge.inset + slope * edge.row - offset) <= INLIER_DISTANCE * width);
  if (onLine.length < Math.max(LEAST_ROWS, INLIER_SHARE * edges.length)) return false;
  const travel = slope * (onLine.at(-1)!.row - onLine[0]!.row);
  return slope >= LEAST_SLOPE && travel >= LEAST_TRAVEL * width;
}

/** Columns from the edge inwards to where the row becomes picture; null when it never does. */
function insetOf(row: number, width: number, isInside: (u: number, v: number) => boolean): number | null {
  const span = Math.max(6, Math.round(width * BEGIN_COLUMNS));
  let inside = 0;
  for (let u = 0; u < width; u++) {
    if (isInside(u, row)) inside++;
    if (u >= span && isInside(u - span, row)) inside--;
    if (u >= span - 1 && inside >= BEGIN_SHARE * span) return u - span + 1;
  }
  return null;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
