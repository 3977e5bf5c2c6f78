import type { ImageArea } from './beam-view.ts';

/** Pictures a model works on, mm; null: any. */
export interface PictureLimits {
  readonly depthMm: readonly [number, number] | null;
  readonly widthMm: readonly [number, number] | null;
}

/** Why a model does not take a picture of that extent, in words; null: it does. */
export function pictureRefusal(
  area: ImageArea,
  spacing: readonly [u: number, v: number],
  { depthMm, widthMm }: PictureLimits,
): string | null {
  const width = (area.u1 - area.u0) * spacing[0];
  const depth = (area.v1 - area.v0) * spacing[1];
  const scale = `at ${spacing[0].toPrecision(3)} x ${spacing[1].toPrecision(3)} mm per pixel`;
  if (depthMm !== null && !(depth >= depthMm[0] && depth <= depthMm[1])) {
    return `the picture is ${depth.toFixed(1)} mm deep ${scale}, expected ${depthMm[0]} to ${depthMm[1]} mm`;
  }
  if (widthMm !== null && !(width >= widthMm[0] && width <= widthMm[1])) {
    return `the picture is ${width.toFixed(1)} mm wide ${scale}, expected ${widthMm[0]} to ${widthMm[1]} mm`;
  }
  return null;
}
