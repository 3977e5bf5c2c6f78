import type { Surface, SurfacePoint } from './anatomy.ts';
import type { ProbePlacement } from './sweep.ts';

/** What each beam of a row of beams meets on one surface. */
export interface BeamHits {
  /** Along the beam from the probe's face, mm. */
  readonly depthMm: Float64Array;
  readonly presence: Float64Array;
  /** Cosine of the angle between the beam and the surface's normal. */
  readonly cosine: Float64Array;
}

/** Fixed-point steps to the crossing: each shrinks the error by surface slope x tangent of the probe's tilt (< 0.3). */
const CROSSING_STEPS = 6;
/** Distance for the slope of a surface, mm: below the smallest detail it has. */
const SLOPE_STEP_MM = 0.1;

export function newBeamHits(beams: number): BeamHits {
  return { depthMm: new Float64Array(beams), presence: new Float64Array(beams), cosine: new Float64Array(beams) };
}

/** Follows beams leaving the probe's face at `lateralMm` to where they cross `surface`. Writes into `hits`. */
export function traceBeams(surface: Surface, probe: ProbePlacement, lateralMm: Float64Array, hits: BeamHits): void {
  const { origin, lateral, beam } = probe;
  const point: SurfacePoint = { depth: 0, presence: 0 };
  let depth = 15;
  for (let b = 0; b < lateralMm.length; b++) {
    const x0 = origin[0] + lateral[0] * lateralMm[b]!;
    const y0 = origin[1] + lateral[1] * lateralMm[b]!;
    const z0 = origin[2] + lateral[2] * lateralMm[b]!;
    for (let i = 0; i < CROSSING_STEPS; i++) {
      surface.sample(x0 + depth * beam[0], y0 + depth * beam[1], point);
      depth = (point.depth - z0) / beam[2];
    }
    const x = x0 + depth * beam[0];
    const y = y0 + depth * beam[1];
    surface.sample(x, y, point);
    hits.depthMm[b] = depth;
    hits.presence[b] = point.presence;
    if (point.presence === 0) {
      hits.cosine[b] = 0;
      // Start the next beam near the surface, not where this one lost it.
      depth = Math.min(depth, 60);
      continue;
    }
    const here = point.depth;
    surface.sample(x + SLOPE_STEP_MM, y, point);
    const slopeX = (point.depth - here) / SLOPE_STEP_MM;
    surface.sample(x, y + SLOPE_STEP_MM, point);
    const slopeY = (point.depth - here) / SLOPE_STEP_MM;
    hits.cosine[b] =
      Math.max(0, beam[2] - slopeX * beam[0] - slopeY * beam[1]) / Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY);
  }
}
