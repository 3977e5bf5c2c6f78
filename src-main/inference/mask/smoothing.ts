import type { GpuFrame } from '../../../src-shared/index.ts';
import type { Verdict } from '../model-kind.ts';

/**
 * Majority of the last masks, pixel by pixel: steadier, and late by up to half of them. Off unless the operator asks for
 * it, and named on screen while it is on. Nothing carries over from another source, picture size or orientation, nor past
 * a frame without an answer.
 */
export class MaskSmoother {
  /** Newest last. */
  #history: Uint8Array[] = [];
  #votes = new Uint8Array(0);
  #mask = new Uint8Array(0);
  #key = '';

  smooth(verdict: Verdict, frame: GpuFrame, frames: number): Verdict {
    if (frames <= 1 || (verdict.state !== 'bone' && verdict.state !== 'no-bone')) {
      this.#forget('');
      return verdict;
    }
    const [columns, rows] = frame.size;
    const key = `${frame.series} ${columns} ${rows} ${frame.orientation} ${frames}`;
    if (key !== this.#key) this.#forget(key, columns * rows);
    this.#note(verdict.mask, frames);
    const drawn = this.#vote();
    // Other masks than this frame's are in it: where it holds bone is not known.
    const { span: _, ...rest } = verdict;
    return drawn === 0
      ? { ...rest, state: 'no-bone', mask: null, score: null }
      : { ...rest, state: 'bone', mask: this.#mask };
  }

  #forget(key: string, pixels = 0): void {
    this.#key = key;
    this.#history = [];
    if (this.#votes.length !== pixels) {
      this.#votes = new Uint8Array(pixels);
      this.#mask = new Uint8Array(pixels);
    }
    this.#votes.fill(0);
  }

  #note(mask: Uint8Array | null, frames: number): void {
    const votes = this.#votes;
    const oldest = this.#history.length === frames ? this.#history.shift() : undefined;
    if (oldest !== undefined) for (let i = 0; i < votes.length; i++) votes[i] = votes[i]! - oldest[i]!;
    const newest = oldest ?? new Uint8Array(votes.length);
    if (mask === null) newest.fill(0);
    else newest.set(mask);
    for (let i = 0; i < votes.length; i++) votes[i] = votes[i]! + newest[i]!;
    this.#history.push(newest);
  }

  #vote(): number {
    const needed = this.#history.length >> 1;
    const votes = this.#votes;
    const mask = this.#mask;
    let drawn = 0;
    for (let i = 0; i < votes.length; i++) {
      const isBone = votes[i]! > needed ? 1 : 0;
      mask[i] = isBone;
      drawn += isBone;
    }
    return drawn;
  }
}
