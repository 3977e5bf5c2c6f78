import {
  type KpiSample,
  MAX_HISTORY_FIGURES,
  METRICS,
  type MetricHistory,
  type MetricListing,
} from '../../src-shared/index.ts';
import type { EngineClient } from '../state/console-context.ts';
import { Store } from '../state/store.ts';
import { CHART_FIGURES } from './chart-table.ts';
import { BUCKETS, bucketSecondsOf, type Figure, joined, type Timeline, timelineOf, withSample } from './timeline.ts';

/** How far back, seconds, by the key of its name. */
export const RANGES = { minutes5: 300, minutes30: 1800, hours6: 21_600, day: 86_400, week: 604_800 } as const;
export type RangeId = keyof typeof RANGES;
export const RANGE_IDS = Object.keys(RANGES) as RangeId[];

export interface Span {
  readonly fromTs: number;
  readonly toTs: number;
}

export interface PerformanceState {
  readonly range: RangeId;
  /** Part of the range, stretched; null: all of it. */
  readonly zoom: Span | null;
  /** The charts stand still; samples go on being taken. */
  readonly paused: boolean;
  /** All charts are being saved as a picture, those out of sight too. */
  readonly savesPicture: boolean;
  /** Null until the engine has answered. */
  readonly timeline: Timeline | null;
  /** Figures registered besides those every engine has. */
  readonly custom: readonly MetricListing[];
  /** Why the history could not be had (`refusalText` says it). */
  readonly failure: unknown;
}

/** Of a console or dashboard: what was chosen stays while the view is left and come back to. */
export const performanceStore = new Store<PerformanceState>({
  range: 'minutes5',
  zoom: null,
  paused: false,
  savesPicture: false,
  timeline: null,
  custom: [],
  failure: null,
});

/** The charts are drawn at most so often, however often samples are taken. */
const DRAW_EVERY_MS = 950;
const RETRY_MS = 5000;

/**
 * Keeps the charts' timeline: asks the engine for the past once (and again after a lost connection), adds each sample as
 * it is taken, and tells the store once a second. Works only while something shows it: `close` ends it.
 */
export class HistoryFeed {
  readonly #client: EngineClient;
  readonly #unsubscribe: () => void;
  #figures: readonly Figure[] = METRICS;
  #custom: readonly MetricListing[] = [];
  #timeline: Timeline | null = null;
  /** Counts requests: an answer to an older one is of no use. */
  #request = 0;
  #asked: string | null = null;
  #link = '';
  #sample: KpiSample | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(client: EngineClient) {
    this.#client = client;
    const stopClient = client.subscribe(() => this.#look());
    const stopStore = performanceStore.subscribe(() => this.#look());
    this.#unsubscribe = () => {
      stopClient();
      stopStore();
    };
    this.#look();
  }

  close(): void {
    this.#unsubscribe();
    this.#request++;
    clearTimeout(this.#retry);
  }

  /** Something may have changed: the connection, the newest sample, what is to be shown. */
  #look(): void {
    const { link, kpi } = this.#client.getState();
    if (link.state !== this.#link) {
      this.#link = link.state;
      this.#asked = null;
    }
    if (link.state !== 'open' || kpi === null) {
      return;
    }
    const { range, zoom, paused } = performanceStore.get();
    const wanted = zoom === null ? range : `${zoom.fromTs}-${zoom.toTs}`;
    if (wanted !== this.#asked) {
      this.#asked = wanted;
      void this.#load(zoom ?? { fromTs: kpi.ts - RANGES[range], toTs: kpi.ts });
      return;
    }
    if (kpi !== this.#sample) {
      this.#sample = kpi;
      this.#add(kpi);
    }
    const isDue = performance.now() - this.#toldMs >= DRAW_EVERY_MS;
    if (isDue && !paused && this.#timeline !== null && this.#timeline !== performanceStore.get().timeline) {
      this.#tell();
    }
  }

  async #load({ fromTs, toTs }: Span): Promise<void> {
    const request = ++this.#request;
    clearTimeout(this.#retry);
    this.#timeline = null;
    try {
      const { metrics } = await this.#client.command('metrics.list', {});
      const custom = metrics.filter(({ isCustom, kind }) => isCustom && kind !== 'state');
      const history = await this.#history([...CHART_FIGURES, ...custom.map(({ name }) => name)], { fromTs, toTs });
      if (request !== this.#request) {
        return;
      }
      this.#custom = custom;
      this.#figures = [
        ...METRICS.filter(({ name }) => CHART_FIGURES.includes(name)),
        ...custom.map(({ name }): Figure => ({ name, read: (sample) => sample.custom[name] ?? null })),
      ];
      this.#timeline = timelineOf(history, fromTs, toTs, bucketSecondsOf(fromTs, toTs));
      this.#addMissed();
      performanceStore.set({ failure: null });
      this.#tell();
    } catch (failure) {
      if (request === this.#request) {
        performanceStore.set({ failure });
        this.#retry = setTimeout(() => {
          this.#asked = null;
          this.#look();
        }, RETRY_MS);
      }
    }
  }

  /** One request takes so many figures; several are of the same moments. */
  async #history(names: readonly string[], { fromTs, toTs }: Span): Promise<MetricHistory> {
    const parts: MetricHistory[] = [];
    for (let start = 0; start < names.length; start += MAX_HISTORY_FIGURES) {
      const figures = names.slice(start, start + MAX_HISTORY_FIGURES);
      parts.push(await this.#client.command('metrics.history', { figures, points: BUCKETS, from: fromTs, to: toTs }));
    }
    return joined(parts);
  }

  /** Samples that came while the past was asked for. */
  #addMissed(): void {
    if (performanceStore.get().zoom !== null) {
      return;
    }
    for (const sample of this.#client.getState().history) {
      if (this.#timeline !== null) {
        this.#timeline = withSample(this.#timeline, sample, this.#figures);
      }
    }
  }

  #add(sample: KpiSample): void {
    if (this.#timeline !== null && performanceStore.get().zoom === null) {
      this.#timeline = withSample(this.#timeline, sample, this.#figures);
    }
  }

  #tell(): void {
    this.#toldMs = performance.now();
    performanceStore.set({ timeline: this.#timeline, custom: this.#custom });
  }
}
