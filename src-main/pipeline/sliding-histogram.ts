import type { Percentiles } from '../../src-shared/index.ts';

/** Lowest edge, ms; below it everything is one bucket: no stage of ours is measured finer. */
const FLOOR_MS = 0.01;
/** Buckets grow by 5 %: a percentile is off by at most 2.5 %, the noise of the clock and the machine is larger. */
const GROWTH = 1.05;
/** 0.01 ms x 1.05^300 = 22 s: longer than any time-out on the path. */
const BUCKETS = 300;

/**
 * Durations since the last `take()`, as a logarithmic histogram: constant memory whatever the rate, so that one busy
 * second costs the engine no more than an idle one.
 */
export class SlidingHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(durationMs: number): void {
    const bucket = durationMs <= FLOOR_MS ? 0 : Math.ceil(Math.log(durationMs / FLOOR_MS) / Math.log(GROWTH));
    this.#counts[Math.min(BUCKETS - 1, bucket)]!++;
    this.#total++;
  }

  /** Percentiles of what was added since the last call, and starts anew; null when nothing was. */
  take(): Percentiles | null {
    if (this.#total === 0) {
      return null;
    }
    const result = { p50: this.#quantile(0.5), p95: this.#quantile(0.95), p99: this.#quantile(0.99) };
    this.#counts.fill(0);
    this.#total = 0;
    return result;
  }

  #quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) {
        return bucket === 0 ? FLOOR_MS : FLOOR_MS * GROWTH ** (bucket - 0.5);
      }
    }
    return FLOOR_MS * GROWTH ** BUCKETS;
  }
}
