import { type DurationHistogram, type LatencyTrace, STAGES, type Stage } from '../../src-shared/index.ts';
import { stageMs } from './stage-durations.ts';

/** Seconds. The limits of the latency alerts, 30 and 50 ms, are edges, so that what is beyond them can be counted. */
export const LATENCY_EDGES = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1] as const;

/** Counts durations since the engine started; constant memory, a dozen comparisons an observation. */
class DurationCounter {
  readonly #counts = new Array<number>(LATENCY_EDGES.length + 1).fill(0);
  #sum = 0;

  add(durationMs: number): void {
    const seconds = durationMs / 1000;
    const bucket = LATENCY_EDGES.findIndex((edge) => seconds <= edge);
    this.#counts[bucket === -1 ? LATENCY_EDGES.length : bucket]!++;
    this.#sum += seconds;
  }

  snapshot(): DurationHistogram {
    let total = 0;
    const cumulative = this.#counts.map((count) => {
      total += count;
      return total;
    });
    return { edges: LATENCY_EDGES, cumulative, sum: this.#sum };
  }
}

/** Latency and stages of all masks sent since the engine started: what Prometheus scrapes. */
export class TraceHistograms {
  readonly #latency = new DurationCounter();
  readonly #stages = Object.fromEntries(STAGES.map((stage) => [stage, new DurationCounter()])) as Record<
    Stage,
    DurationCounter
  >;

  maskSent(trace: LatencyTrace): void {
    if (trace.sentMs !== null) {
      this.#latency.add(trace.sentMs - trace.receivedMs);
    }
    for (const stage of STAGES) {
      const duration = stageMs(trace, stage);
      if (duration !== null) {
        this.#stages[stage].add(duration);
      }
    }
  }

  snapshot(): { readonly latency: DurationHistogram; readonly stages: Readonly<Record<Stage, DurationHistogram>> } {
    const stages = STAGES.map((stage) => [stage, this.#stages[stage].snapshot()] as const);
    return {
      latency: this.#latency.snapshot(),
      stages: Object.fromEntries(stages) as Record<Stage, DurationHistogram>,
    };
  }
}
