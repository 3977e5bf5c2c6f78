import { describe, expect, it } from 'vitest';
import type { PictureInput } from '../../../src-main/inference/manifest-parts.ts';
import { beamView } from '../../../src-main/inference/picture/beam-view.ts';
import { InputMaker, type Picture } from '../../../src-main/inference/picture/model-input.ts';
import { sizeTaps } from '../../../src-main/inference/picture/taps.ts';

const PLAIN: PictureInput = {
  name: 'image',
  type: 'float32',
  layout: 'nchw',
  channels: 3,
  size: null,
  multipleOf: 1,
  fit: 'source',
  white: 1,
  mean: [],
  std: [],
  reads: null,
};
/** SAM's constants (models.md 2.1). */
const SAM = { white: 255, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
const [COLUMNS, ROWS] = [40, 30] as const;
const noise = Uint8Array.from({ length: COLUMNS * ROWS }, (_, i) => Math.imul(i + 3, 2654435761) >>> 24);

function picture(rest: Partial<Picture> = {}): Picture {
  return {
    pixels: noise,
    components: 1,
    view: beamView(COLUMNS, ROWS, 'MF'),
    area: { u0: 0, u1: COLUMNS, v0: 0, v1: ROWS },
    spacing: [0.1, 0.1],
    ...rest,
  };
}

/** Bilinear at half-pixel centres, clamped at the edges: PIL and torch when enlarging. */
function enlarged(pixels: Uint8Array, x: number, y: number, columns: number, rows: number): number {
  const along = (i: number, from: number, to: number): readonly [number, number, number] => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(at);
    return [first, Math.min(first + 1, from - 1), at - first];
  };
  const [x0, x1, wx] = along(x, COLUMNS, columns);
  const [y0, y1, wy] = along(y, ROWS, rows);
  const at = (u: number, v: number): number => pixels[v * COLUMNS + u]! / 255;
  return (1 - wy) * ((1 - wx) * at(x0, y0) + wx * at(x1, y0)) + wy * ((1 - wx) * at(x0, y1) + wx * at(x1, y1));
}

