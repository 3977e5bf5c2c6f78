import type { DisplayFrame } from '../../src-shared/index.ts';

/** Frames are copied into blocks of this size: the messages they came in die young, and the blocks are used again. */
const BLOCK_BYTES = 16 * 1024 * 1024;

/** All memory the last seconds may take. Beyond it the oldest go first, and the reel says that it is shortened. */
export const CINE_BYTES_LIMIT = 384 * 1024 * 1024;

interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
  /** Frames of this block that are still in the ring. */
  frames: number;
}

interface Entry {
  readonly frame: DisplayFrame;
  readonly block: Block;
}

/**
 * The last seconds of pictures, each with its own mask: a ring of memory blocks that grows to what the time asks for
 * and never beyond a limit in bytes.
 */
export class CineRing {
  readonly #limitBytes: number;
  readonly #blockBytes: number;
  #spanMs: number;
  #entries: Entry[] = [];
  #free: Block[] = [];
  #current: Block | null = null;
  #allocated = 0;
  #shortened = false;

  constructor(spanMs: number, limitBytes = CINE_BYTES_LIMIT, blockBytes = BLOCK_BYTES) {
    this.#spanMs = spanMs;
    this.#limitBytes = limitBytes;
    this.#blockBytes = blockBytes;
  }

  get length(): number {
    return this.#entries.length;
  }

  get allocatedBytes(): number {
    return this.#allocated;
  }

  /** The limit in bytes left less than the time that was asked for. */
  get shortened(): boolean {
    return this.#shortened;
  }

  setSpan(spanMs: number): void {
    this.#spanMs = spanMs;
    this.#dropOlderThan((this.#entries.at(-1)?.frame.receivedMs ?? 0) - spanMs);
  }

  /** @returns the frame at `index`, 0 = the oldest; its bytes are valid until the next `add`. */
  at(index: number): DisplayFrame | null {
    return this.#entries[index]?.frame ?? null;
  }

  /** Copies `frame` into the ring. A frame larger than the whole ring is not kept. */
  add(frame: DisplayFrame): void {
    this.#dropOlderThan(frame.receivedMs - this.#spanMs);
    const maskBytes = frame.maskBits?.byteLength ?? 0;
    const block = this.#blockFor(frame.pixels.byteLength + maskBytes);
    if (block === null) {
      this.#shortened = true;
      return;
    }
    const pixels = put(block, frame.pixels);
    const maskBits = frame.maskBits === null ? null : put(block, frame.maskBits);
    block.frames += 1;
    this.#entries.push({ frame: { ...frame, pixels, maskBits }, block });
  }

  clear(): void {
    this.#entries = [];
    this.#free = [];
    this.#current = null;
    this.#allocated = 0;
    this.#shortened = false;
  }

  #dropOlderThan(oldestMs: number): void {
    while ((this.#entries[0]?.frame.receivedMs ?? Number.POSITIVE_INFINITY) < oldestMs) {
      this.#dropOldest();
      this.#shortened = false;
    }
  }

  #dropOldest(): void {
    const block = this.#entries.shift()?.block;
    if (block !== undefined && --block.frames === 0 && block !== this.#current) {
      block.used = 0;
      this.#free.push(block);
    }
  }

  #blockFor(bytes: number): Block | null {
    if (this.#current !== null && this.#current.used + bytes <= this.#current.bytes.byteLength) {
      return this.#current;
    }
    const size = Math.max(this.#blockBytes, bytes);
    if (size > this.#limitBytes) {
      return null;
    }
    this.#retireCurrent();
    for (;;) {
      const index = this.#free.findIndex((block) => block.bytes.byteLength >= bytes);
      if (index >= 0) {
        this.#current = this.#free.splice(index, 1)[0] as Block;
        return this.#current;
      }
      if (this.#allocated + size <= this.#limitBytes) {
        this.#allocated += size;
        this.#current = { bytes: new Uint8Array(size), used: 0, frames: 0 };
        return this.#current;
      }
      this.#makeRoom();
    }
  }

  #retireCurrent(): void {
    if (this.#current !== null && this.#current.frames === 0) {
      this.#current.used = 0;
      this.#free.push(this.#current);
    }
    this.#current = null;
  }

  /** Gives up a block that is too small for what comes now, else the oldest pictures. */
  #makeRoom(): void {
    const small = this.#free.pop();
    if (small !== undefined) {
      this.#allocated -= small.bytes.byteLength;
      return;
    }
    this.#shortened = true;
    const oldest = this.#entries[0]?.block;
    while (oldest !== undefined && this.#entries[0]?.block === oldest) {
      this.#dropOldest();
    }
  }
}

function put(block: Block, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  block.bytes.set(bytes, block.used);
  const copy = block.bytes.subarray(block.used, block.used + bytes.byteLength);
  block.used += bytes.byteLength;
  return copy;
}
