import { timestampBitsFromNs } from '../openigtlink/index.ts';

/** Time stamps of now, strictly increasing even when the wall clock is set back or stands still between two frames. */
export class StampClock {
  #last = 0n;

  nextBits(): bigint {
    const now = timestampBitsFromNs(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)));
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last;
  }
}
