import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../../src-main/openigtlink/back-off.ts';

describe('retryDelayMs', () => {
  it('is nothing for the first try', () => {
    expect(retryDelayMs(0, 0, 0.5)).toBe(0);
  });

  it('grows from 0.25 s to 0.8 s within the first minute', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => retryDelayMs(failures, 10_000, 0.5))).toEqual([
      250, 375, 563, 800, 800, 800,
    ]);
  });

  it('grows on to 5 s after the first minute', () => {
    const later = [60_000, 65_000, 75_000, 90_000, 3_600_000].map((sinceMs) => retryDelayMs(100, sinceMs, 0.5));
    expect(later).toEqual([800, 1200, 2700, 5000, 5000]);
  });

  it('is spread by a fifth to either side', () => {
    expect([0, 1].map((random) => retryDelayMs(4, 0, random))).toEqual([640, 960]);
  });
});
