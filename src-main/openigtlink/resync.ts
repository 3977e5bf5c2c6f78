import { viewOf } from './bytes.ts';
import { crc64, crcEquals } from './crc64.ts';
import { announcedBodySize, CRC_AT, HEADER_BYTES, implausible } from './header.ts';

export interface FoundMessage {
  /** Where its header starts and its body ends in {@link Resync.bytes}. */
  readonly start: number;
  readonly end: number;
}

/**
 * CRC work allowed per byte searched, and candidates that may wait for more bytes. Zeros and text hold next to no
 * plausible headers; bytes made to hold thousands of them would otherwise cost their number times their size.
 */
const MAX_CRC_BYTES_PER_BYTE = 8;
const MIN_CRC_BYTES = 64 * 1024;
const MAX_WAITING = 1024;

/**
 * Looks for a message boundary in bytes whose framing is lost: a plausible header whose body CRC is right.
 * A header without its whole body waits for more bytes; a later one that is complete and right goes before it.
 */
export class Resync {
  readonly #maxMessageBytes: number;
  readonly #needsCrc: boolean;
  #storage = Buffer.alloc(0);
  #length = 0;
  #searched: number;
  #crcBytes = 0;
  #waiting: FoundMessage[] = [];

  /**
   * @param options.start first offset to consider: 1 when the bytes start with a header already found wanting.
   * @param options.needsCrc false accepts the first plausible header, for senders that fill in no CRC.
   */
  constructor(options: { readonly maxMessageBytes: number; readonly needsCrc: boolean; readonly start: number }) {
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#needsCrc = options.needsCrc;
    this.#searched = options.start;
  }

  /** Everything appended so far. */
  get bytes(): Buffer {
    return this.#storage.subarray(0, this.#length);
  }

  /** True when the bytes cost more than honest ones do. */
  get isExhausted(): boolean {
    return (
      this.#waiting.length > MAX_WAITING ||
      this.#crcBytes > Math.max(MIN_CRC_BYTES, MAX_CRC_BYTES_PER_BYTE * this.#length)
    );
  }

  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.byteLength;
    if (needed > this.#storage.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#storage.length));
      larger.set(this.bytes);
      this.#storage = larger;
    }
    this.#storage.set(chunk, this.#length);
    this.#length = needed;
  }

  /** The first whole good message, or null when there is none yet. */
  find(): FoundMessage | null {
    const view = viewOf(this.bytes);
    this.#collectHeaders(view);
    const candidates = this.#waiting;
    this.#waiting = [];
    for (const candidate of candidates) {
      if (candidate.end > this.#length) this.#waiting.push(candidate);
      else if (!this.isExhausted && this.#isGood(view, candidate)) return candidate;
    }
    return null;
  }

  #collectHeaders(view: DataView): void {
    const bytes = this.bytes;
    for (; this.#searched + HEADER_BYTES <= bytes.length; this.#searched++) {
      const start = this.#searched;
      // The version alone rules out nearly all positions of a picture, and does so cheaply.
      const isVersion = bytes[start] === 0 && (bytes[start + 1] === 1 || bytes[start + 1] === 2);
      if (!isVersion || implausible(bytes, start) !== null) continue;
      const bodySize = announcedBodySize(view, start);
      if (bodySize <= this.#maxMessageBytes) this.#waiting.push({ start, end: start + HEADER_BYTES + bodySize });
    }
  }

  #isGood(view: DataView, candidate: FoundMessage): boolean {
    if (!this.#needsCrc) return true;
    this.#crcBytes += candidate.end - candidate.start;
    const body = this.bytes.subarray(candidate.start + HEADER_BYTES, candidate.end);
    return crcEquals(crc64(body), view, candidate.start + CRC_AT);
  }
}
