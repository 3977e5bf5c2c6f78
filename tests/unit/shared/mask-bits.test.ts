import { describe, expect, it } from 'vitest';
import { boneSpan, maskBitsLength, packMask, unpackMask } from '../../../src-shared/index.ts';

/** Reproducible 0/1 noise. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 31;
  });
}

/** The definition, one pixel at a time. */
const bitOf = (bits: Uint8Array, i: number): number => ((bits[i >> 3] as number) >> (i & 7)) & 1;

describe('mask bits', () => {
  it.each([0, 1, 7, 8, 9, 31, 64, 1000, 4097])('hold %i pixels, least significant bit first', (length) => {
    const mask = noise(length, length + 1);
    const bits = packMask(mask);
    expect(bits).toHaveLength(maskBitsLength(length));
    expect(Array.from({ length }, (_, i) => bitOf(bits, i))).toEqual([...mask]);
  });

  it.each([0, 1, 2, 3, 4, 5])('come back from and into memory that begins %i bytes into its buffer', (offset) => {
    const mask = new Uint8Array(new ArrayBuffer(offset + 1003), offset, 1003);
    mask.set(noise(1003, 7));
    const out = new Uint8Array(new ArrayBuffer(offset + 1003), offset, 1003).fill(9);
    unpackMask(packMask(mask), out);
    expect(out).toEqual(new Uint8Array(mask));
  });

  it('are packed into memory that held another mask', () => {
    const bits = packMask(noise(1003, 5));
    const mask = new Uint8Array(1003);
    mask[500] = 1;
    expect(packMask(mask, bits)).toBe(bits);
    expect(bits).toEqual(packMask(mask));
  });

  it('hold bone from the first byte with any to the last', () => {
    const mask = new Uint8Array(1000);
    expect(boneSpan(packMask(mask))).toEqual([0, 0]);
    mask[41] = 1;
    expect(boneSpan(packMask(mask))).toEqual([5, 6]);
    mask[999] = 1;
    expect(boneSpan(packMask(mask))).toEqual([5, 125]);
    mask[0] = 1;
    expect(boneSpan(packMask(mask))).toEqual([0, 125]);
  });

  it.each([1, 2, 127, 128, 255])('are written as the label value %i', (on) => {
    const mask = noise(203, 3);
    const out = new Uint8Array(203);
    unpackMask(packMask(mask), out, on);
    expect([...out]).toEqual([...mask].map((bone) => bone * on));
  });
});
