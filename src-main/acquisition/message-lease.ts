import type { FrameLease } from '../../src-shared/index.ts';

/** Gives a message's memory back when everybody who held the frame made of it has released it. */
export class MessageLease implements FrameLease {
  readonly #giveBack: () => void;
  #holders = 1;

  /** Held once from the start, by whoever is handed the frame. */
  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) {
      this.#giveBack();
    }
  }
}
