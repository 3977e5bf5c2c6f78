import type { DisplayFrame } from '../../src-shared/index.ts';
import type { MaskStyle } from './palette.ts';

export type RendererKind = 'webgl' | '2d';
export type RendererChoice = 'auto' | RendererKind;

/** Why this renderer draws: said on screen, so that a slow or plain picture has an explanation. */
export type RendererReason = 'chosen' | 'hardware' | 'software' | 'unavailable' | 'lost';

/**
 * Draws one frame and the mask that belongs to it into a canvas of exactly the picture's own grid: one canvas pixel is
 * one source pixel. The page scales the canvas; nothing here moves, mirrors or resamples a pixel.
 */
export interface PictureRenderer {
  readonly kind: RendererKind;
  /** Gives the canvas the picture's size; a no-op while it does not change. */
  resize(size: readonly [columns: number, rows: number]): void;
  draw(frame: DisplayFrame, style: MaskStyle): void;
  /** Black: there is no picture any more. */
  clear(): void;
  /** What the canvas holds now, RGBA, first row on top. Only valid in the same task as `draw`. */
  readBack(): Uint8ClampedArray<ArrayBuffer>;
  dispose(): void;
}

const SOFTWARE_RENDERER = /swiftshader|llvmpipe|softpipe|lavapipe|software|basic render/i;

/** Whether a WebGL renderer string names a processor instead of a graphics card: then the 2-D path costs less. */
export function isSoftwareRenderer(name: string): boolean {
  return SOFTWARE_RENDERER.test(name);
}

export interface WebglAbility {
  /** What draws, as the driver names itself; null: no WebGL 2 at all. */
  readonly renderer: string | null;
}

/** Which renderer to use. `lost`: a WebGL context of this page has been lost before, so it is not tried again. */
export function chooseRenderer(
  choice: RendererChoice,
  ability: WebglAbility,
  lost: boolean,
): { readonly kind: RendererKind; readonly reason: RendererReason } {
  if (choice === '2d') {
    return { kind: '2d', reason: 'chosen' };
  }
  if (lost) {
    return { kind: '2d', reason: 'lost' };
  }
  if (ability.renderer === null) {
    return { kind: '2d', reason: 'unavailable' };
  }
  if (choice === 'webgl') {
    return { kind: 'webgl', reason: 'chosen' };
  }
  return isSoftwareRenderer(ability.renderer)
    ? { kind: '2d', reason: 'software' }
    : { kind: 'webgl', reason: 'hardware' };
}
