import { monotonicMs } from '../pipeline/index.ts';
import type { Clip, ClipFrame } from './clip.ts';

/** Behind by more than this the player starts its schedule anew instead of sending a burst nobody wants. */
const MAX_CATCH_UP_MS = 250;
/** How soon to ask again for a frame that is not rendered yet. */
const RETRY_MS = 20;

export interface PlayerOptions {
  /** Null: the clip's own times. */
  readonly framesPerSecond: number | null;
  readonly loop: boolean;
  /** Stop after this many frames; null: no limit. */
  readonly maxFrames?: number | null;
}

export interface PlayerEvents {
  /** `count` runs on over loops; `index` is the place in the clip. */
  frame(frame: ClipFrame, index: number, count: number): void;
  end(): void;
  /** A frame could not be read or given on; nothing is played after it. */
  failed(message: string): void;
}

/**
 * Plays a clip against the monotonic clock: due times are computed from the start, not from the last frame, so that
 * timer jitter does not add up to a wrong rate.
 */
export class Player {
  readonly #clip: Clip;
  readonly #options: PlayerOptions;
  readonly #on: PlayerEvents;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  #dueMs = 0;
  #closed = false;

  constructor(clip: Clip, options: PlayerOptions, on: PlayerEvents) {
    this.#clip = clip;
    this.#options = options;
    this.#on = on;
  }

  start(): void {
    this.#dueMs = monotonicMs();
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
  }

  #schedule(): void {
    if (!this.#closed) {
      this.#timer = setTimeout(() => void this.#play(), Math.max(0, this.#dueMs - monotonicMs()));
    }
  }

  async #play(): Promise<void> {
    const index = this.#count % this.#clip.frameCount;
    try {
      await this.#playFrame(index);
    } catch (error) {
      if (!this.#closed) {
        this.#on.failed(`frame ${index}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  /** Gives frame `index` on and schedules the next. @throws what reading it or a listener throws. */
  async #playFrame(index: number): Promise<void> {
    const frame = await this.#clip.frame(index);
    if (this.#closed) {
      return;
    }
    if (frame === null) {
      this.#dueMs = monotonicMs() + RETRY_MS;
      this.#schedule();
      return;
    }
    this.#on.frame(frame, index, this.#count);
    this.#count++;
    if (this.#isOver()) {
      this.#on.end();
      return;
    }
    this.#dueMs += this.#gapMs(index);
    if (monotonicMs() - this.#dueMs > MAX_CATCH_UP_MS) {
      this.#dueMs = monotonicMs();
    }
    this.#schedule();
  }

  #isOver(): boolean {
    const { loop, maxFrames } = this.#options;
    return (!loop && this.#count >= this.#clip.frameCount) || (maxFrames != null && this.#count >= maxFrames);
  }

  /** From the frame just played to the next; over the end of the loop the clip's mean period. */
  #gapMs(index: number): number {
    const { framesPerSecond } = this.#options;
    if (framesPerSecond !== null) {
      return 1000 / framesPerSecond;
    }
    const last = this.#clip.frameCount - 1;
    if (index < last) {
      return (this.#clip.timeS(index + 1) - this.#clip.timeS(index)) * 1000;
    }
    return last === 0 ? 1000 / 30 : ((this.#clip.timeS(last) - this.#clip.timeS(0)) * 1000) / last;
  }
}
