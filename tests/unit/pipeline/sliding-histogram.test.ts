import { describe, expect, it } from 'vitest';
import { SlidingHistogram } from '../../../src-main/pipeline/index.ts';

describe('SlidingHistogram', () => {
  it('has no percentiles when nothing was added', () => {
    expect(new SlidingHistogram().take()).toBeNull();
  });

  it('finds percentiles within the width of a bucket (5 %)', () => {
    const histogram = new SlidingHistogram();
    for (let i = 1; i <= 1000; i++) histogram.add(i / 10);
    const { p50, p95, p99 } = histogram.take() ?? { p50: 0, p95: 0, p99: 0 };
    expect(Math.abs(p50 / 50 - 1)).toBeLessThan(0.05);
    expect(Math.abs(p95 / 95 - 1)).toBeLessThan(0.05);
    expect(Math.abs(p99 / 99 - 1)).toBeLessThan(0.05);
  });

  it('starts anew with every reading', () => {
    const histogram = new SlidingHistogram();
    histogram.add(5);
    histogram.take();
    expect(histogram.take()).toBeNull();
  });

  it('takes durations beyond its last bucket without losing count', () => {
    const histogram = new SlidingHistogram();
    histogram.add(1e9);
    expect(histogram.take()?.p50).toBeGreaterThan(10_000);
  });
});
