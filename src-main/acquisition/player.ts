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
  /** 2: twice as fast as recorded. Default 1. */
  readonly speed?: number;
  /** Play the next frame only when the last one has been answered (`answered`). Default false. */
  readonly everyFrame?: boolean;
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
  readonly #on: PlayerEvents;
  readonly #loop: boolean;
  readonly #maxFrames: number | null;
  readonly #framesPerSecond: number | null;
  #speed: number;
  #everyFrame: boolean;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  /** The frame to be played next. */
  #index = 0;
  #dueMs = 0;
  /** The last frame is still being worked on, and the next has to wait for it. */
  #isAwaiting = false;
  /** A frame is being read: what happens meanwhile acts after it. */
  #isReading = false;
  #isPaused = false;
  #closed = false;

  constructor(clip: Clip, options: PlayerOptions, on: PlayerEvents) {
    this.#clip = clip;
    this.#on = on;
    this.#loop = options.loop;
    this.#maxFrames = options.maxFrames ?? null;
    this.#framesPerSecond = options.framesPerSecond;
    this.#speed = options.speed ?? 1;
    this.#everyFrame = options.everyFrame ?? false;
  }

  start(): void {
    this.#dueMs = monotonicMs();
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  /** The frame played last, and whether it stands. */
  get position(): { readonly index: number; readonly isPaused: boolean } {
    return { index: Math.max(0, this.#index - 1), isPaused: this.#isPaused };
  }

  /** Acts on the frames after the next one. */
  follow(options: { readonly speed: number; readonly everyFrame: boolean }): void {
    this.#speed = options.speed;
    this.#everyFrame = options.everyFrame;
    if (!this.#everyFrame) {
      this.answered();
    }
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#dueMs = monotonicMs();
    this.#schedule();
  }

  /** Goes on with frame `index`; while paused that frame alone is played. */
  seek(index: number): void {
    this.#index = Math.max(0, Math.min(this.#clip.frameCount - 1, index));
    this.#dueMs = monotonicMs();
    this.#isAwaiting = false;
    if (this.#isPaused) {
      void this.#play();
    } else {
      this.#schedule();
    }
  }

  /** The frame played last needs nothing more. */
  answered(): void {
    if (this.#isAwaiting) {
      this.#isAwaiting = false;
      this.#schedule();
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  #schedule(): void {
    this.#stopTimer();
    if (!this.#closed && !this.#isPaused && !this.#isAwaiting && !this.#isReading) {
      this.#timer = setTimeout(() => void this.#play(), Math.max(0, this.#dueMs - monotonicMs()));
    }
  }

  async #play(): Promise<void> {
    if (this.#isReading || this.#closed) {
      return;
    }
    if (this.#isOver()) {
      this.#on.end();
      return;
    }
    const index = this.#index % this.#clip.frameCount;
    this.#isReading = true;
    try {
      const frame = await this.#clip.frame(index);
      this.#isReading = false;
      if (!this.#closed) {
        this.#playFrame(frame, index);
      }
    } catch (error) {
      if (!this.#closed) {
        this.#on.failed(`frame ${index}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  /** Gives the frame on and schedules the next. @throws what a listener throws. */
  #playFrame(frame: ClipFrame | null, index: number): void {
    if (frame === null) {
      this.#dueMs = monotonicMs() + RETRY_MS;
      this.#schedule();
      return;
    }
    if (index !== this.#index % this.#clip.frameCount) {
      // Sought while it was read.
      this.#schedule();
      return;
    }
    this.#index = index + 1;
    this.#isAwaiting = this.#everyFrame;
    this.#on.frame(frame, index, this.#count++);
    this.#dueMs += this.#isOver() ? 0 : this.#gapMs(index);
    if (monotonicMs() - this.#dueMs > MAX_CATCH_UP_MS) {
      this.#dueMs = monotonicMs();
    }
    this.#schedule();
  }

  #isOver(): boolean {
    const isAtEnd = !this.#loop && this.#index >= this.#clip.frameCount;
    return isAtEnd || (this.#maxFrames !== null && this.#count >= this.#maxFrames);
  }

  /** From the frame just played to the next; over the end of the loop the clip's mean period. */
  #gapMs(index: number): number {
    return this.#recordedGapMs(index) / this.#speed;
  }

  #recordedGapMs(index: number): number {
    if (this.#framesPerSecond !== null) {
      return 1000 / this.#framesPerSecond;
    }
    const last = this.#clip.frameCount - 1;
    if (index < last) {
      return (this.#clip.timeS(index + 1) - this.#clip.timeS(index)) * 1000;
    }
    return last === 0 ? 1000 / 30 : ((this.#clip.timeS(last) - this.#clip.timeS(0)) * 1000) / last;
  }
}
