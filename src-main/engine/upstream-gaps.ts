import type { FrameMeta } from '../../src-shared/index.ts';

/** A jump larger than this is a new numbering, not a loss: no scanner loses ten minutes of frames in one go. */
const LARGEST_PLAUSIBLE_GAP = 36_000;

/** Frames lost before they reached us, by gaps in the source's FrameNumber; null where the source sends none. */
export class UpstreamGaps {
  #last: number | null = null;
  #lost: number | null = null;

  get lost(): number | null {
    return this.#lost;
  }

  frame(meta: FrameMeta): void {
    if (meta.frameIdOrigin !== 'source') {
      this.#last = null;
      return;
    }
    this.#lost ??= 0;
    const gap = this.#last === null ? 0 : meta.frameId - this.#last - 1;
    if (gap > 0 && gap <= LARGEST_PLAUSIBLE_GAP) {
      this.#lost += gap;
    }
    this.#last = meta.frameId;
  }

  /** Numbers of the next source or link start anew; what was lost stays counted. */
  restart(): void {
    this.#last = null;
  }
}
