import type { AlertEvent } from '../../src-shared/index.ts';

/** What a receiver made of an event. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** In words, without secrets. */
      readonly reason: string;
      /** Seconds the receiver asked to be left alone; null: it did not say. */
      readonly retryAfterS: number | null;
      /** It will never take it (410 Gone, an address that is refused). */
      readonly isFinal: boolean;
    };

/** Time, so that an hour of failures takes a test no hour. */
export interface DeliveryClock {
  /** Runs `run` after `ms`; returns what calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** Events nobody took, kept where they survive the engine. */
export interface DeadLetters {
  put(event: AlertEvent, reason: string): Promise<void>;
  /** All of them, which are then no longer kept. */
  takeAll(): Promise<readonly AlertEvent[]>;
}

export interface DeliveryQueueOptions {
  readonly send: (event: AlertEvent) => Promise<Outcome>;
  readonly clock: DeliveryClock;
  readonly dead: DeadLetters;
  /** 0..1. */
  readonly random: () => number;
  readonly changed: () => void;
}

/** Before each try of an event, seconds; after the last it is put with the dead letters. */
export const TRY_DELAYS_S = [0, 1, 5, 30, 300, 1800] as const;
/** Receivers that failed together are not asked together again. */
const JITTER = 0.2;
/** Nobody is waited for longer than this at the receiver's own wish. */
const LONGEST_RETRY_AFTER_S = 3600;
/** More waiting than this go to the dead letters, oldest first: kept, and not in memory. */
const MAX_WAITING = 1000;

/** Events to one receiver, in order, one at a time, tried again until they are taken or kept as dead letters. */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #waiting: AlertEvent[] = [];
  #tries = 0;
  #isSending = false;
  #callOff: (() => void) | null = null;
  #isClosed = false;
  #delivered = 0;
  #lastError: string | null = null;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** Events waiting for delivery or the next try. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** What went wrong with the newest try; null when nothing did. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** Returns at once, whatever the receiver does. */
  add(event: AlertEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > MAX_WAITING) {
      // The first may just be under way.
      const [oldest] = this.#waiting.splice(1, 1);
      void this.#bury(oldest as AlertEvent, `${MAX_WAITING} newer events wait`);
    }
    this.#scheduleNext();
  }

  /** Sends the dead letters again, and what waits at once. Returns how many dead letters there were. */
  async replay(): Promise<number> {
    const events = await this.#options.dead.takeAll();
    this.#waiting.push(...events);
    this.#tries = 0;
    this.#callOff?.();
    this.#callOff = null;
    this.#scheduleNext();
    return events.length;
  }

  /** What still waits is kept as dead letters: nothing is lost with the engine. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callOff?.();
    for (const event of this.#waiting.splice(0)) {
      await this.#bury(event, 'the engine ended first');
    }
  }

  #scheduleNext(retryAfterS: number | null = null): void {
    if (this.#isClosed || this.#isSending || this.#callOff !== null || this.#waiting.length === 0) {
      return;
    }
    const delayS = (TRY_DELAYS_S[this.#tries] ?? 0) * (1 + JITTER * this.#options.random());
    const waitS = Math.max(delayS, Math.min(LONGEST_RETRY_AFTER_S, retryAfterS ?? 0));
    this.#callOff = this.#options.clock.after(waitS * 1000, () => {
      this.#callOff = null;
      void this.#try();
    });
  }

  async #try(): Promise<void> {
    const event = this.#waiting[0];
    if (event === undefined) {
      return;
    }
    this.#isSending = true;
    const outcome = await this.#options
      .send(event)
      .catch((error): Outcome => ({ ok: false, reason: String(error), retryAfterS: null, isFinal: false }));
    this.#isSending = false;
    if (this.#isClosed) {
      return;
    }
    this.#tries++;
    this.#lastError = outcome.ok ? null : outcome.reason;
    if (outcome.ok) {
      this.#delivered++;
      this.#next();
    } else if (outcome.isFinal || this.#tries >= TRY_DELAYS_S.length) {
      this.#next();
      await this.#bury(event, outcome.reason);
    }
    this.#options.changed();
    this.#scheduleNext(outcome.ok ? null : outcome.retryAfterS);
  }

  #next(): void {
    this.#waiting.shift();
    this.#tries = 0;
  }

  async #bury(event: AlertEvent, reason: string): Promise<void> {
    await this.#options.dead.put(event, reason);
    this.#options.changed();
  }
}
