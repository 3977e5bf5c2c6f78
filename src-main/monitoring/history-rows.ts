import {
  DETAIL_STAGES,
  DROP_REASONS,
  type HistoryQuery,
  type HistoryRow,
  type KpiSample,
  kpiSampleSchema,
  METRICS,
  type MetricDescription,
  type Percentiles,
  STAGES,
} from '../../src-shared/index.ts';

/** A sample as a line of the history has it: values in the order of `columns`, `ts` first. */
export interface FlatRow {
  readonly columns: readonly string[];
  readonly values: readonly (number | string | null)[];
}

export const tsOf = ({ values }: FlatRow): number => values[0] as number;

export function flatRow(sample: KpiSample, columns: readonly string[], metrics: readonly MetricDescription[]): FlatRow {
  return { columns, values: metrics.map(({ read }) => read(sample)) };
}

const PERCENTILES = ['p50', 'p95', 'p99'] as const;
const dropColumn = (reason: string): string => `drops_${reason.replaceAll('-', '_')}`;
const BUILT_IN = new Set(METRICS.map(({ name }) => name));
/** Columns that several are put together from, in fields of their own. */
const NESTED = new Set([
  ...STAGES.flatMap((stage) => PERCENTILES.map((percentile) => `stage_${stage}_${percentile}_ms`)),
  ...DETAIL_STAGES.flatMap((stage) => PERCENTILES.map((percentile) => `detail_${stage}_${percentile}_ms`)),
  ...DROP_REASONS.map(dropColumn),
]);
/** Figures that the version which wrote a line did not have: no value, and where there must be one, 0 and OK. */
const MISSING = Object.fromEntries(
  METRICS.filter(({ name }) => !NESTED.has(name)).map(({ name }) => {
    const schema = kpiSampleSchema.shape[name as keyof KpiSample];
    const canBeNull = schema.safeParse(null).success;
    return [name, canBeNull ? null : name === 'health' ? 'OK' : 0];
  }),
);

/** The sample again. */
export function sampleOf({ columns, values }: FlatRow): KpiSample {
  const byName = new Map(columns.map((name, i) => [name, values[i] ?? null]));
  const number = (name: string): number | null => (byName.get(name) ?? null) as number | null;
  const percentiles = (prefix: string): Percentiles | null => {
    const [p50, p95, p99] = PERCENTILES.map((percentile) => number(`${prefix}_${percentile}_ms`));
    return p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 };
  };
  const each = <K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> =>
    Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
  const flat = [...byName].filter(([name, value]) => name in MISSING && value !== null);
  return {
    ...MISSING,
    ...Object.fromEntries(flat),
    stage_ms: each(STAGES, (stage) => percentiles(`stage_${stage}`)),
    detail_ms: each(DETAIL_STAGES, (stage) => percentiles(`detail_${stage}`)),
    drops_by_reason: each(DROP_REASONS, (reason) => number(dropColumn(reason)) ?? 0),
    custom: Object.fromEntries([...byName].filter(([name]) => !BUILT_IN.has(name))),
  } as KpiSample;
}

interface Bucket {
  newest: FlatRow;
  fromTs: number;
  count: number;
  columns: readonly string[];
  low: Float64Array;
  high: Float64Array;
}

/** Puts samples, as they are read, into at most `points` rows; each says what its figures ranged over. */
export class HistoryBuckets {
  readonly #fromTs: number;
  readonly #points: number;
  readonly #seconds: number;
  /** As long as there are no more than `points`, each row is one of its own. */
  #plain: FlatRow[] | null = [];
  readonly #buckets = new Map<number, Bucket>();

  constructor({ from, to, points }: Required<HistoryQuery>) {
    this.#fromTs = from;
    this.#points = points;
    this.#seconds = Math.max(1e-3, (to - from) / points);
  }

  add(row: FlatRow): void {
    if (this.#plain !== null && this.#plain.length < this.#points) {
      this.#plain.push(row);
      return;
    }
    for (const earlier of this.#plain ?? []) {
      this.#merge(earlier);
    }
    this.#plain = null;
    this.#merge(row);
  }

  rows(): HistoryRow[] {
    if (this.#plain !== null) {
      return this.#plain.map((row) => ({ sample: sampleOf(row), fromTs: tsOf(row), count: 1 }));
    }
    return [...this.#buckets.entries()].sort(([a], [b]) => a - b).map(([, bucket]) => described(bucket));
  }

  #merge(row: FlatRow): void {
    const index = Math.floor((tsOf(row) - this.#fromTs) / this.#seconds);
    const key = Math.min(this.#points - 1, Math.max(0, index));
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#buckets.set(key, newBucket(row));
    } else {
      widen(bucket, row);
    }
  }
}

function newBucket(row: FlatRow): Bucket {
  const bucket: Bucket = { newest: row, fromTs: tsOf(row), count: 0, ...emptyRange(row.columns) };
  widen(bucket, row);
  return bucket;
}

function emptyRange(columns: readonly string[]): Pick<Bucket, 'columns' | 'low' | 'high'> {
  return {
    columns,
    low: new Float64Array(columns.length).fill(Number.POSITIVE_INFINITY),
    high: new Float64Array(columns.length).fill(Number.NEGATIVE_INFINITY),
  };
}

function widen(bucket: Bucket, row: FlatRow): void {
  if (bucket.columns !== row.columns) {
    withColumns(bucket, row.columns);
  }
  const { low, high } = bucket;
  for (let i = 0; i < row.values.length; i++) {
    const value = row.values[i];
    if (typeof value === 'number') {
      if (value < low[i]!) low[i] = value;
      if (value > high[i]!) high[i] = value;
    }
  }
  bucket.count++;
  bucket.fromTs = Math.min(bucket.fromTs, tsOf(row));
  bucket.newest = tsOf(row) >= tsOf(bucket.newest) ? row : bucket.newest;
}

/** The engine was started anew with other figures: ranges go on by name. */
function withColumns(bucket: Bucket, columns: readonly string[]): void {
  const before = { columns: bucket.columns, low: bucket.low, high: bucket.high };
  Object.assign(bucket, emptyRange(columns));
  for (const [i, name] of columns.entries()) {
    const was = before.columns.indexOf(name);
    if (was !== -1) {
      bucket.low[i] = before.low[was]!;
      bucket.high[i] = before.high[was]!;
    }
  }
}

function described({ newest, fromTs, count, columns, low, high }: Bucket): HistoryRow {
  const sample = sampleOf(newest);
  if (count === 1) {
    return { sample, fromTs, count };
  }
  const range: Record<string, readonly [number, number]> = {};
  for (const [i, name] of columns.entries()) {
    if (name !== 'ts' && low[i]! <= high[i]!) {
      range[name] = [low[i]!, high[i]!];
    }
  }
  return { sample, fromTs, count, range };
}
