import type { Liveness, SourceLink } from '../../src-shared/index.ts';

/** No frame for this many periods, but at least 250 ms: STALE (design, section 4). */
const STALE_PERIODS = 3;
const STALE_AT_LEAST_MS = 250;
/** PlusServer sends one every 250 ms without a new frame: two of them prove that the link lives and the picture does not. */
const FROZEN_KEEP_ALIVES = 2;
const FROZEN_IDENTICAL_MS = 1000;
const LINK_LOST_SILENCE_MS = 2000;
/** One frame may be the last gasp of a broken stream; the second one shows that it runs. */
const FRAMES_TO_LIVE = 2;
/** Gaps the frame period is the median of. */
const PERIOD_GAPS = 15;

/**
 * The truth about the picture: is it live at all? Fed with what arrives, asked with the time; keeps no timer of its own.
 * All times are monotonic ms.
 */
export class LivenessMonitor {
  #link: SourceLink = 'disconnected';
  #wanted = false;
  #everConnected = false;
  #framesSinceTrouble = 0;
  #lastFrameMs: number | null = null;
  #lastAnythingMs: number | null = null;
  #keepAlivesSinceFrame = 0;
  #identicalSinceMs: number | null = null;
  readonly #gaps: number[] = [];
  /** Their median; null: to be worked out again. */
  #periodMs: number | null = null;
  #trouble: Liveness = 'CONNECTING';
  /** Connected again, and nothing has come since: a peer that takes connections and stays silent is as lost as before. */
  #isUnheard = false;

  /** A new source was chosen (or none): everything known about the old one is forgotten. */
  reset(wanted: boolean): void {
    this.#link = 'disconnected';
    this.#wanted = wanted;
    this.#everConnected = false;
    this.#framesSinceTrouble = 0;
    this.#lastFrameMs = null;
    this.#lastAnythingMs = null;
    this.#keepAlivesSinceFrame = 0;
    this.#identicalSinceMs = null;
    this.#gaps.length = 0;
    this.#periodMs = null;
    this.#trouble = 'CONNECTING';
    this.#isUnheard = false;
  }

  linkChanged(link: SourceLink, nowMs: number): void {
    this.#link = link;
    if (link === 'connected') {
      this.#isUnheard = this.#everConnected;
      this.#everConnected = true;
      this.#lastAnythingMs = nowMs;
    } else {
      this.state(nowMs);
    }
  }

  /** A message came, whatever it says: the link lives. */
  heard(nowMs: number): void {
    this.#lastAnythingMs = nowMs;
    this.#isUnheard = false;
  }

  /** The source says that it lives and has no new picture. */
  keepAlive(nowMs: number): void {
    this.heard(nowMs);
    this.#keepAlivesSinceFrame++;
  }

  /** `identical`: its pixels equal the frame's before. */
  frame(nowMs: number, identical: boolean): void {
    this.state(nowMs);
    // A slow source is stale by the limit for fast ones until its own period is known: only an outage is no gap.
    if (this.#lastFrameMs !== null && nowMs - this.#lastFrameMs < LINK_LOST_SILENCE_MS) {
      this.#gaps.push(nowMs - this.#lastFrameMs);
      if (this.#gaps.length > PERIOD_GAPS) {
        this.#gaps.shift();
      }
      this.#periodMs = null;
    }
    this.#lastFrameMs = nowMs;
    this.heard(nowMs);
    this.#keepAlivesSinceFrame = 0;
    this.#framesSinceTrouble++;
    this.#identicalSinceMs = identical ? (this.#identicalSinceMs ?? nowMs) : null;
  }

  /** Median time between frames, ms; null before two frames. */
  get periodMs(): number | null {
    if (this.#periodMs === null && this.#gaps.length > 0) {
      const sorted = [...this.#gaps].sort((a, b) => a - b);
      this.#periodMs = sorted[sorted.length >> 1] as number;
    }
    return this.#periodMs;
  }

  frameAgeMs(nowMs: number): number | null {
    return this.#lastFrameMs === null ? null : nowMs - this.#lastFrameMs;
  }

  state(nowMs: number): Liveness {
    if (!this.#wanted) {
      return 'NO SOURCE';
    }
    if (this.#link === 'failed') {
      return this.#enterTrouble('SOURCE FAILED');
    }
    if (this.#link === 'disconnected' && this.#everConnected) {
      return this.#enterTrouble('ENDED');
    }
    const age = this.frameAgeMs(nowMs);
    const silence = this.#lastAnythingMs === null ? null : nowMs - this.#lastAnythingMs;
    const isSilent = silence === null || silence >= LINK_LOST_SILENCE_MS;
    if (this.#link !== 'connected' || this.#isUnheard || isSilent) {
      return this.#enterTrouble(this.#everConnected ? 'LINK LOST' : 'CONNECTING');
    }
    if (age !== null && age >= this.#staleAfterMs()) {
      return this.#enterTrouble(this.#keepAlivesSinceFrame >= FROZEN_KEEP_ALIVES ? 'FROZEN' : 'STALE');
    }
    if (this.#identicalSinceMs !== null && nowMs - this.#identicalSinceMs >= FROZEN_IDENTICAL_MS) {
      return this.#enterTrouble('FROZEN');
    }
    return this.#framesSinceTrouble >= FRAMES_TO_LIVE ? 'LIVE' : this.#trouble;
  }

  #staleAfterMs(): number {
    return Math.max(STALE_AT_LEAST_MS, STALE_PERIODS * (this.periodMs ?? 0));
  }

  #enterTrouble(trouble: Liveness): Liveness {
    this.#trouble = trouble;
    this.#framesSinceTrouble = 0;
    return trouble;
  }
}
