import type { LatencyTrace } from '../../src-shared/index.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** What is kept of every trace, ms. `overhead` = total - model run - waiting because the model was busy (design, section 9). */
const FIGURES = {
  total: (t) => since(t.receivedMs, t.sentMs),
  model: (t) => since(t.runStartMs, t.runEndMs),
  waiting: (t) => t.modelWaitMs,
  overhead: (t) => since(t.receivedMs, t.sentMs) - since(t.runStartMs, t.runEndMs) - t.modelWaitMs,
  receivedToDequeued: (t) => since(t.receivedMs, t.dequeuedMs),
  dequeuedToPreprocessed: (t) => since(t.dequeuedMs, t.preprocessedMs),
  preprocessedToRunStart: (t) => since(t.preprocessedMs, t.runStartMs),
  runEndToPostprocessed: (t) => since(t.runEndMs, t.postprocessedMs),
  postprocessedToSent: (t) => since(t.postprocessedMs, t.sentMs),
} as const satisfies Record<string, (trace: LatencyTrace) => number>;

export type Figure = keyof typeof FIGURES;

const since = (from: number | null, to: number | null): number => (to ?? Number.NaN) - (from ?? Number.NaN);

/**
 * Times of a run, in memory taken before it starts: a recorder that grew with the run would be found as a leak of the
 * engine it measures.
 */
export class TraceRecorder {
  readonly #values: Readonly<Record<Figure, Float64Array>>;
  readonly #skip: number;
  #seen = 0;

  /** The first `skip` traces are warm-up; at most `capacity` are kept after them. */
  constructor(capacity: number, skip: number) {
    this.#skip = skip;
    // Filled, because memory that nobody has written to is not resident yet.
    const empty = (): Float64Array => new Float64Array(capacity).fill(Number.NaN);
    const figures = Object.keys(FIGURES) as Figure[];
    this.#values = Object.fromEntries(figures.map((figure) => [figure, empty()])) as Record<Figure, Float64Array>;
  }

  add(trace: LatencyTrace): void {
    const at = this.#seen++ - this.#skip;
    if (at < 0 || at >= this.#values.total.length) {
      return;
    }
    for (const figure in FIGURES) {
      this.#values[figure as Figure][at] = FIGURES[figure as Figure](trace);
    }
  }

  /** Of frames that got a mask; the others have no model run. */
  spread(figure: Figure): Spread | null {
    const kept = Math.max(0, Math.min(this.#seen - this.#skip, this.#values.total.length));
    return spreadOf([...this.#values[figure].subarray(0, kept)].filter(Number.isFinite));
  }
}
