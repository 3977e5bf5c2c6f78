import { describe, expect, it } from 'vitest';
import { ArrivalRate } from '../../../src-main/engine/arrival-rate.ts';

describe('ArrivalRate', () => {
  const steady = (rate: ArrivalRate, fromMs: number, frames: number): number => {
    for (let i = 0; i < frames; i++) rate.add(1000, fromMs + i * 10);
    return fromMs + frames * 10;
  };

  it('is the rate of a steady stream, known after half a second', () => {
    const rate = new ArrivalRate();
    steady(rate, 0, 40);
    expect(rate.bytesPerS).toBeNull();
    steady(rate, 400, 960);
    expect(rate.bytesPerS).toBeCloseTo(100_000, -3);
  });

  it('does not take a burst after a stall for the rate', () => {
    const rate = new ArrivalRate();
    const atMs = steady(rate, 0, 300);
    // 400 ms of frames at once.
    for (let i = 0; i < 40; i++) rate.add(1000, atMs + 400 + i * 0.1);
    expect(rate.bytesPerS).toBeGreaterThan(90_000);
    expect(rate.bytesPerS).toBeLessThan(110_000);
  });

  it('follows a source that becomes faster within its span, and forgets the one before', () => {
    const rate = new ArrivalRate();
    const atMs = steady(rate, 0, 500);
    for (let i = 0; i < 1000; i++) rate.add(1000, atMs + i * 5);
    expect(rate.bytesPerS).toBeCloseTo(200_000, -3);
    rate.reset();
    expect(rate.bytesPerS).toBeNull();
  });
});
