import { describe, expect, it } from 'vitest';
import { crc64, crc64Of, crcValue } from '../../../src-main/openigtlink/index.ts';

const ascii = (text: string) => Buffer.from(text, 'ascii');
const IDENTITY = '3f800000000000000000000000000000'.repeat(3).slice(0, 96);

/** Computed with the reference library. */
const KNOWN: readonly (readonly [string, Uint8Array, bigint])[] = [
  ['no bytes', new Uint8Array(0), 0n],
  ['one zero byte', new Uint8Array(1), 0n],
  ['64 zero bytes', new Uint8Array(64), 0n],
  ['01', Uint8Array.of(1), 0x42f0e1eba9ea3693n],
  ['80', Uint8Array.of(0x80), 0xf6fae5c07d3274cdn],
  ['ff', Uint8Array.of(0xff), 0x9afce626ce85b507n],
  ['"123456789"', ascii('123456789'), 0x6c40df5f0b497347n],
  ['"123456789" after a zero byte', ascii('\0' + '123456789'), 0x6c40df5f0b497347n],
  ['00 01 .. ff', Uint8Array.from({ length: 256 }, (_, i) => i), 0x62b0da1c1b130a91n],
  ['32 x ff', new Uint8Array(32).fill(0xff), 0xc395ae61ff6ce004n],
  ['an identity TRANSFORM', Buffer.from(IDENTITY, 'hex'), 0xb5a225f8f462b3d7n],
  ['STRING "hello"', Buffer.from('0003000568656c6c6f', 'hex'), 0x11bb731ffe031765n],
];

describe('crc64', () => {
  for (const [name, bytes, value] of KNOWN) {
    it(`of ${name} is what the reference library computes`, () => {
      expect(crc64Of(bytes).toString(16)).toBe(value.toString(16));
    });
  }

  it('of long runs of zeros, which it passes over at once, is the same as byte by byte', () => {
    const memory = new Uint8Array(100_000);
    memory[3] = 0x5a;
    memory[61_234] = 0xff;
    let byBytes = crc64(memory.subarray(0, 1));
    for (let at = 1; at < memory.length; at++) {
      byBytes = crc64(memory.subarray(at, at + 1), byBytes);
    }
    expect(crc64Of(memory)).toBe(crcValue(byBytes));
    expect(crc64Of(memory.subarray(1))).toBe(crcValue(byBytes));
  });

  it('does not depend on where bytes lie in memory or how they are cut', () => {
    const memory = Uint8Array.from({ length: 1200 }, (_, i) => (i * 197 + (i >> 3)) & 0xff);
    const expected = crc64Of(memory.slice(0, 1000));
    for (let shift = 0; shift < 9; shift++) {
      const moved = new Uint8Array(1200);
      moved.set(memory.subarray(0, 1000), shift);
      expect(crc64Of(moved.subarray(shift, shift + 1000))).toBe(expected);
    }
    for (const cut of [1, 7, 63, 64, 65, 500, 937, 999]) {
      expect(crcValue(crc64(memory.subarray(cut, 1000), crc64(memory.subarray(0, cut))))).toBe(expected);
    }
  });
});
