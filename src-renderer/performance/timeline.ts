/** What the charts are drawn from: moments in at most {@link BUCKETS} buckets, each with its newest, lowest and highest value. */
import type { KpiSample, MetricDescription, MetricHistory } from '../../src-shared/index.ts';

/** More than a chart of a few hundred pixels can show apart is only work. */
export const BUCKETS = 120;

/** A sample this many intervals after the one before it: in between, nothing was measured. */
const GAP_INTERVALS = 2.5;

export type Figure = Pick<MetricDescription, 'name' | 'read'>;

/** All samples of one bucket. Figures without a value are null, never zero. */
export interface Moment {
  /** Epoch seconds of the oldest and the newest sample in it. */
  readonly fromTs: number;
  readonly ts: number;
  /** Of the newest sample, by figure. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly low: Readonly<Record<string, number | null>>;
  readonly high: Readonly<Record<string, number | null>>;
}

/** Oldest first. */
export interface Timeline {
  readonly fromTs: number;
  readonly toTs: number;
  /** Width of a bucket. Buckets begin at whole multiples of it, so that a growing timeline never shifts them. */
  readonly bucketS: number;
  readonly moments: readonly Moment[];
}

export const bucketSecondsOf = (fromTs: number, toTs: number): number => Math.max(1e-3, (toTs - fromTs) / BUCKETS);

/** A history as it came from the engine, put into the buckets of this timeline. `intervalS`: between two samples. */
export function timelineOf(
  { ts, series }: MetricHistory,
  fromTs: number,
  toTs: number,
  bucketS = bucketSecondsOf(fromTs, toTs),
): Timeline {
  const names = Object.keys(series);
  const moments: Moment[] = [];
  ts.forEach((at, row) => {
    const pick = (end: 'values' | 'lowest' | 'highest'): Record<string, number | null> =>
      Object.fromEntries(
        names.map((name) => [name, numberOf(series[name]?.[end]?.[row] ?? series[name]?.values[row])]),
      );
    const isMerged = names.some((name) => series[name]?.lowest !== undefined);
    // A merged row does not say when its oldest sample was taken; its bucket is no wider than ours.
    const from = isMerged ? Math.max(fromTs, at - bucketS) : at;
    put(moments, bucketS, { fromTs: from, ts: at, values: pick('values'), low: pick('lowest'), high: pick('highest') });
  });
  return { fromTs, toTs, bucketS, moments };
}

/** Both halves of a history that was asked for in two parts, of the same moments; what only one of them has is dropped. */
export function joined(parts: readonly MetricHistory[]): MetricHistory {
  const [first, ...others] = parts;
  if (first === undefined) {
    return { ts: [], series: {} };
  }
  return others.reduce((sum, part) => {
    const rows = new Map(part.ts.map((at, row) => [at, row]));
    const kept = sum.ts.flatMap((at, row) => (rows.has(at) ? [[row, rows.get(at) as number] as const] : []));
    const only = (series: MetricHistory['series'], side: 0 | 1): MetricHistory['series'] =>
      Object.fromEntries(
        Object.entries(series).map(([name, { values, lowest, highest }]) => [
          name,
          {
            values: kept.map((pair) => values[pair[side]] ?? null),
            ...(lowest && { lowest: kept.map((pair) => lowest[pair[side]] ?? null) }),
            ...(highest && { highest: kept.map((pair) => highest[pair[side]] ?? null) }),
          },
        ]),
      );
    return {
      ts: kept.map(([row]) => sum.ts[row] as number),
      series: { ...only(sum.series, 0), ...only(part.series, 1) },
    };
  }, first);
}

/** The timeline with one sample more at its end; it goes on with the same length, so its oldest moments leave. */
export function withSample(timeline: Timeline, sample: KpiSample, figures: readonly Figure[]): Timeline {
  const last = timeline.moments.at(-1);
  if (last !== undefined && sample.ts <= last.ts) {
    return timeline;
  }
  const fromTs = sample.ts - (timeline.toTs - timeline.fromTs);
  const values = Object.fromEntries(figures.map(({ name, read }) => [name, numberOf(read(sample))]));
  const moments = timeline.moments.filter(({ ts }) => ts >= fromTs);
  put(moments, timeline.bucketS, { fromTs: sample.ts, ts: sample.ts, values, low: values, high: values });
  return { ...timeline, fromTs, toTs: sample.ts, moments };
}

/** One row of a chart: `at` and, by figure, its value; `NAME:range` is what it ranged over. */
export interface ChartRow {
  readonly at: number;
  readonly [column: string]: number | null | readonly [low: number, high: number];
}

export const rangeColumn = (figure: string): string => `${figure}:range`;

/** Rows to draw. Between two moments with nothing measured in between stands a row without values: the line breaks there. */
export function chartRows({ moments }: Timeline, intervalS: number): ChartRow[] {
  const rows: ChartRow[] = [];
  moments.forEach(({ fromTs, ts, values, low, high }, i) => {
    const before = moments[i - 1];
    if (before !== undefined && fromTs - before.ts > GAP_INTERVALS * intervalS) {
      rows.push({ at: (before.ts + fromTs) / 2 });
    }
    const row: Record<string, number | null | readonly [number, number]> = { at: ts };
    for (const [name, value] of Object.entries(values)) {
      const [lowest, highest] = [low[name] ?? null, high[name] ?? null];
      row[name] = value;
      row[rangeColumn(name)] = value === null || lowest === null || highest === null ? null : [lowest, highest];
    }
    rows.push(row as ChartRow);
  });
  return rows;
}

/** What a counter grew by a second, between two rows. No value over a gap, and where it began anew. */
export function perSecond(rows: readonly ChartRow[], figures: readonly string[]): ChartRow[] {
  return rows.map((row, i) => {
    const before = rows[i - 1];
    const rates = figures.map((figure) => {
      const [from, to] = [before?.[figure], row[figure]];
      const isGrowth = typeof from === 'number' && typeof to === 'number' && to >= from && before !== undefined;
      return [figure, isGrowth ? (to - from) / (row.at - before.at) : null] as const;
    });
    return { at: row.at, ...Object.fromEntries(rates) };
  });
}

/** Adds a moment at the end, or to the last one where both are of one bucket. */
function put(moments: Moment[], bucketS: number, next: Moment): void {
  const last = moments.at(-1);
  if (last === undefined || Math.floor(last.ts / bucketS) !== Math.floor(next.ts / bucketS)) {
    moments.push(next);
    return;
  }
  const each = (pick: (name: string) => number | null): Record<string, number | null> =>
    Object.fromEntries(Object.keys(next.values).map((name) => [name, pick(name)]));
  moments[moments.length - 1] = {
    fromTs: last.fromTs,
    ts: next.ts,
    values: next.values,
    low: each((name) => outer(Math.min, last.low[name], next.low[name])),
    high: each((name) => outer(Math.max, last.high[name], next.high[name])),
  };
}

function outer(
  of: (a: number, b: number) => number,
  a: number | null | undefined,
  b: number | null | undefined,
): number | null {
  return a == null ? (b ?? null) : b == null ? a : of(a, b);
}

const numberOf = (value: number | string | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