describe('the input of a model', () => {
  it('is stretched to the detector’s square, shape not kept, the same gray in three planes', () => {
    const input = new InputMaker({ ...PLAIN, size: [64, 64], fit: 'stretch' }).make(picture());
    expect(input).toMatchObject({ dims: [1, 3, 64, 64], canvas: [64, 64], scale: [1.6, 64 / 30] });
    for (const [x, y] of [
      [0, 0],
      [5, 9],
      [31, 40],
      [63, 63],
    ] as const) {
      for (let channel = 0; channel < 3; channel++) {
        // Rows are blended with weights in 256ths.
        expect(Math.abs(input.data[(channel * 64 + y) * 64 + x]! - enlarged(noise, x, y, 64, 64))).toBeLessThan(
          1 / 256,
        );
      }
    }
  });

  it('is normalised before it is padded: the padding is 0, not a normalised black', () => {
    const input = new InputMaker({ ...PLAIN, ...SAM, size: [64, 64], fit: 'pad' }).make(picture());
    // 64 / 40 x 30 = 48 rows.
    expect(input).toMatchObject({ canvas: [64, 64], scale: [1.6, 1.6] });
    for (let channel = 0; channel < 3; channel++) {
      const at = (x: number, y: number): number => input.data[(channel * 64 + y) * 64 + x]!;
      const expected = (255 * enlarged(noise, 20, 30, 64, 48) - SAM.mean[channel]!) / SAM.std[channel]!;
      expect(Math.abs(at(20, 30) - expected)).toBeLessThan(1 / 58);
      expect(at(20, 47)).not.toBe(0);
      expect(at(20, 48)).toBe(0);
      expect(at(63, 63)).toBe(0);
    }
  });

  it('rounds the fitted size as SAM does: 640 x 480 becomes 1024 x 768', () => {
    const view = beamView(640, 480, 'MF');
    const whole = { pixels: new Uint8Array(640 * 480), view, area: { u0: 0, u1: 640, v0: 0, v1: 480 } };
    const maker = new InputMaker({ ...PLAIN, ...SAM, layout: 'hwc', size: [1024, 1024], fit: 'fit' });
    expect(maker.make(picture(whole)).dims).toEqual([768, 1024, 3]);
  });

  it('has its channels last where the model wants them so, and bytes where it wants bytes', () => {
    const rgb = Uint8Array.from({ length: COLUMNS * ROWS * 3 }, (_, i) => (i % 3) * 50 + (Math.floor(i / 3) % 40));
    const spec: PictureInput = { ...PLAIN, layout: 'nhwc', type: 'uint8', white: 255 };
    const input = new InputMaker(spec).make(picture({ pixels: rgb, components: 3 }));
    expect(input.dims).toEqual([1, ROWS, COLUMNS, 3]);
    expect(input.data).toEqual(rgb);
  });

  it('keeps the colours apart', () => {
    const rgb = Uint8Array.from({ length: COLUMNS * ROWS * 3 }, (_, i) => [10, 120, 250][i % 3]!);
    const input = new InputMaker({ ...PLAIN, size: [8, 8], fit: 'stretch' }).make(
      picture({ pixels: rgb, components: 3 }),
    );
    expect([0, 64, 128].map((at) => Math.round(input.data[at]! * 255))).toEqual([10, 120, 250]);
  });

  it('fills the channels alone that the model looks at', () => {
    const spec: PictureInput = { ...PLAIN, ...SAM, size: [64, 64], fit: 'stretch' };
    const rgb = Uint8Array.from({ length: COLUMNS * ROWS * 3 }, (_, i) => (i % 3) * 50 + (Math.floor(i / 3) % 40));
    for (const seen of [picture(), picture({ pixels: rgb, components: 3 })]) {
      const whole = new InputMaker(spec).make(seen).data;
      const green = new InputMaker({ ...spec, reads: [1] }).make(seen).data;
      expect(green.subarray(64 * 64, 2 * 64 * 64)).toEqual(whole.subarray(64 * 64, 2 * 64 * 64));
      expect(green.subarray(0, 64 * 64).every((value) => value === 0)).toBe(true);
      expect(green.subarray(2 * 64 * 64).every((value) => value === 0)).toBe(true);
    }
  });

  it('is at the model’s scale, rounded up to what the model can take', () => {
    const maker = new InputMaker({ ...PLAIN, channels: 1, multipleOf: 16 }, 0.2);
    const input = maker.make(picture({ spacing: [0.1, 0.15] }));
    // 40 x 0.1 / 0.2 = 20 columns, 30 x 0.15 / 0.2 = 22 rows.
    expect(input).toMatchObject({ dims: [1, 1, 32, 32], canvas: [32, 32], scale: [0.5, 0.15 / 0.2], mmPerPixel: 0.2 });
    expect(input.data.subarray(22 * 32).every((value) => value === 0)).toBe(true);
  });

  it('is made coarser rather than cut off where a fixed size cannot hold it at the model’s scale', () => {
    const maker = new InputMaker({ ...PLAIN, channels: 1, size: [16, 16] }, 0.2);
    const input = maker.make(picture());
    expect(input.mmPerPixel).toBeGreaterThan(0.2);
    expect(input.canvas).toEqual([16, 16]);
    expect(input.scale[0] * COLUMNS).toBeLessThanOrEqual(16.5);
  });

  it('has clean padding in memory that is used again', () => {
    const maker = new InputMaker({ ...PLAIN, ...SAM, size: [64, 64], fit: 'pad' });
    const first = maker.make(picture());
    const values = first.data.slice();
    maker.recycle(first.data);
    const second = maker.make(picture());
    expect(second.data).toBe(first.data);
    expect(second.data).toEqual(values);
  });

  it('refuses a scale that would make it enormous, in words', () => {
    const maker = new InputMaker({ ...PLAIN, channels: 1 }, 0.0005);
    expect(() => maker.make(picture())).toThrow(/8000 x 6000 pixels at the model's scale: expected 1 to 8388608/);
  });
});

describe('shrinking to a size', () => {
  it('weighs with a triangle as wide as the step, as PIL does', () => {
    const { first, weights, perTarget, length } = sizeTaps(100, 25);
    expect(length).toBe(25);
    // Target 10 is centred on 42; samples 38.5 .. 45.5 count, 4 away weighs nothing.
    const own = [...weights.subarray(10 * perTarget, 11 * perTarget)];
    const expected = [0.5, 1.5, 2.5, 3.5, 3.5, 2.5, 1.5, 0.5].map((weight) => weight / 16);
    expect(first[10]).toBe(38);
    for (const [k, weight] of expected.entries()) expect(own[k]).toBeCloseTo(weight, 10);
  });
});
