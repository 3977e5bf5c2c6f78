import { describe, expect, it } from 'vitest';
import { ASSUMED_DEPTH_MM, scaleOf } from '../../../src-main/acquisition/scale.ts';

describe('scaleOf', () => {
  it('believes a source that states a real spacing', () => {
    expect(scaleOf([0.12, 0.1, 1], [0.5, 0.5], 480)).toEqual({ mmPerPixel: [0.12, 0.1], origin: 'source' });
  });

  it('stays the same while a tracked pose turns: rounding of 32-bit floats is no change of scale', () => {
    const scales = Array.from({ length: 500 }, (_, i) => {
      const [sine, cosine] = [Math.sin(i / 37), Math.cos(i / 37)];
      const column = Float32Array.of(0.1 * cosine, 0.1 * sine, 0);
      const row = Float32Array.of(-0.08234 * sine, 0.08234 * cosine, 0);
      return scaleOf([Math.hypot(...column), Math.hypot(...row), 1], null, 480);
    });
    expect(new Set(scales.map(({ mmPerPixel }) => String(mmPerPixel)))).toEqual(new Set(['0.1,0.08234']));
  });

  it.each([[null], [[1, 1, 1]], [[0, 0, 1]], [[Number.NaN, 0.1, 1]]] as const)(
    'takes the user’s scale where the source says %o',
    (spacing) => {
      expect(scaleOf(spacing, [0.082, 0.082], 480)).toEqual({ mmPerPixel: [0.082, 0.082], origin: 'user' });
    },
  );

  it('calls it an estimate where nobody states one', () => {
    expect(scaleOf(null, null, 500)).toEqual({
      mmPerPixel: [ASSUMED_DEPTH_MM / 500, ASSUMED_DEPTH_MM / 500],
      origin: 'estimate',
    });
  });
});
