import { type Saying, say } from '../../../src-shared/index.ts';
import type { ImageArea } from './beam-view.ts';

/** Pictures a model works on, mm; null: any. */
export interface PictureLimits {
  readonly depthMm: readonly [number, number] | null;
  readonly widthMm: readonly [number, number] | null;
}

/** Why a model does not take a picture of that extent, in words; null: it does. */
export function pictureRefusal(
  model: string,
  area: ImageArea,
  spacing: readonly [u: number, v: number],
  { depthMm, widthMm }: PictureLimits,
): Saying | null {
  const width = (area.u1 - area.u0) * spacing[0];
  const depth = (area.v1 - area.v0) * spacing[1];
  const scale = `${spacing[0].toPrecision(3)} x ${spacing[1].toPrecision(3)}`;
  const refused = (code: 'inference.depth' | 'inference.width', mm: number, [low, high]: readonly [number, number]) =>
    say(code, { model, mm: mm.toFixed(1), scale, low, high });
  if (depthMm !== null && !(depth >= depthMm[0] && depth <= depthMm[1])) {
    return refused('inference.depth', depth, depthMm);
  }
  if (widthMm !== null && !(width >= widthMm[0] && width <= widthMm[1])) {
    return refused('inference.width', width, widthMm);
  }
  return null;
}
