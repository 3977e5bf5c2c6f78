import { describe, expect, it } from 'vitest';
import { beamView } from '../../../src-main/inference/picture/beam-view.ts';
import { canPack } from '../../../src-main/inference/picture/packed-rows.ts';
import { Resampler } from '../../../src-main/inference/picture/resample.ts';

const [COLUMNS, ROWS] = [64, 48] as const;
/** Averages over the covered area by definition, one target sample at a time. */
function byDefinition(pixels: Uint8Array, u0: number, v0: number, step: number, x: number, y: number): number {
  let [sum, weight] = [0, 0];
  for (let v = Math.floor(y * step); v < (y + 1) * step; v++) {
    for (let u = Math.floor(x * step); u < (x + 1) * step; u++) {
      const across = Math.min((x + 1) * step, u + 1) - Math.max(x * step, u);
      const down = Math.min((y + 1) * step, v + 1) - Math.max(y * step, v);
      if (across <= 0 || down <= 0) continue;
      sum += across * down * (pixels[(v0 + v) * COLUMNS + u0 + u] as number);
      weight += across * down;
    }
  }
  return sum / weight / 255;
}

describe('resampling four pixels at a time', () => {
  const pixels = Uint8Array.from({ length: COLUMNS * ROWS }, (_, i) => Math.imul(i, 2654435761) >>> 24);

  it.each([0, 1, 2, 3, 5])('averages the covered area of a picture area that begins at column %i', (u0) => {
    const view = beamView(COLUMNS, ROWS, 'MF');
    const area = { u0, u1: 60, v0: 3, v1: 45 };
    expect(canPack(pixels, view.strideU, view.strideV)).toBe(true);
    const resampler = new Resampler();
    const { columns, rows } = resampler.toScale(area, [0.1, 0.1], 0.15);
    const out = new Float32Array(columns * rows);
    resampler.resample(pixels, view, area, out);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        // Weights in 256ths are off by at most half of one.
        const difference = Math.abs((out[y * columns + x] as number) - byDefinition(pixels, u0, 3, 1.5, x, y));
        expect(difference).toBeLessThan(1 / 256);
      }
    }
  });

  it('equals what the same picture gives where it cannot be packed', () => {
    const view = beamView(COLUMNS, ROWS, 'MF');
    const area = { u0: 2, u1: 62, v0: 0, v1: 48 };
    const shifted = new Uint8Array(new ArrayBuffer(pixels.length + 1), 1);
    shifted.set(pixels);
    expect(canPack(shifted, view.strideU, view.strideV)).toBe(false);
    const resampler = new Resampler();
    // As it comes off the wire: a spacing of 0.1 mm is a 32-bit float, and not quite that.
    const { columns, rows } = resampler.toScale(area, [Math.fround(0.1), Math.fround(0.1)], 0.15);
    const [packed, single] = [new Float32Array(columns * rows), new Float32Array(columns * rows)];
    resampler.resample(pixels, view, area, packed);
    resampler.resample(shifted, view, area, single);
    expect(Math.max(...packed.map((value, i) => Math.abs(value - (single[i] as number))))).toBeLessThan(1 / 256);
  });
});
