import { inEnglish, type Problem, type Saying, type SayingValues } from '../../src-shared/index.ts';

interface Entry {
  severity: Problem['severity'];
  message: string;
  said: Saying | null;
  count: number;
  lastMs: number;
  /** Stays until `clear`: a state, not an event. */
  standing: boolean;
}

/** An event stays on the board this long after it last happened: long enough to be read from across the room. */
const SHOWN_FOR_MS = 10_000;
/** Events keep this many places; more at once share {@link OVERFLOW}: a hostile sender must not grow the board. */
const MAX_EVENTS = 100;
const OVERFLOW = 'other';
/** Messages quote what came over a socket; no longer than what an operator reads. */
const MAX_MESSAGE_CHARACTERS = 500;

/**
 * What is wrong now, keyed: one line per cause with a count, gone by itself when its cause is. Counts live on while
 * there is room, so that a cause that comes back goes on counting. What stands always has a place of its own.
 */
export class ProblemBoard {
  readonly #entries = new Map<string, Entry>();

  /** Something was refused, skipped or failed once. Returns its count, so that a log can thin itself out. */
  happened(key: string, severity: Problem['severity'], what: Saying | string, nowMs: number): number {
    const place = this.#entries.has(key) || this.#hasRoom(nowMs) ? key : OVERFLOW;
    const entry = this.#entries.get(place);
    if (entry?.standing === true) {
      // What stands says more than one more case of it.
      return ++entry.count;
    }
    const count = (entry?.count ?? 0) + 1;
    return this.#put(place, { severity, ...told(what), count, lastMs: nowMs, standing: false });
  }

  /** Something is wrong until `clear(key)`. Keys of these are the program's own, never a sender's. */
  stands(key: string, severity: Problem['severity'], what: Saying | string, nowMs: number): number {
    const entry = this.#entries.get(key);
    // A standing problem that is merely said again has not happened again.
    const isNews = !(entry?.standing === true && entry.message === told(what).message);
    const count = (entry?.count ?? 0) + (isNews ? 1 : 0);
    return this.#put(key, { severity, ...told(what), count, lastMs: nowMs, standing: true });
  }

  clear(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.standing = false;
      entry.lastMs = Number.NEGATIVE_INFINITY;
    }
  }

  /** Times `key` has happened, for as long as the board had room to remember it. */
  count(key: string): number {
    return this.#entries.get(key)?.count ?? 0;
  }

  /** What is wrong until it is cleared: these become alerts. */
  standing(): Problem[] {
    return [...this.#entries].filter(([, entry]) => entry.standing).map(([key, entry]) => problemOf(key, entry));
  }

  current(nowMs: number): Problem[] {
    const shown: Problem[] = [];
    for (const [key, entry] of this.#entries) {
      if (isShown(entry, nowMs)) {
        shown.push(problemOf(key, entry));
      }
    }
    return shown;
  }

  #put(key: string, entry: Entry): number {
    this.#entries.set(key, entry);
    return entry.count;
  }

  /** True when one more event fits, if need be in the place of the one that has been over for longest. */
  #hasRoom(nowMs: number): boolean {
    let events = 0;
    let oldest: { key: string; lastMs: number } | null = null;
    for (const [key, entry] of this.#entries) {
      if (entry.standing || key === OVERFLOW) {
        continue;
      }
      events++;
      if (!isShown(entry, nowMs) && (oldest === null || entry.lastMs < oldest.lastMs)) {
        oldest = { key, lastMs: entry.lastMs };
      }
    }
    if (events < MAX_EVENTS) {
      return true;
    }
    return oldest !== null && this.#entries.delete(oldest.key);
  }
}

function isShown(entry: Entry, nowMs: number): boolean {
  return entry.standing || nowMs - entry.lastMs < SHOWN_FOR_MS;
}

const problemOf = (key: string, { severity, message, said, count }: Entry): Problem => ({
  key,
  severity,
  message,
  said,
  count,
});

/** In English, and as a console says it in its own language; nothing in it is longer than what is read. */
function told(what: Saying | string): Pick<Entry, 'message' | 'said'> {
  if (typeof what === 'string') {
    return { message: shortened(what), said: null };
  }
  const said = withShortTexts(what);
  return { message: shortened(inEnglish(said)), said };
}

function withShortTexts({ code, values }: Saying): Saying {
  const short = (value: SayingValues[string]): SayingValues[string] =>
    typeof value === 'object' ? withShortTexts(value) : typeof value === 'string' ? shortened(value) : value;
  return { code, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, short(value)])) };
}

function shortened(message: string): string {
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…`;
}
