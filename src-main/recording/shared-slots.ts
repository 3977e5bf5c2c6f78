/** Memory shared with the archive's thread, at most: enough to ride out a slow moment of the disk, see Queue_Raw for the rest. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_SLOTS = 64;
/** One being written, one ready. */
const FEWEST_SLOTS = 2;

/**
 * Places for pictures in memory that both threads see: a frame costs one copy and no allocation on its way to the
 * archive's thread, and its message's own memory is free again at once.
 */
export class SharedSlots {
  readonly memory: SharedArrayBuffer;
  readonly slotBytes: number;
  readonly #bytes: Uint8Array;
  readonly #free: number[];
  readonly #count: number;

  constructor(slotBytes: number) {
    this.slotBytes = slotBytes;
    this.#count = Math.min(MOST_SLOTS, Math.max(FEWEST_SLOTS, Math.floor(MOST_BYTES / slotBytes)));
    this.memory = new SharedArrayBuffer(this.#count * slotBytes);
    this.#bytes = new Uint8Array(this.memory);
    this.#free = Array.from({ length: this.#count }, (_, slot) => slot);
  }

  get hasFree(): boolean {
    return this.#free.length > 0;
  }

  /** Slots whose frame is not written yet. */
  get taken(): number {
    return this.#count - this.#free.length;
  }

  /** Copies a picture into a free slot; returns its number. Ask `hasFree` first. */
  put(pixels: Uint8Array): number {
    const slot = this.#free.pop();
    if (slot === undefined) {
      throw new Error('no free slot: the archive has not written any yet');
    }
    this.#bytes.set(pixels, slot * this.slotBytes);
    return slot;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }
}
