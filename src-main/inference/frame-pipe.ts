/**
 * Frames on their way into the inference process, over a pipe of their own. The IPC channel would serialize every
 * picture into a growing buffer and join it again from pieces: a megabyte of garbage a frame on either side, and pauses
 * to collect it. Here the pixels go from the received message to one reused buffer.
 *
 * One frame: u32 bytes of JSON, u32 bytes of pixels (little-endian), the JSON (the frame without its pixels), the pixels.
 */
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { GpuFrame } from '../../src-shared/index.ts';

/** Names the inherited descriptor to the child. */
export const FRAME_PIPE_VARIABLE = 'ULTRAMOTION_FRAME_PIPE';

const LENGTHS_BYTES = 8;
const MAX_JSON_BYTES = 64 * 1024;
/** One read takes up to this much: a 640 x 480 picture in two or three. */
const READ_BUFFER_BYTES = 256 * 1024;
/** Buffers kept for the next frames: one being read, Queue_GPU's, one being prepared. */
const SPARE_BUFFERS = 5;

/** Writes one frame; the pixels must not change until they have left, which the frame's answer proves. */
export function writeFrame(pipe: Writable, frame: GpuFrame): void {
  const { pixels, ...rest } = frame;
  const json = Buffer.from(JSON.stringify(rest));
  const head = Buffer.allocUnsafe(LENGTHS_BYTES + json.length);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(pixels.byteLength, 4);
  json.copy(head, LENGTHS_BYTES);
  pipe.cork();
  pipe.write(head);
  pipe.write(pixels);
  pipe.uncork();
}

/** Puts frames together again from whatever pieces come, into buffers that come back through `release`. */
export class FrameReader {
  readonly #onFrame: (frame: GpuFrame) => void;
  readonly #lengths = Buffer.alloc(LENGTHS_BYTES);
  readonly #spare: Uint8Array[] = [];
  #json: Buffer | null = null;
  #pixels: Uint8Array | null = null;
  #filled = 0;

  constructor(onFrame: (frame: GpuFrame) => void) {
    this.#onFrame = onFrame;
  }

  /** The frame's pixels are no longer needed: the next frame of the same size may have their memory. */
  release(pixels: Uint8Array): void {
    if (this.#spare.length < SPARE_BUFFERS) {
      this.#spare.push(pixels);
    }
  }

  /** @throws {RangeError} for lengths our own engine never writes: the pipe is out of step and the process must end. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const target = this.#target();
      const taken = Math.min(target.length - this.#filled, chunk.length - at);
      target.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === target.length) {
        this.#filled = 0;
        this.#partDone();
      }
    }
  }

  #target(): Uint8Array {
    if (this.#json === null) {
      return this.#lengths;
    }
    return this.#pixels ?? this.#json;
  }

  #partDone(): void {
    const pixelBytes = this.#lengths.readUInt32LE(4);
    if (this.#json === null) {
      const jsonBytes = this.#lengths.readUInt32LE(0);
      if (jsonBytes === 0 || jsonBytes > MAX_JSON_BYTES || pixelBytes === 0) {
        throw new RangeError(`frame pipe: ${jsonBytes} bytes of JSON, ${pixelBytes} of pixels: out of step`);
      }
      this.#json = Buffer.allocUnsafe(jsonBytes);
    } else if (this.#pixels === null) {
      this.#pixels = this.#bufferOf(pixelBytes);
    } else {
      const rest = JSON.parse(this.#json.toString()) as Omit<GpuFrame, 'pixels'>;
      const pixels = this.#pixels;
      this.#json = null;
      this.#pixels = null;
      this.#onFrame({ ...rest, pixels });
    }
  }

  #bufferOf(length: number): Uint8Array {
    const spare = this.#spare.pop();
    // The memory of another picture size is no use; it goes with its last reference.
    return spare?.length === length ? spare : new Uint8Array(length);
  }
}

/** The child's end of the pipe it inherited, or null where there is none (Electron, Windows). */
export function openFramePipe(onFrame: (frame: GpuFrame) => void): FrameReader | null {
  const descriptor = process.env[FRAME_PIPE_VARIABLE];
  if (descriptor === undefined) {
    return null;
  }
  const reader = new FrameReader(onFrame);
  const socket = new Socket({
    fd: Number(descriptor),
    readable: true,
    writable: false,
    onread: {
      buffer: Buffer.alloc(READ_BUFFER_BYTES),
      callback: (bytes, buffer) => {
        reader.push(buffer.subarray(0, bytes));
        return true;
      },
    },
  });
  // The engine's end closes with the engine; the IPC channel says so and ends the process.
  socket.on('error', () => {});
  socket.resume();
  return reader;
}
