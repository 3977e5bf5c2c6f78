/**
 * Which of the bone in a picture an annotator would mark: what is bright enough to be told from its shadow and from the
 * tissue above it, in stretches long enough to be called bone. The rule knows the picture before speckle and fading, so
 * that two pictures of one bone get one answer.
 */

/** Steeper than this to the beam nobody sees a surface, degrees. */
const VISIBLE_DEGREES = 76;
/** Darker than this the surface cannot be told from its shadow: share of the dynamic range. */
const VISIBLE_GRAY = 0.13;
/** Nor from the tissue above it unless it is this much brighter. */
const VISIBLE_CONTRAST = 0.06;
/** Nearer to the probe nobody looks for bone, mm: the near field's own echoes are there. */
const VISIBLE_FROM_MM = 3;
/** Nearer to the end of the beam nothing of a shadow is seen, mm. */
const VISIBLE_MARGIN_MM = 0.6;
/** Shorter stretches are nobody's bone, mm; and gaps this short do not end one. */
const SHORTEST_MM = 1.5;
const BRIDGED_MM = 2;
/** A jump between neighbouring beams that ends a stretch, mm. */
const JUMP_MM = 2.5;
/** Tissue above a surface is compared with it from and to this distance, mm. */
const ABOVE_FROM_MM = 2;
const ABOVE_TO_MM = 0.6;

/** What each beam of a picture meets. Nothing: a depth that is not finite, or a surface as black as 0. */
export interface BeamSurface {
  /** Along the beam, mm. */
  readonly depthMm: Float64Array;
  /** Cosine of the angle between the beam and the surface's normal. */
  readonly cosine: Float64Array;
  /** Which bone; null: they are not told apart. */
  readonly bone: Int8Array | null;
  /** Gray the surface would have without fading and speckle, 0 to 1. */
  readonly surfaceGray: Float32Array;
  /** The same of the tissue just above the surface. */
  readonly aboveGray: Float32Array;
}

/** The beams that make the picture. */
export interface BeamSpan {
  readonly firstBeam: number;
  readonly lastBeam: number;
  /** Length of a beam, mm. */
  readonly depthMm: number;
  /** Distance of neighbouring beams at a depth, mm. */
  pitchAt(depthMm: number): number;
}

/** Number of the stretch each beam belongs to; -1: no bone to be seen. */
export function visibleStretches(surface: BeamSurface, span: BeamSpan): Int16Array {
  const { depthMm, bone } = surface;
  const stretch = new Int16Array(depthMm.length).fill(-1);
  let current = -1;
  let last = -1;
  for (let b = span.firstBeam; b <= span.lastBeam; b++) {
    if (!isSeen(surface, span, b)) continue;
    const away = last < 0 ? Number.POSITIVE_INFINITY : (b - last) * span.pitchAt(depthMm[b]!);
    const jump = last < 0 ? 0 : Math.abs(depthMm[b]! - depthMm[last]!);
    const isAnother = last >= 0 && bone !== null && bone[b] !== bone[last];
    // A steep flank is one stretch; a step is not.
    if (isAnother || away > BRIDGED_MM || jump > JUMP_MM * Math.max(1, b - last)) current++;
    stretch[b] = current;
    last = b;
  }
  dropShort(stretch, current + 1, (b) => span.pitchAt(depthMm[b]!));
  return stretch;
}

function isSeen({ depthMm, cosine, surfaceGray, aboveGray }: BeamSurface, span: BeamSpan, b: number): boolean {
  const depth = depthMm[b]!;
  if (!(depth > VISIBLE_FROM_MM && depth < span.depthMm - VISIBLE_MARGIN_MM)) return false;
  if (!(cosine[b]! > Math.cos((VISIBLE_DEGREES * Math.PI) / 180))) return false;
  return surfaceGray[b]! > VISIBLE_GRAY && surfaceGray[b]! > aboveGray[b]! + VISIBLE_CONTRAST;
}

function dropShort(stretch: Int16Array, count: number, pitchOf: (b: number) => number): void {
  const length = new Float64Array(count);
  for (const [b, number] of stretch.entries()) if (number >= 0) length[number]! += pitchOf(b);
  for (const [b, number] of stretch.entries()) if (number >= 0 && length[number]! < SHORTEST_MM) stretch[b] = -1;
}

/** Mean amplitude of the tissue over a surface at `depthMm`; `amplitude`: of one beam, a value per `stepMm`. */
export function meanAbove(amplitude: Float32Array, stepMm: number, depthMm: number): number {
  const last = Math.min(amplitude.length, Math.round((depthMm - ABOVE_TO_MM) / stepMm));
  const first = Math.max(0, Math.round((depthMm - ABOVE_FROM_MM) / stepMm));
  let sum = 0;
  for (let s = first; s < last; s++) sum += amplitude[s]!;
  return last > first ? sum / (last - first) : 0;
}

/** Gray of an amplitude before the display's gamma: 0 at `blackDb`, 1 at `blackDb` + `dynamicRangeDb`. */
export function grayOfAmplitude(amplitude: number, range: { blackDb: number; dynamicRangeDb: number }): number {
  const db = 20 * Math.log10(amplitude + 1e-9);
  return Math.min(1, Math.max(0, (db - range.blackDb) / range.dynamicRangeDb));
}
