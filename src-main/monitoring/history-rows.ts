import type { HistoryRow, KpiSample, MetricDescription } from '../../src-shared/index.ts';

/** Samples, oldest first, as at most `points` rows of equal time; each says what its figures ranged over. */
export function bucketed(
  samples: readonly KpiSample[],
  points: number,
  metrics: readonly MetricDescription[],
): HistoryRow[] {
  const buckets = new HistoryBuckets(samples[0]?.ts ?? 0, samples.at(-1)?.ts ?? 0, points, samples.length > points);
  for (const sample of samples) {
    buckets.add(sample, metrics);
  }
  return buckets.rows();
}

interface Bucket {
  sample: KpiSample;
  fromTs: number;
  count: number;
  readonly range: Record<string, [number, number]>;
}

/** Fills rows with samples as they are read, in any order of time. */
export class HistoryBuckets {
  readonly #fromTs: number;
  readonly #seconds: number;
  readonly #points: number;
  readonly #buckets = new Map<number, Bucket>();

  /** `merge` false: every sample is a row of its own. */
  constructor(fromTs: number, toTs: number, points: number, merge: boolean) {
    this.#fromTs = fromTs;
    this.#points = points;
    this.#seconds = merge ? Math.max(1e-3, (toTs - fromTs) / points) : 0;
  }

  add(sample: KpiSample, metrics: readonly MetricDescription[]): void {
    const index =
      this.#seconds === 0
        ? this.#buckets.size
        : Math.min(this.#points - 1, Math.floor((sample.ts - this.#fromTs) / this.#seconds));
    const bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      this.#buckets.set(index, { sample, fromTs: sample.ts, count: 1, range: {} });
      return;
    }
    if (bucket.count === 1) {
      widen(bucket.range, bucket.sample, metrics);
    }
    widen(bucket.range, sample, metrics);
    bucket.count++;
    bucket.fromTs = Math.min(bucket.fromTs, sample.ts);
    bucket.sample = sample.ts >= bucket.sample.ts ? sample : bucket.sample;
  }

  rows(): HistoryRow[] {
    return [...this.#buckets.entries()]
      .sort(([a], [b]) => a - b)
      .map(([, { sample, fromTs, count, range }]) =>
        count === 1 ? { sample, fromTs, count } : { sample, fromTs, count, range },
      );
  }
}

function widen(
  range: Record<string, [number, number]>,
  sample: KpiSample,
  metrics: readonly MetricDescription[],
): void {
  for (const { name, read } of metrics) {
    const value = read(sample);
    if (typeof value !== 'number' || name === 'ts') {
      continue;
    }
    const known = range[name];
    if (known === undefined) {
      range[name] = [value, value];
    } else {
      known[0] = Math.min(known[0], value);
      known[1] = Math.max(known[1], value);
    }
  }
}
