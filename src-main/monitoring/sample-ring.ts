import type { KpiSample } from '../../src-shared/index.ts';

/** The newest samples, oldest first; one more pushes the oldest out. */
export class SampleRing {
  readonly #capacity: number;
  #samples: KpiSample[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(sample: KpiSample): void {
    this.#samples.push(sample);
    // Cut in one go now and then: one shift a sample would move them all each time.
    if (this.#samples.length >= 2 * this.#capacity) {
      this.#samples = this.#samples.slice(-this.#capacity);
    }
  }

  /** Samples of an earlier run, from disk, come before those taken since; what is among both is there once. */
  fillBefore(samples: readonly KpiSample[]): void {
    const firstTs = this.#samples[0]?.ts ?? Number.POSITIVE_INFINITY;
    this.#samples = [...samples.filter(({ ts }) => ts < firstTs), ...this.#samples].slice(-this.#capacity);
  }

  newest(count: number): readonly KpiSample[] {
    return count < 1 ? [] : this.#samples.slice(-Math.min(count, this.#capacity));
  }
}
