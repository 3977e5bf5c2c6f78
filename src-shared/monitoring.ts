import type { AlertOverview } from './alerts.ts';
import type { HealthReport } from './health.ts';
import type { KpiSample, Stage } from './kpi.ts';
import type { MetricDescription } from './metrics.ts';

/** Durations since the engine started, by bucket: what Prometheus calls a histogram. */
export interface DurationHistogram {
  /** Upper edges, seconds, rising; the last bucket (`+Inf`) is implied. */
  readonly edges: readonly number[];
  /** Observations at most as long as each edge, then all of them: cumulative, one longer than `edges`. */
  readonly cumulative: readonly number[];
  /** Sum of all observations, seconds. */
  readonly sum: number;
}

/** A range of history, at most `points` rows. */
export interface HistoryQuery {
  /** Epoch seconds, inclusive; open where absent. */
  readonly from?: number;
  readonly to?: number;
  /** At most this many rows. Where there are more samples, each row stands for several. */
  readonly points: number;
}

/** Samples of one interval. With one sample in it, `first`, and min = max. */
export interface HistoryRow {
  /** Newest sample of the interval. */
  readonly sample: KpiSample;
  readonly fromTs: number;
  readonly count: number;
  /** Lowest and highest value of each figure that has numbers, by metric name. Absent where `count` is 1. */
  readonly range?: Readonly<Record<string, readonly [lowest: number, highest: number]>>;
}

/** Columns of a history: one value of each series for each moment in `ts`, oldest first. Null: no value. */
export interface MetricHistory {
  /** Epoch seconds of the newest sample of each interval. */
  readonly ts: readonly number[];
  readonly series: Readonly<Record<string, MetricSeries>>;
}

export interface MetricSeries {
  readonly values: readonly (number | string | null)[];
  /** Lowest and highest value of each interval; absent where every interval is one sample. */
  readonly lowest?: readonly (number | null)[];
  readonly highest?: readonly (number | null)[];
}

/** What monitoring offers to those who serve it to others (HTTP, WebSocket, Prometheus). Nothing here waits but `range`. */
export interface MonitoringView {
  /** The figures there are: the table and what was registered besides. */
  metrics(): readonly MetricDescription[];
  latest(): KpiSample | null;
  /** Newest `count` samples, oldest first; at most as many as are kept in memory. */
  recent(count: number): readonly KpiSample[];
  /** From memory and disk; oldest first. */
  range(query: HistoryQuery): Promise<readonly HistoryRow[]>;
  /** Received -> sent, and each stage, since the engine started. */
  histograms(): { readonly latency: DurationHistogram; readonly stages: Readonly<Record<Stage, DurationHistogram>> };
  health(): HealthReport;
  alerts(): AlertOverview;
}
