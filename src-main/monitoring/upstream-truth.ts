import type { FrameMeta } from '../../src-shared/index.ts';
import { ClockComparison } from './clock-comparison.ts';
import { median, quantile } from './statistics.ts';

/** A jump larger than this is a new numbering, not a loss: no scanner loses ten minutes of frames in one go. */
const LARGEST_PLAUSIBLE_GAP = 36_000;
/** Newest intervals between pictures that rate and jitter are taken from: a second of a fast source. */
const INTERVALS = 100;
/** Fewer say nothing yet. */
const FEWEST_INTERVALS = 5;
/** A longer one is a pause or a new clock, not an interval of a running source. */
const LONGEST_INTERVAL_MS = 5000;
/** The source's own rate is what it kept up in the last ten minutes: one that slows down for good is not late for ever. */
const RATE_MEMORY_MS = 600_000;
/** …and it is the rate reached in all but the fastest tenth of that time: bursts after a stall are not its rate. */
const RATE_QUANTILE = 0.9;

/** What happened to the pictures before they reached us. Null: the source does not say. */
export interface UpstreamFigures {
  readonly lost: number | null;
  readonly duplicates: number;
  readonly sourceFps: number | null;
  readonly clockOffsetMs: number | null;
  readonly clockDriftPpm: number | null;
  readonly jitterMs: number | null;
}

/**
 * The truth about what is before us: losses by gaps in FrameNumber, the source's own rate and its evenness by stamps,
 * its clock beside ours, pictures sent twice. Counters live as long as the engine; rates and clocks as long as a source.
 */
export class UpstreamTruth {
  readonly #clock: ClockComparison;
  readonly #intervalsMs: number[] = [];
  readonly #rates: { readonly atMs: number; readonly fps: number }[] = [];
  #last: { readonly meta: FrameMeta; readonly receivedMs: number } | null = null;
  #isNews = false;
  #lost: number | null = null;
  #duplicates = 0;

  /** `wallMs`: epoch ms; only differences to the monotonic clock are used. */
  constructor(wallMs: () => number = Date.now) {
    this.#clock = new ClockComparison(wallMs);
  }

  /** `identical`: its pixels equal the picture's before. */
  frame(meta: FrameMeta, receivedMs: number, identical: boolean): void {
    if (identical) {
      this.#duplicates++;
    }
    const step = this.#frameStep(meta);
    if (this.#last !== null) {
      this.#addInterval(intervalMs(this.#last, { meta, receivedMs }) / step);
    }
    if (hasClock(meta)) {
      this.#clock.add(meta.ts * 1000, receivedMs);
    }
    this.#last = { meta, receivedMs };
  }

  /** The link is new: numbers and intervals start anew, rate and clock of the source are still its own. */
  linkRestarted(): void {
    this.#last = null;
  }

  /** Another source: only counters stay. */
  sourceChanged(): void {
    this.linkRestarted();
    this.#intervalsMs.length = 0;
    this.#rates.length = 0;
    this.#clock.restart();
  }

  /** Once a sample; `nowMs` monotonic. */
  figures(nowMs: number): UpstreamFigures {
    this.#noteRate(nowMs);
    return {
      lost: this.#lost,
      duplicates: this.#duplicates,
      sourceFps: quantile(this.#rates.map(({ fps }) => fps).sort(ascending), RATE_QUANTILE),
      ...this.#clock.figures(nowMs),
      jitterMs: this.#jitterMs(),
    };
  }

  /** Frames from the last one to this one by the source's numbers, 1 where it has none; counts the ones that are missing. */
  #frameStep(meta: FrameMeta): number {
    if (meta.frameIdOrigin !== 'source') {
      return 1;
    }
    this.#lost ??= 0;
    const last = this.#last?.meta;
    if (last === undefined || last.frameIdOrigin !== 'source') {
      return 1;
    }
    const step = meta.frameId - last.frameId;
    if (step < 1 || step > LARGEST_PLAUSIBLE_GAP) {
      return 1;
    }
    this.#lost += step - 1;
    return step;
  }

  #addInterval(interval: number): void {
    if (interval > 0 && interval <= LONGEST_INTERVAL_MS) {
      this.#intervalsMs.push(interval);
      if (this.#intervalsMs.length > INTERVALS) {
        this.#intervalsMs.shift();
      }
      this.#isNews = true;
    }
  }

  #noteRate(nowMs: number): void {
    if (this.#isNews && this.#intervalsMs.length >= FEWEST_INTERVALS) {
      this.#isNews = false;
      this.#rates.push({ atMs: nowMs, fps: 1000 / median(this.#intervalsMs) });
    }
    while (this.#rates.length > 0 && nowMs - (this.#rates[0] as { atMs: number }).atMs > RATE_MEMORY_MS) {
      this.#rates.shift();
    }
  }

  #jitterMs(): number | null {
    if (this.#last === null || !hasClock(this.#last.meta) || this.#intervalsMs.length < FEWEST_INTERVALS) {
      return null;
    }
    const middle = median(this.#intervalsMs);
    return quantile(this.#intervalsMs.map((interval) => Math.abs(interval - middle)).sort(ascending), 0.95);
  }
}

/** Stamps of a recording or the phantom are not of a clock that runs now; 0 is no stamp. */
const hasClock = ({ sourceKind, ts }: FrameMeta): boolean =>
  ts > 0 && (sourceKind === 'live' || sourceKind === 'simulated');

/** By the source's stamps where both have them, else by when they came. */
function intervalMs(
  from: { meta: FrameMeta; receivedMs: number },
  to: { meta: FrameMeta; receivedMs: number },
): number {
  return hasClock(from.meta) && hasClock(to.meta)
    ? (to.meta.ts - from.meta.ts) * 1000
    : to.receivedMs - from.receivedMs;
}

const ascending = (a: number, b: number): number => a - b;
