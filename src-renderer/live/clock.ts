/** One round trip: when the console asked, what the engine's clock said, when the answer was here. */
export interface EchoSample {
  readonly sentMs: number;
  readonly engineMs: number;
  readonly receivedMs: number;
}

/** Enough for the opening burst and half a minute of repeats; older ones age out, so that drift is followed. */
const SAMPLES_KEPT = 12;

/**
 * Maps the engine's clock to this console's `performance.now()` and back.
 *
 * The round trip that took least time bounds the error best (by half its length), so it alone decides the offset.
 */
export class ClockMap {
  #samples: EchoSample[] = [];
  #offsetMs: number | null = null;

  add(sample: EchoSample): void {
    if (sample.receivedMs < sample.sentMs || !Number.isFinite(sample.engineMs)) {
      return;
    }
    this.#samples = [...this.#samples.slice(1 - SAMPLES_KEPT), sample];
    const best = this.#samples.reduce((a, b) => (roundTrip(b) <= roundTrip(a) ? b : a));
    this.#offsetMs = best.engineMs - (best.sentMs + best.receivedMs) / 2;
  }

  /** Forgets everything: another engine process may have another clock. */
  reset(): void {
    this.#samples = [];
    this.#offsetMs = null;
  }

  /** This console's time on the engine's clock; null before the first round trip. */
  toEngine(consoleMs: number): number | null {
    return this.#offsetMs === null ? null : consoleMs + this.#offsetMs;
  }

  /** The engine's time on this console's clock; null before the first round trip. */
  toConsole(engineMs: number): number | null {
    return this.#offsetMs === null ? null : engineMs - this.#offsetMs;
  }
}

function roundTrip(sample: EchoSample): number {
  return sample.receivedMs - sample.sentMs;
}
