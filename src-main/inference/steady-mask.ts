import { unpackMask } from '../../src-shared/index.ts';

/** Pixels of one packed byte. */
const BITS = 8;
/** `unpackMask` takes whole words where it can. */
const WORD_BYTES = 4;

/**
 * One mask for all results: each in memory of its own would make V8 collect several times a second. Only what held bone
 * before and what holds some now is written, a tenth of most masks.
 */
export class SteadyMask {
  #mask = new Uint8Array(0);
  /** Pixels outside of this range are 0. */
  #from = 0;
  #end = 0;

  /**
   * Row-major, 0/1, `pixels` in all, valid until the next call. `bits`: the whole packed mask, which holds bone in its
   * bytes `from` up to `end` alone.
   */
  unpack(pixels: number, bits: Uint8Array, from: number, end: number): Uint8Array {
    if (this.#mask.length === pixels) this.#mask.fill(0, this.#from, this.#end);
    else this.#mask = new Uint8Array(pixels);
    const first = from - (from % WORD_BYTES);
    this.#from = first * BITS;
    this.#end = Math.min(pixels, end * BITS);
    unpackMask(bits.subarray(first, end), this.#mask.subarray(this.#from, this.#end));
    return this.#mask;
  }
}
