import type { EngineSnapshot, KpiSample } from '../../src-shared/index.ts';
import type { EngineListener } from '../gateway/index.ts';

/** Tells consoles about changes: several changes of one turn make one snapshot, and nobody listening costs nothing. */
export class Announcer {
  readonly #describe: () => EngineSnapshot;
  readonly #listeners = new Set<EngineListener>();
  #queued = false;

  constructor(describe: () => EngineSnapshot) {
    this.#describe = describe;
  }

  subscribe(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something a console shows has changed; it is told at the end of this turn. */
  changed(): void {
    if (!this.#queued) {
      this.#queued = true;
      setImmediate(() => {
        this.#queued = false;
        this.snapshotNow();
      });
    }
  }

  snapshotNow(): void {
    if (this.#listeners.size > 0) {
      const snapshot = this.#describe();
      for (const listener of this.#listeners) {
        listener.snapshot(snapshot);
      }
    }
  }

  kpi(sample: KpiSample): void {
    for (const listener of this.#listeners) {
      listener.kpi(sample);
    }
  }
}
