/**
 * Frames on their way into the inference process, through memory both processes have open (Linux). The IPC channel would
 * copy every picture through a growing buffer and join it again from pieces, which costs a millisecond and a megabyte of
 * garbage a frame; a pipe holds less than one picture and makes the processes take turns.
 *
 * The memory is a file on tmpfs without a name: inherited as a descriptor, gone with the last process that has it open.
 */
import { closeSync, existsSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Names the inherited descriptor to the child. */
export const FRAME_MEMORY_VARIABLE = 'ULTRAMOTION_FRAME_MEMORY';

const TMPFS = '/dev/shm';
/** Twice the frames that may be with the process at a time (two credits): a slot is read long before it is written again. */
const SLOTS = 4;
/** Room for the largest picture; the file is sparse, so only what pictures fill takes memory. */
export const SLOT_BYTES = 64 * 1024 * 1024;
/** Buffers kept for the next frames: one being prepared, Queue_GPU's, one to read into. */
const SPARE_BUFFERS = 5;

let filesMade = 0;

/** The engine's end: writes pictures into slots, in turn. */
export class FrameMemory {
  readonly descriptor: number;
  #next = 0;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Null where there is no memory to share; frames then go as messages. */
  static create(): FrameMemory | null {
    const file = path.join(TMPFS, `ultramotion-${process.pid}-${filesMade++}`);
    try {
      if (!existsSync(TMPFS)) return null;
      const descriptor = openSync(file, 'wx+', 0o600);
      unlinkSync(file);
      return new FrameMemory(descriptor);
    } catch {
      return null;
    }
  }

  /** Copies the pixels into the next slot and returns its number; null when they do not fit or memory is short. */
  write(pixels: Uint8Array): number | null {
    const slot = this.#next;
    try {
      if (pixels.byteLength > SLOT_BYTES) return null;
      if (writeSync(this.descriptor, pixels, 0, pixels.byteLength, slot * SLOT_BYTES) < pixels.byteLength) return null;
    } catch {
      return null;
    }
    this.#next = (slot + 1) % SLOTS;
    return slot;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** The inference process's end: reads pictures into buffers that come back through `release`. */
export class FrameMemoryReader {
  readonly #descriptor: number;
  readonly #spare: Uint8Array[] = [];

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @throws {RangeError} when the slot does not hold so many bytes. */
  read(slot: number, bytes: number): Uint8Array {
    const spare = this.#spare.pop();
    // The memory of another picture size is no use; it goes with its last reference.
    const pixels = spare?.length === bytes ? spare : new Uint8Array(bytes);
    const read = readSync(this.#descriptor, pixels, 0, bytes, slot * SLOT_BYTES);
    if (read !== bytes) {
      throw new RangeError(`frame memory slot ${slot} holds ${read} bytes: expected ${bytes}`);
    }
    return pixels;
  }

  /** The picture is no longer needed: the next one of its size may have its memory. */
  release(pixels: Uint8Array): void {
    if (this.#spare.length < SPARE_BUFFERS) {
      this.#spare.push(pixels);
    }
  }
}

/** The memory this process inherited, or null where there is none (Electron, other systems). */
export function openFrameMemory(): FrameMemoryReader | null {
  const descriptor = process.env[FRAME_MEMORY_VARIABLE];
  return descriptor === undefined ? null : new FrameMemoryReader(Number(descriptor));
}
