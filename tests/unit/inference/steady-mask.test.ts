import { describe, expect, it } from 'vitest';
import { SteadyMask } from '../../../src-main/inference/steady-mask.ts';
import { boneSpan, packMask } from '../../../src-shared/index.ts';

/** `pixels` in all, bone from the first to before the last of each range. */
function maskOf(pixels: number, ...ranges: readonly (readonly [from: number, end: number])[]): Uint8Array {
  const mask = new Uint8Array(pixels);
  for (const [from, end] of ranges) mask.fill(1, from, end);
  return mask;
}

describe('the memory all masks are unpacked into', () => {
  it('holds each mask as it was packed, whatever the one before held and however large it was', () => {
    const steady = new SteadyMask();
    const masks = [
      maskOf(960, [100, 140], [333, 334]),
      maskOf(960, [0, 3], [957, 960]),
      maskOf(960),
      maskOf(960, [511, 513]),
      // No whole words, no whole bytes.
      maskOf(333, [330, 333]),
      maskOf(333, [1, 2]),
      maskOf(333),
    ];
    for (const mask of masks) {
      const bits = packMask(mask);
      expect(steady.unpack(mask.length, bits, ...boneSpan(bits))).toEqual(mask);
    }
  });
});
