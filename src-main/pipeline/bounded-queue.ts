import { DROP_REASONS, type DropReason, type QueueStats } from '../../src-shared/index.ts';

/** When an item was received, on the monotonic receive clock, ms. What back-pressure measures age by. */
export interface Received {
  readonly receivedMs: number;
}

/**
 * FIFO between two stages that must never wait for each other.
 *
 * A full queue drops its oldest item: on a live picture a fresh frame is worth more than a complete series
 * (design, section 4). With `maxsize` null it never drops: that is Queue_Raw. Nothing here blocks or awaits, and a
 * bounded queue allocates nothing after construction.
 */
export class BoundedQueue<T extends Received> {
  readonly maxsize: number | null;
  #slots: (T | undefined)[];
  #head = 0;
  #size = 0;
  #enqueued = 0;
  #lastBackpressureTs: number | null = null;
  readonly #drops: Record<DropReason, number> = zeroDrops();
  readonly #dropped: (item: T) => void;

  /** `dropped` hears of every item that is dropped, whatever the reason: its memory may be used again. */
  constructor(maxsize: number | null, dropped: (item: T) => void = () => {}) {
    if (maxsize !== null && (!Number.isInteger(maxsize) || maxsize < 1)) {
      throw new RangeError(`queue size ${maxsize}: expected a whole number >= 1, or null for no bound`);
    }
    this.maxsize = maxsize;
    this.#dropped = dropped;
    this.#slots = new Array<T | undefined>(maxsize ?? INITIAL_UNBOUNDED_SLOTS);
  }

  get size(): number {
    return this.#size;
  }

  get enqueued(): number {
    return this.#enqueued;
  }

  /**
   * Adds `item`; returns the item it pushed out, or undefined. What is pushed out counts as dropped for `reason`: the
   * caller knows when the queue is full only because nobody can take from it.
   */
  enqueueNowait(item: T, reason: DropReason = 'full'): T | undefined {
    let pushedOut: T | undefined;
    if (this.#size === this.#slots.length) {
      if (this.maxsize === null) {
        this.#grow();
      } else {
        pushedOut = this.#take();
        this.#drops[reason]++;
        this.#dropped(pushedOut as T);
      }
    }
    this.#slots[(this.#head + this.#size) % this.#slots.length] = item;
    this.#size++;
    this.#enqueued++;
    return pushedOut;
  }

  /** Oldest item, left where it is; null when empty. */
  peek(): T | null {
    return this.#slots[this.#head] ?? null;
  }

  /** Oldest item, or null when empty. */
  tryDequeue(): T | null {
    return this.#take() ?? null;
  }

  /**
   * Drops what was received more than `maxLagMs` before `nowMs`, but always keeps the newest.
   * `wallS` (epoch seconds) is remembered as the time of the last back-pressure when something was removed.
   */
  dropOutdated(nowMs: number, maxLagMs: number, wallS = Date.now() / 1000): { removed: T[]; remaining: number } {
    const removed: T[] = [];
    while (this.#size > 1 && nowMs - (this.#slots[this.#head] as T).receivedMs > maxLagMs) {
      removed.push(this.#take() as T);
    }
    for (const item of removed) this.#dropped(item);
    if (removed.length > 0) {
      this.#drops.outdated += removed.length;
      this.#lastBackpressureTs = wallS;
    }
    return { removed, remaining: this.#size };
  }

  /** Empties the queue, counting every item under `reason`; returns them, oldest first. */
  clear(reason: DropReason): T[] {
    const removed: T[] = [];
    for (let item = this.#take(); item !== undefined; item = this.#take()) {
      removed.push(item);
    }
    this.#drops[reason] += removed.length;
    for (const item of removed) this.#dropped(item);
    return removed;
  }

  stats(): QueueStats {
    return {
      size: this.#size,
      maxsize: this.maxsize,
      drops: totalDrops(this.#drops),
      drops_by_reason: { ...this.#drops },
      last_backpressure_ts: this.#lastBackpressureTs,
      enqueued: this.#enqueued,
    };
  }

  #take(): T | undefined {
    if (this.#size === 0) {
      return undefined;
    }
    const item = this.#slots[this.#head];
    // The slot must not keep a picture alive that somebody else already gave up.
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#size--;
    return item;
  }

  #grow(): void {
    const slots = new Array<T | undefined>(this.#slots.length * 2);
    for (let i = 0; i < this.#size; i++) {
      slots[i] = this.#slots[(this.#head + i) % this.#slots.length];
    }
    this.#slots = slots;
    this.#head = 0;
  }
}

/** First size of an unbounded queue's ring; it doubles when full. */
const INITIAL_UNBOUNDED_SLOTS = 64;

/** A counter per drop reason, all zero. */
export function zeroDrops(): Record<DropReason, number> {
  return Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>;
}

export function totalDrops(drops: Readonly<Record<DropReason, number>>): number {
  let total = 0;
  for (const reason of DROP_REASONS) {
    total += drops[reason];
  }
  return total;
}
