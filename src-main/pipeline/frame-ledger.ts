import type { DropReason, QueueStats } from '../../src-shared/index.ts';
import { totalDrops, zeroDrops } from './bounded-queue.ts';

/** The identity of design section 4, as numbers: `received = sent + dropped + inFlight`, exactly, at every instant. */
export interface LedgerCounts {
  readonly received: number;
  readonly sent: number;
  readonly dropped: number;
  readonly inFlight: number;
}

/**
 * Frames handed over to the inference process and not yet answered, by handle: the engine's view of Queue_GPU.
 *
 * Kept on the engine's side so that a killed process takes no frame with it uncounted: whatever is still in here when
 * the process ends is dropped under its reason in the same turn.
 */
export class FrameLedger<T> {
  readonly #pending = new Map<number, T>();
  readonly #drops = zeroDrops();
  readonly #maxsize: number;
  #enqueued = 0;
  #lastBackpressureTs: number | null = null;

  /** `maxsize`: of the queue in the other process, reported with the counts; two credits keep this side below it. */
  constructor(maxsize: number) {
    this.#maxsize = maxsize;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Handles of all frames still out, oldest first; a copy, so that they may be dropped while it is read. */
  handles(): readonly number[] {
    return [...this.#pending.keys()];
  }

  /** The item that has been out longest; undefined when none is. */
  oldest(): T | undefined {
    return this.#pending.values().next().value;
  }

  /** The item handed over last of those still out; undefined when none is. */
  newest(): T | undefined {
    return [...this.#pending.values()].at(-1);
  }

  handOver(handle: number, item: T): void {
    if (this.#pending.has(handle)) {
      throw new Error(`frame ${handle} was handed over twice`);
    }
    this.#pending.set(handle, item);
    this.#enqueued++;
  }

  /** Takes the item back because its result arrived; undefined when it was dropped before. */
  resolve(handle: number): T | undefined {
    const item = this.#pending.get(handle);
    this.#pending.delete(handle);
    return item;
  }

  /** Takes the item back because it will get no result, and counts it; undefined when it was gone already. */
  drop(handle: number, reason: DropReason): T | undefined {
    const item = this.resolve(handle);
    if (item !== undefined) {
      this.#drops[reason]++;
      if (reason === 'outdated' || reason === 'full') {
        this.#lastBackpressureTs = Date.now() / 1000;
      }
    }
    return item;
  }

  stats(): QueueStats {
    return {
      size: this.#pending.size,
      maxsize: this.#maxsize,
      drops: totalDrops(this.#drops),
      drops_by_reason: { ...this.#drops },
      last_backpressure_ts: this.#lastBackpressureTs,
      enqueued: this.#enqueued,
    };
  }
}
