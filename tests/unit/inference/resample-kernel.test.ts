import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BeamView, beamView } from '../../../src-main/inference/picture/beam-view.ts';
import { Resampler } from '../../../src-main/inference/picture/resample.ts';
import { sizeTaps } from '../../../src-main/inference/picture/taps.ts';

const [COLUMNS, ROWS] = [70, 48] as const;
const VIEW = beamView(COLUMNS, ROWS, 'MF');
const pixels = Uint8Array.from({ length: COLUMNS * ROWS }, (_, i) => Math.imul(i, 2654435761) >>> 24);
/** What 32-bit floats leave of values up to 1. */
const ROUNDING = 3e-7;

/** Averages over the covered area by definition, one target sample at a time. */
function byDefinition(u0: number, v0: number, step: number, x: number, y: number): number {
  let [sum, weight] = [0, 0];
  for (let v = Math.floor(y * step); v < (y + 1) * step; v++) {
    for (let u = Math.floor(x * step); u < (x + 1) * step; u++) {
      const across = Math.min((x + 1) * step, u + 1) - Math.max(x * step, u);
      const down = Math.min((y + 1) * step, v + 1) - Math.max(y * step, v);
      if (across <= 0 || down <= 0) continue;
      sum += across * down * pixels[(v0 + v) * COLUMNS + u0 + u]!;
      weight += across * down;
    }
  }
  return sum / weight / 255;
}

const resampled = (view: BeamView, picture: Uint8Array, columns: number, rows: number): Float32Array => {
  const resampler = new Resampler();
  resampler.toSize({ u0: 0, u1: COLUMNS, v0: 0, v1: ROWS }, columns, rows);
  const out = new Float32Array(columns * rows);
  resampler.resample(picture, view, { u0: 0, u1: COLUMNS, v0: 0, v1: ROWS }, [{ out, gain: 1, offset: 0 }]);
  return out;
};

describe('the compiled loops of resizing', () => {
  it('are what their source compiles to', () => {
    const script = path.resolve(import.meta.dirname, '../../../scripts/build-kernels.mjs');
    const said = execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8', stdio: 'pipe' });
    expect(said).toMatch(/resample\.wasm: \d+ bytes/);
  });

  // Steps of 1.5 and 2 take two source pixels, 2.4 and 3 up to four, 5.5 seven.
  it.each([
    [0, 1.5],
    [1, 1.5],
    [2, 2],
    [3, 2.4],
    [0, 3],
    [1, 5.5],
  ])('average the covered area of a picture area that begins at column %i, in steps of %f', (u0, step) => {
    const area = { u0, u1: 67, v0: 3, v1: 45 };
    const resampler = new Resampler();
    const { columns, rows } = resampler.toScale(area, [1, 1], step);
    const out = new Float32Array(columns * rows);
    resampler.resample(pixels, VIEW, area, [{ out, gain: 1, offset: 0 }]);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        expect(Math.abs(out[y * columns + x]! - byDefinition(u0, 3, step, x, y))).toBeLessThan(ROUNDING);
      }
    }
  });

  it.each([
    [140, 96],
    [71, 49],
    [33, 31],
    [9, 5],
  ])('weigh neighbours as their taps say for a target of %i x %i', (columns, rows) => {
    const out = resampled(VIEW, pixels, columns, rows);
    const [across, down] = [sizeTaps(COLUMNS, columns), sizeTaps(ROWS, rows)];
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let expected = 0;
        for (let i = 0; i < down.perTarget; i++) {
          for (let k = 0; k < across.perTarget; k++) {
            const pixel = pixels[(down.first[y]! + i) * COLUMNS + across.first[x]! + k]!;
            expected +=
              (down.weights[y * down.perTarget + i]! * across.weights[x * across.perTarget + k]! * pixel) / 255;
          }
        }
        expect(Math.abs(out[y * columns + x]! - expected)).toBeLessThan(ROUNDING);
      }
    }
  });

  it('give the same, bit for bit, for pixels that do not lie side by side', () => {
    const spread = new Uint8Array(3 * pixels.length);
    for (const [i, pixel] of pixels.entries()) spread[3 * i + 1] = pixel;
    const view = { ...VIEW, origin: 1, strideU: 3, strideV: 3 * COLUMNS };
    expect(resampled(view, spread, 33, 31)).toEqual(resampled(VIEW, pixels, 33, 31));
  });

  it('normalise every plane for itself and leave the padding of its rows 0', () => {
    const area = { u0: 0, u1: COLUMNS, v0: 0, v1: ROWS };
    const resampler = new Resampler();
    resampler.toSize(area, 35, 40);
    const [plain, scaled] = [new Float32Array(48 * 40).fill(9), new Float32Array(48 * 40).fill(9)];
    const planes = [
      { out: plain, gain: 1, offset: 0 },
      { out: scaled, gain: 2, offset: -0.5 },
    ];
    resampler.resample(pixels, VIEW, area, planes, 48);
    for (const [at, value] of plain.entries()) {
      expect(scaled[at]).toBe(at % 48 < 35 ? 2 * value - 0.5 : 0);
      if (at % 48 >= 35) expect(value).toBe(0);
    }
    expect(plain.some((value) => value > 0.5)).toBe(true);
  });

  it('go on with another geometry and a larger picture', () => {
    const resampler = new Resampler();
    for (const [columns, rows] of [
      [640, 480],
      [70, 48],
      [1920, 1080],
    ] as const) {
      const area = { u0: 0, u1: columns, v0: 0, v1: rows };
      const { columns: across, rows: down } = resampler.toScale(area, [0.1, 0.1], 0.2);
      const out = new Float32Array(across * down);
      const gray = new Uint8Array(columns * rows).fill(51);
      resampler.resample(gray, beamView(columns, rows, 'MF'), area, [{ out, gain: 1, offset: 0 }]);
      expect(Math.max(...out.subarray(0, 9), ...out.subarray(-9))).toBeCloseTo(0.2, 6);
      expect(out.every((value) => Math.abs(value - 0.2) < ROUNDING)).toBe(true);
    }
  });
});
