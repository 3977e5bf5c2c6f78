/** Runs in a page: draws one picture with both renderers and tells what differs. Bundled by `renderers.test.ts`. */
import { CanvasRenderer } from '../../src-renderer/live/canvas-renderer.ts';
import type { MaskStyle } from '../../src-renderer/live/palette.ts';
import { WebglRenderer } from '../../src-renderer/live/webgl-renderer.ts';
import { type DisplayFrame, packMask } from '../../src-shared/index.ts';

export interface Comparison {
  /** Largest difference of a channel (0..255) between WebGL's pixels and the source's, without a mask. */
  readonly toSource: number;
  /** Between the two renderers, with a mask that covers half the pixels, half opaque. */
  readonly toOther: number;
}

const MASKED: MaskStyle = { visible: true, opacity: 0.5, colour: 'yellow', shape: 'fill', boxes: false };

/** Noise, the same each time: neighbours are seldom alike, so that pixels taken from beside their places show. */
function noisy(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

function frameOf(size: readonly [number, number], components: 1 | 3): DisplayFrame {
  const pixels = noisy(size[0] * size[1] * components);
  const mask = noisy(size[0] * size[1]).map((value) => value >> 7);
  const shown = { size, components, pixels, maskBits: packMask(mask), boxes: [] };
  return shown as unknown as DisplayFrame;
}

const largestDifference = (a: ArrayLike<number>, b: (index: number) => number): number => {
  let worst = 0;
  for (let index = 0; index < a.length; index++) {
    worst = Math.max(worst, Math.abs((a[index] as number) - b(index)));
  }
  return worst;
};

/** @param size columns and rows of the picture of noise that both draw. @param components 1: gray, 3: RGB. */
export function compare(size: readonly [number, number], components: 1 | 3): Comparison {
  const frame = frameOf(size, components);
  const webgl = new WebglRenderer(new OffscreenCanvas(1, 1), () => {});
  const canvas = new CanvasRenderer(new OffscreenCanvas(1, 1));
  webgl.draw(frame, { ...MASKED, visible: false });
  const plain = webgl.readBack();
  webgl.draw(frame, MASKED);
  canvas.draw(frame, MASKED);
  const expected = canvas.readBack();
  const channel = (index: number): number => {
    const [pixel, part] = [index >> 2, index & 3];
    return part === 3 ? 255 : (frame.pixels[pixel * components + (components === 1 ? 0 : part)] as number);
  };
  const result = {
    toSource: largestDifference(plain, channel),
    toOther: largestDifference(webgl.readBack(), (index) => expected[index] as number),
  };
  webgl.dispose();
  return result;
}
