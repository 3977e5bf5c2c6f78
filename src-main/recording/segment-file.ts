import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const synced = promisify(fdatasync);

export interface SegmentFileOptions {
  readonly folder: string;
  readonly headerName: string;
  readonly dataName: string;
  /** Text before the first frame's block. */
  readonly opening: string;
}

/**
 * An append-only pair of header and pixels. Pixels go first, then the frame's lines: what a kill cuts off is a frame
 * that nobody has counted. Writing is synchronous: it belongs in the archive's own thread.
 */
export class SegmentFile {
  readonly headerName: string;
  readonly dataName: string;
  readonly #header: number;
  readonly #data: number;
  #headerBytes: number;
  #dataBytes = 0;
  #frames = 0;
  #text: Buffer = Buffer.alloc(0);
  #closing: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;

  /** @throws the system's error; files that are there already are never written over. */
  constructor({ folder, headerName, dataName, opening }: SegmentFileOptions) {
    this.headerName = headerName;
    this.dataName = dataName;
    this.#data = openSync(path.join(folder, dataName), 'wx');
    this.#header = openSync(path.join(folder, headerName), 'wx');
    this.#headerBytes = writeWhole(this.#header, Buffer.from(opening));
  }

  get frames(): number {
    return this.#frames;
  }

  get dataBytes(): number {
    return this.#dataBytes;
  }

  get headerBytes(): number {
    return this.#headerBytes;
  }

  /** @throws the system's error (a full disk); the pair then holds the frames before this one, whole. */
  append(pixels: Uint8Array, lines: string): void {
    try {
      const dataBytes = this.#dataBytes + writeWhole(this.#data, pixels);
      this.#headerBytes += writeWhole(this.#header, this.#encoded(lines));
      this.#dataBytes = dataBytes;
      this.#frames++;
    } catch (error) {
      ftruncateSync(this.#data, this.#dataBytes);
      ftruncateSync(this.#header, this.#headerBytes);
      throw error;
    }
  }

  /** Has what was written so far put on the disk; one such request at a time. */
  sync(): Promise<void> {
    if (this.#closing !== null) {
      return this.#closing;
    }
    this.#syncing ??= this.#syncNow().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  /** Adds the lines that make the header whole, and closes both files; once, however often it is asked for. */
  close(closing: string): Promise<void> {
    this.#closing ??= this.#closeNow(closing);
    return this.#closing;
  }

  /** In memory that is used again for every frame; valid until the next call. */
  #encoded(lines: string): Uint8Array {
    // No character takes more than three bytes for each of its UTF-16 units.
    const most = 3 * lines.length;
    if (this.#text.length < most) {
      this.#text = Buffer.allocUnsafe(2 * most);
    }
    return this.#text.subarray(0, this.#text.write(lines));
  }

  async #closeNow(closing: string): Promise<void> {
    try {
      await this.#syncing;
      writeWhole(this.#header, Buffer.from(closing));
      await this.#syncNow();
    } finally {
      closeSync(this.#data);
      closeSync(this.#header);
    }
  }

  async #syncNow(): Promise<void> {
    // Pixels first here too: after a loss of power, lines without pixels would be the worse half.
    await synced(this.#data);
    await synced(this.#header);
  }
}

/** Writes all of `bytes`, however many calls the system takes for it; returns their number. */
function writeWhole(descriptor: number, bytes: Uint8Array): number {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(descriptor, bytes, written, bytes.byteLength - written);
  }
  return bytes.byteLength;
}
