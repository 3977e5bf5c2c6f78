/** Below this a buffer costs nothing worth saving. */
const LEAST_BYTES = 64 * 1024;
/** Kept per pool: the frames that are under way at one time, and a few that wait for a slow receiver. */
const MOST_KEPT = 12;

/**
 * Memory of pictures, used again. Each picture in memory of its own makes V8 collect several times a second, because
 * it counts all of it as garbage to come; that is a pause of many milliseconds in the middle of the live path.
 *
 * Giving back is a courtesy: what is not given back is collected like any other memory. Giving back what somebody still
 * reads is a fault that shows as a wrong picture.
 */
export class MemoryPool {
  readonly #kept: Buffer[] = [];

  /** Memory of exactly `bytes`, with whatever was in it. */
  take(bytes: number): Buffer {
    for (let i = this.#kept.length - 1; i >= 0; i--) {
      const buffer = this.#kept[i]!;
      if (buffer.byteLength === bytes) {
        this.#kept.splice(i, 1);
        return buffer;
      }
    }
    return Buffer.allocUnsafeSlow(bytes);
  }

  give(buffer: Buffer): void {
    if (buffer.byteLength < LEAST_BYTES) return;
    // Of another size than the stream's pictures now, the oldest goes first.
    if (this.#kept.length >= MOST_KEPT) this.#kept.shift();
    this.#kept.push(buffer);
  }
}
