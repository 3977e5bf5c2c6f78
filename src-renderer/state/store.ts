import { useSyncExternalStore } from 'react';

const anyStore = new Set<() => void>();

/** Hears of a change in any store: for what may depend on all of them (whether a button can be pressed now). */
export function subscribeToStores(listener: () => void): () => void {
  anyStore.add(listener);
  return () => anyStore.delete(listener);
}

/**
 * State of one view that outlives its components (a view may be left and come back) and that actions can change from
 * outside React. One per view, made beside it; what the engine knows stays in `ConsoleClient`, never here.
 */
export class Store<T extends object> {
  readonly #listeners = new Set<() => void>();
  #state: T;

  constructor(initial: T) {
    this.#state = initial;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): T => this.#state;

  /** Merges `part`; listeners hear of it only when something differs. */
  set(part: Partial<T>): void {
    const keys = Object.keys(part) as (keyof T)[];
    if (keys.some((key) => !Object.is(part[key], this.#state[key]))) {
      this.#state = { ...this.#state, ...part };
      for (const listener of [...this.#listeners, ...anyStore]) {
        listener();
      }
    }
  }
}

/** One part of a store; the component renders again only when that very part changes. */
export function useStore<T extends object, P>(store: Store<T>, select: (state: T) => P): P {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
