import type { Problem } from '../../src-shared/index.ts';

interface Entry {
  severity: Problem['severity'];
  message: string;
  count: number;
  lastMs: number;
  /** Stays until `clear`: a state, not an event. */
  standing: boolean;
}

/** An event stays on the board this long after it last happened: long enough to be read from across the room. */
const SHOWN_FOR_MS = 10_000;
/** Keys beyond this share the last place: a hostile sender must not grow the board. */
const MAX_KEYS = 100;

/**
 * What is wrong now, keyed: one line per cause with a count, gone by itself when its cause is. Counts live on, so that
 * a cause that comes back goes on counting.
 */
export class ProblemBoard {
  readonly #entries = new Map<string, Entry>();

  /** Something was refused, skipped or failed once. Returns its count, so that a log can thin itself out. */
  happened(key: string, severity: Problem['severity'], message: string, nowMs: number): number {
    return this.#note(key, severity, message, nowMs, false);
  }

  /** Something is wrong until `clear(key)`. */
  stands(key: string, severity: Problem['severity'], message: string, nowMs: number): number {
    return this.#note(key, severity, message, nowMs, true);
  }

  clear(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.standing = false;
      entry.lastMs = Number.NEGATIVE_INFINITY;
    }
  }

  /** Times `key` has happened since the engine started. */
  count(key: string): number {
    return this.#entries.get(key)?.count ?? 0;
  }

  current(nowMs: number): Problem[] {
    const shown: Problem[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.standing || nowMs - entry.lastMs < SHOWN_FOR_MS) {
        shown.push({ key, severity: entry.severity, message: entry.message, count: entry.count });
      }
    }
    return shown;
  }

  #note(key: string, severity: Problem['severity'], message: string, nowMs: number, standing: boolean): number {
    const known = this.#entries.has(key) || this.#entries.size < MAX_KEYS;
    const place = known ? key : 'other';
    const entry = this.#entries.get(place);
    if (entry === undefined) {
      this.#entries.set(place, { severity, message, count: 1, lastMs: nowMs, standing });
      return 1;
    }
    // A standing problem that is merely said again has not happened again.
    if (!(standing && entry.standing && entry.message === message)) {
      entry.count++;
    }
    entry.severity = severity;
    entry.message = message;
    entry.lastMs = nowMs;
    entry.standing = standing;
    return entry.count;
  }
}
