import { median } from './statistics.ts';

/** The smallest delay of this long a time stands for the clocks; longer ones are the network's doing. */
const SLICE_MS = 10_000;
/** Slices the drift is seen over: ten minutes. */
const SLICES = 60;
/** A minute of slices: fewer say more about the network than about the clocks. */
const FEWEST_SLICES = 6;
/** The apparent offset follows the newest slices only. */
const OFFSET_SLICES = 3;
/** A jump by more than this is a clock that was set, not one that drifts. */
const STEP_MS = 1000;

interface Slice {
  readonly fromMs: number;
  /** Smallest of received (monotonic) minus stamp (epoch), ms. */
  smallest: number;
}

/**
 * The source's clock beside ours, seen through a network that only ever delays. Smallest delays are compared, as NTP
 * does; what remains in the offset is the shortest transport delay, which cannot be told apart from one end.
 */
export class ClockComparison {
  readonly #wallMs: () => number;
  readonly #slices: Slice[] = [];

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  add(stampMs: number, receivedMs: number): void {
    const delay = receivedMs - stampMs;
    const newest = this.#slices.at(-1);
    if (newest !== undefined && receivedMs - newest.fromMs < SLICE_MS) {
      newest.smallest = Math.min(newest.smallest, delay);
      return;
    }
    this.#forgetBeforeAStep();
    this.#slices.push({ fromMs: receivedMs, smallest: delay });
    if (this.#slices.length > SLICES) {
      this.#slices.shift();
    }
  }

  restart(): void {
    this.#slices.length = 0;
  }

  figures(nowMs: number): { readonly clockOffsetMs: number | null; readonly clockDriftPpm: number | null } {
    const newest = this.#slices.slice(-OFFSET_SLICES).map(({ smallest }) => smallest);
    return {
      clockOffsetMs: newest.length === 0 ? null : Math.min(...newest) + this.#wallMs() - nowMs,
      clockDriftPpm: this.#driftPpm(),
    };
  }

  /** The newest two slices are complete here. */
  #forgetBeforeAStep(): void {
    const [before, after] = this.#slices.slice(-2);
    if (before !== undefined && after !== undefined && Math.abs(after.smallest - before.smallest) > STEP_MS) {
      this.#slices.splice(0, this.#slices.length - 1);
    }
  }

  /** Median of the slopes between all pairs of slices (Theil-Sen): a minute of congestion does not tilt it. */
  #driftPpm(): number | null {
    const complete = this.#slices.slice(0, -1);
    if (complete.length < FEWEST_SLICES) {
      return null;
    }
    const slopes = complete.flatMap((from, i) =>
      complete.slice(i + 1).map((to) => (to.smallest - from.smallest) / (to.fromMs - from.fromMs)),
    );
    return median(slopes) * 1e6;
  }
}
