import { ENGINE_SILENT_AFTER_MS } from '../live/presentation.ts';
import type { ConsoleState } from './console-client.ts';

const SILENCE_CHECK_MS = 250;

/** What a page knows, for React to read: a new object with every change. Notices by itself when the engine falls silent. */
export class KnownState {
  readonly #listeners = new Set<() => void>();
  #state: ConsoleState;
  #lastHeardMs = performance.now();

  constructor(initial: ConsoleState) {
    this.#state = initial;
    setInterval(() => this.#checkSilence(), SILENCE_CHECK_MS);
  }

  get current(): ConsoleState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  change(part: Partial<ConsoleState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) {
      listener();
    }
  }

  /** The engine said something. */
  heard(): void {
    this.#lastHeardMs = performance.now();
    if (this.#state.engineSilent) {
      this.change({ engineSilent: false });
    }
  }

  #checkSilence(): void {
    const engineSilent = performance.now() - this.#lastHeardMs > ENGINE_SILENT_AFTER_MS;
    if (engineSilent !== this.#state.engineSilent) {
      this.change({ engineSilent });
    }
  }
}
