import { describe, expect, it } from 'vitest';
import { timestampBitsFromNs, timestampBitsToNs, timestampBitsToSeconds } from '../../../src-main/openigtlink/index.ts';

describe('time stamps', () => {
  it('are the bits the vectors carry for 1700000000.123456789 s', () => {
    expect(timestampBitsFromNs(1_700_000_000_123_456_789n)).toBe(0x6553f1001f9add37n);
  });

  it('give back the nanoseconds they were made from', () => {
    for (const ns of [
      0n,
      1n,
      499_999_999n,
      500_000_000n,
      999_999_999n,
      1_700_000_000_123_456_789n,
      4_294_967_295_999_999_999n,
    ]) {
      expect(timestampBitsToNs(timestampBitsFromNs(ns))).toBe(ns);
    }
  });

  it('as float seconds resolve a quarter of a microsecond', () => {
    expect(timestampBitsToSeconds(0x6553f1001f9add37n)).toBeCloseTo(1_700_000_000.123_456_7, 6);
  });

  it('refuse what 32 bits of seconds cannot say', () => {
    expect(() => timestampBitsFromNs(-1n)).toThrow(/time stamp -1 ns: expected 0 to 4294967295 s/);
    expect(() => timestampBitsFromNs(4_294_967_296_000_000_000n)).toThrow(RangeError);
  });
});
