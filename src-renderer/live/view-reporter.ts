import type { DisplayFrame } from '../../src-shared/index.ts';
import type { ClockMap } from './clock.ts';
import type { FromWorker, ShownPicture, ViewReport } from './worker-protocol.ts';

/** Often enough for an age in figures, too seldom to cost anything. */
const REPORT_EVERY_MS = 200;
/** Shortest time between two reports when words change with every frame. */
const REPORT_AT_MOST_EVERY_MS = 80;
const RATE_WINDOW_MS = 1000;
/** A message that could not be read is a problem for this long; then the stream has gone on without another. */
const REFUSAL_SHOWN_MS = 10_000;

type Told = Extract<FromWorker, { readonly type: 'view' | 'result' }>;

/**
 * Tells the page about the picture on screen: at a steady pace, and at once when what is said about it changes. The word
 * on its result comes with the very picture, however often it changes; the page writes it without rendering.
 */
export class ViewReporter {
  readonly #post: (told: Told) => void;
  readonly #clock: ClockMap;
  readonly #renderer: () => ViewReport['renderer'];
  readonly #cine: () => ViewReport['cine'];
  readonly #newestAgeMs: () => number | null;
  #frame: DisplayFrame | null = null;
  #ageAtPaintMs = 0;
  #paintedAtMs = 0;
  #oldestMs = 0;
  #painted = 0;
  #paintTimes: number[] = [];
  #coalesced = 0;
  #refusedCount = 0;
  #lastRefused: { readonly reason: string; readonly atMs: number } | null = null;
  #lastReportMs = Number.NEGATIVE_INFINITY;
  #lastWords = '';

  constructor(
    clock: ClockMap,
    renderer: () => ViewReport['renderer'],
    cine: () => ViewReport['cine'],
    newestAgeMs: () => number | null,
    post: (told: Told) => void,
  ) {
    this.#clock = clock;
    this.#renderer = renderer;
    this.#cine = cine;
    this.#newestAgeMs = newestAgeMs;
    this.#post = post;
    setInterval(() => this.#report(performance.now()), REPORT_EVERY_MS);
  }

  get painted(): number {
    return this.#painted;
  }

  /** A picture of the past was put on screen: said at once, and not counted as painted. */
  frameShown(frame: DisplayFrame): void {
    this.#setFrame(frame, performance.now());
    this.#oldestMs = 0;
    this.report();
  }

  framePainted(frame: DisplayFrame, atMs: number): void {
    // The frame that leaves the screen was at its oldest just now.
    this.#oldestMs = Math.max(this.#oldestMs, this.#ageMs(atMs));
    this.#setFrame(frame, atMs);
    this.#painted += 1;
    this.#paintTimes.push(atMs);
    const words = `${frame.sourceKind} ${frame.size} ${frame.mmPerPixel} ${frame.scaleOrigin}`;
    if (words !== this.#lastWords && atMs - this.#lastReportMs >= REPORT_AT_MOST_EVERY_MS) {
      this.#lastWords = words;
      this.#report(atMs);
    }
  }

  frameSkipped(): void {
    this.#coalesced += 1;
  }

  messageRefused(reason: string): void {
    this.#refusedCount += 1;
    this.#lastRefused = { reason, atMs: performance.now() };
  }

  cleared(): void {
    this.#frame = null;
    this.#lastWords = '';
    this.#report(performance.now());
  }

  /** Tells the page now, without waiting for the next turn. */
  report(): void {
    this.#report(performance.now());
  }

  /** What is said of the picture on screen; null without one. */
  picture(): ShownPicture | null {
    return this.#frame === null ? null : pictureOf(this.#frame, this.#ageMs(performance.now()));
  }

  #setFrame(frame: DisplayFrame, atMs: number): void {
    const before = this.#frame;
    this.#frame = frame;
    if (before?.state !== frame.state || (before.maskBits === null) !== (frame.maskBits === null)) {
      const { state, score, maskBits, boxes } = frame;
      this.#post({ type: 'result', result: { state, score, hasMask: maskBits !== null, boxes } });
    }
    this.#paintedAtMs = atMs;
    const onEngineClock = this.#clock.toEngine(atMs);
    this.#ageAtPaintMs = onEngineClock === null ? 0 : Math.max(0, onEngineClock - frame.receivedMs);
  }

  /** Counted from receipt to now; the time since painting needs no engine, so a picture goes on ageing without one. */
  #ageMs(nowMs: number): number {
    return this.#frame === null ? 0 : this.#ageAtPaintMs + nowMs - this.#paintedAtMs;
  }

  #report(nowMs: number): void {
    this.#lastReportMs = nowMs;
    this.#paintTimes = this.#paintTimes.filter((time) => nowMs - time < RATE_WINDOW_MS);
    const refusal = this.#lastRefused;
    const report: ViewReport = {
      renderer: this.#renderer(),
      painted: this.#painted,
      paintedPerSecond: this.#paintTimes.length,
      coalesced: this.#coalesced,
      refused: {
        count: this.#refusedCount,
        last: refusal !== null && nowMs - refusal.atMs < REFUSAL_SHOWN_MS ? refusal.reason : null,
      },
      picture: this.#frame === null ? null : pictureOf(this.#frame, Math.max(this.#oldestMs, this.#ageMs(nowMs))),
      newestAgeMs: this.#newestAgeMs(),
      cine: this.#cine(),
    };
    this.#oldestMs = 0;
    this.#post({ type: 'view', report });
  }
}

function pictureOf(frame: DisplayFrame, ageMs: number): ShownPicture {
  const { seq, frameId, tsBits, size, mmPerPixel, scaleOrigin, sourceKind, state, score, maskBits, boxes } = frame;
  return {
    seq,
    frameId,
    tsBits,
    size,
    mmPerPixel,
    scaleOrigin,
    sourceKind,
    state,
    score,
    hasMask: maskBits !== null,
    boxes,
    ageMs,
  };
}
