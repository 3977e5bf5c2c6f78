import type { DisplayFrame } from '../../src-shared/index.ts';
import { CineRing } from './cine-ring.ts';
import type { CineReport } from './worker-protocol.ts';

/** Longest wait between two pictures of a reel that is played: a gap in the stream is not sat out. */
const LONGEST_WAIT_MS = 1000;

/**
 * Freeze and cine: keeps the last seconds while the picture runs; frozen, shows any of them, one by one or played at
 * the pace they came in. The engine never hears of it.
 */
export class Cine {
  readonly #ring: CineRing;
  readonly #show: (frame: DisplayFrame) => void;
  #frozen = false;
  #index = 0;
  #newest: DisplayFrame | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param show puts a picture of the past on screen. */
  constructor(spanMs: number, show: (frame: DisplayFrame) => void) {
    this.#ring = new CineRing(spanMs);
    this.#show = show;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** The newest picture that came, shown or not. */
  get newest(): DisplayFrame | null {
    return this.#newest;
  }

  setSpan(spanMs: number): void {
    if (!this.#frozen) {
      this.#ring.setSpan(spanMs);
    }
  }

  /** Every picture that comes passes here. Frozen, it is remembered as the newest and not kept. */
  offer(frame: DisplayFrame): void {
    this.#newest = frame;
    if (!this.#frozen) {
      this.#ring.add(frame);
    }
  }

  /** Stops at the picture on screen (`seq`), else at the newest. False: there is nothing to stop at. */
  freeze(seq: number | null): boolean {
    if (this.#ring.length === 0) {
      return false;
    }
    this.#frozen = true;
    const last = this.#ring.length - 1;
    this.#index = last;
    while (this.#index > 0 && seq !== null && (this.#ring.at(this.#index)?.seq ?? 0) > seq) {
      this.#index -= 1;
    }
    this.seek(this.#index);
    return true;
  }

  /** @returns the picture of now, to go on with; null when none has come. */
  unfreeze(): DisplayFrame | null {
    this.pause();
    this.#frozen = false;
    return this.#newest;
  }

  seek(index: number): void {
    this.pause();
    this.#goTo(index);
  }

  step(frames: number): void {
    this.seek(this.#index + frames);
  }

  /** From here to the end and round again; from the beginning when it stands at the end. */
  play(): void {
    if (this.#frozen && this.#timer === null && this.#ring.length > 1) {
      if (this.#index === this.#ring.length - 1) {
        this.#goTo(0);
      }
      this.#playNext();
    }
  }

  pause(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  clear(): void {
    this.pause();
    this.#frozen = false;
    this.#newest = null;
    this.#ring.clear();
  }

  /** What the page shows of it; null while the picture runs. `feedAgeMs`: age of the newest picture that came. */
  report(feedAgeMs: number): CineReport | null {
    const shown = this.#ring.at(this.#index);
    const [first, last] = [this.#ring.at(0), this.#ring.at(this.#ring.length - 1)];
    if (!this.#frozen || shown === null || first === null || last === null) {
      return null;
    }
    return {
      index: this.#index,
      count: this.#ring.length,
      spanMs: last.receivedMs - first.receivedMs,
      beforeLastMs: last.receivedMs - shown.receivedMs,
      playing: this.#timer !== null,
      shortened: this.#ring.shortened,
      feedAgeMs,
    };
  }

  #goTo(index: number): void {
    this.#index = Math.max(0, Math.min(this.#ring.length - 1, index));
    const frame = this.#ring.at(this.#index);
    if (this.#frozen && frame !== null) {
      this.#show(frame);
    }
  }

  #playNext(): void {
    const next = this.#index + 1 < this.#ring.length ? this.#index + 1 : 0;
    const [from, to] = [this.#ring.at(this.#index), this.#ring.at(next)];
    const waitMs = next === 0 ? LONGEST_WAIT_MS : (to?.receivedMs ?? 0) - (from?.receivedMs ?? 0);
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        // Armed before it is shown: what is shown says that it plays.
        this.#index = next;
        this.#playNext();
        this.#goTo(next);
      },
      Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs)),
    );
  }
}
