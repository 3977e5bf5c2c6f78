import { describe, expect, it } from 'vitest';
import { ASSUMED_DEPTH_MM, scaleOf } from '../../../src-main/acquisition/scale.ts';

describe('scaleOf', () => {
  it('believes a source that states a real spacing', () => {
    expect(scaleOf([0.12, 0.1, 1], [0.5, 0.5], 480)).toEqual({ mmPerPixel: [0.12, 0.1], origin: 'source' });
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
