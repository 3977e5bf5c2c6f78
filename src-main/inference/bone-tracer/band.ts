import type { BeamView, ImageArea } from '../picture/beam-view.ts';

export interface BandGeometry {
  readonly view: BeamView;
  readonly area: ImageArea;
  /** Source, mm per pixel along u and v. */
  readonly spacing: readonly [u: number, v: number];
  /** Grid the surface is given on, mm per pixel. */
  readonly gridMmPerPixel: number;
}

/**
 * Draws the band from `aboveMm` above to `belowMm` below a surface straight onto the source's grid: no second resampling
 * blurs or shifts it. `surface`: row per column of the grid over the image area, NaN without bone. `mask`: the source's
 * size, written 0 and 1. Returns how many pixels are 1.
 */
export function drawBand(
  surface: Float32Array,
  geometry: BandGeometry,
  band: { readonly aboveMm: number; readonly belowMm: number },
  mask: Uint8Array,
): number {
  const { view, area, spacing, gridMmPerPixel } = geometry;
  mask.fill(0);
  let drawn = 0;
  const perColumn = spacing[0] / gridMmPerPixel;
  const lastRow = area.v1 - 1;
  for (let u = area.u0; u < area.u1; u++) {
    const row = surfaceAt(surface, (u - area.u0 + 0.5) * perColumn - 0.5);
    if (Number.isNaN(row)) continue;
    const depthMm = (row + 0.5) * gridMmPerPixel;
    const first = Math.max(area.v0, area.v0 + Math.ceil((depthMm - band.aboveMm) / spacing[1] - 0.5));
    const last = Math.min(lastRow, area.v0 + Math.floor((depthMm + band.belowMm) / spacing[1] - 0.5));
    let at = view.origin + u * view.strideU + first * view.strideV;
    for (let v = first; v <= last; v++, at += view.strideV) {
      mask[at] = 1;
      drawn++;
    }
  }
  return drawn;
}

/** Between two columns with bone the surface is a straight line; beside one without, it reaches half a column. */
function surfaceAt(surface: Float32Array, position: number): number {
  const clamped = Math.min(Math.max(position, 0), surface.length - 1);
  const left = Math.floor(clamped);
  const right = Math.min(left + 1, surface.length - 1);
  const fraction = clamped - left;
  const a = surface[left]!;
  const b = surface[right]!;
  if (Number.isNaN(a) || Number.isNaN(b)) return fraction < 0.5 ? a : b;
  return a + (b - a) * fraction;
}
