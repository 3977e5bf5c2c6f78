/** Half of what the rate is taken over at most, ms. */
const SPAN_MS = 2000;
/** A rate over less than this is chance. */
const LEAST_SPAN_MS = 500;

interface Span {
  readonly fromMs: number;
  /** What came after `fromMs`. */
  bytes: number;
}

/**
 * Bytes per second of what arrives, over the last 2 to 4 s. Not by the time between two frames: those that come in a
 * burst, after the machine or the network stood still, would say that the disk is full in a minute.
 */
export class ArrivalRate {
  #earlier: Span | null = null;
  #latest: Span | null = null;
  #lastMs = 0;

  add(bytes: number, nowMs: number): void {
    this.#lastMs = nowMs;
    if (this.#latest === null) {
      this.#latest = { fromMs: nowMs, bytes: 0 };
      return;
    }
    this.#latest.bytes += bytes;
    if (nowMs - this.#latest.fromMs >= SPAN_MS) {
      this.#earlier = this.#latest;
      this.#latest = { fromMs: nowMs, bytes: 0 };
    }
  }

  /** The next frame is another source's. */
  reset(): void {
    this.#earlier = null;
    this.#latest = null;
  }

  /** Null before it is known. */
  get bytesPerS(): number | null {
    const first = this.#earlier ?? this.#latest;
    if (first === null || this.#latest === null || this.#lastMs - first.fromMs < LEAST_SPAN_MS) {
      return null;
    }
    const bytes = this.#latest.bytes + (this.#earlier?.bytes ?? 0);
    return (bytes * 1000) / (this.#lastMs - first.fromMs);
  }
}
