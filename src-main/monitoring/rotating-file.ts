import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** When a file is put aside as `name.1` (then `.2` …) and a new one begun. */
export interface Rotation {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Files put aside that are kept. */
  readonly keep: number;
}

/** A torn last line is looked for this far from the end: lines are much shorter. */
const TAIL_BYTES = 64 * 1024;
const LINE_FEED = 10;

/**
 * Lines appended to a file, whole ones only: what a crash left half written is cut off when the file is opened, what a
 * full disk let through half when it happens. Writes wait for the disk: for a thread of its own only.
 */
export class RotatingFile {
  readonly #path: string;
  #descriptor: number | null = null;
  #size = 0;
  #bornMs = 0;
  /** False for a device or a pipe: nothing to cut off or to put aside. */
  #isRegular = true;

  constructor(file: string) {
    this.#path = file;
  }

  /** `text`: whole lines with their line feeds. @throws what the file system says; none of `text` is left in the file. */
  write(text: string, rotation: Rotation | null): void {
    const bytes = Buffer.from(text);
    this.#open();
    if (rotation !== null && this.#isDue(bytes.byteLength, rotation)) {
      this.#rotate(rotation.keep);
    }
    this.#append(bytes);
  }

  close(): void {
    if (this.#descriptor !== null) {
      closeSync(this.#descriptor);
      this.#descriptor = null;
    }
  }

  #open(): number {
    if (this.#descriptor !== null) {
      return this.#descriptor;
    }
    mkdirSync(path.dirname(this.#path), { recursive: true });
    // Read as well: for its last line.
    const descriptor = openForAppending(this.#path);
    const stats = fstatSync(descriptor);
    this.#descriptor = descriptor;
    this.#isRegular = stats.isFile();
    this.#size = this.#isRegular ? withoutTornLine(descriptor, stats.size) : 0;
    this.#bornMs = bornMs(stats);
    return descriptor;
  }

  #isDue(moreBytes: number, { maxBytes, maxAgeMs }: Rotation): boolean {
    const isFull = this.#size > 0 && this.#size + moreBytes > maxBytes;
    return this.#isRegular && this.#size > 0 && (isFull || Date.now() - this.#bornMs > maxAgeMs);
  }

  #rotate(keep: number): void {
    this.close();
    rmSync(`${this.#path}.${keep}`, { force: true });
    for (let i = keep - 1; i >= 1; i--) {
      renameIfThere(`${this.#path}.${i}`, `${this.#path}.${i + 1}`);
    }
    renameIfThere(this.#path, `${this.#path}.1`);
    this.#open();
    // A file system that does not tell when a file was made may give the new one the old one's name and age.
    this.#bornMs = Date.now();
  }

  #append(bytes: Buffer): void {
    const descriptor = this.#open();
    try {
      for (let written = 0; written < bytes.byteLength; ) {
        written += writeSync(descriptor, bytes, written);
      }
      this.#size += bytes.byteLength;
    } catch (error) {
      this.#takeBack(descriptor);
      throw error;
    }
  }

  /** Half a line must not stay for the next one to be glued to; a file that was removed or replaced is opened anew. */
  #takeBack(descriptor: number): void {
    try {
      if (this.#isRegular) {
        ftruncateSync(descriptor, this.#size);
      }
    } finally {
      this.close();
    }
  }
}

/** A pipe or a device that may not be read is opened for writing alone. */
function openForAppending(file: string): number {
  try {
    return openSync(file, 'a+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') {
      throw error;
    }
    return openSync(file, 'a');
  }
}

/** Cuts off what follows the last line feed; returns the size that remains. */
function withoutTornLine(descriptor: number, size: number): number {
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(descriptor, tail, 0, tail.byteLength, size - tail.byteLength);
  const end = size - tail.byteLength + tail.lastIndexOf(LINE_FEED) + 1;
  if (end < size) {
    ftruncateSync(descriptor, end);
  }
  return end;
}

/** File systems without a time of birth say 0, or the time of the last change. */
const bornMs = ({ birthtimeMs, mtimeMs }: Stats): number => (birthtimeMs > 0 ? birthtimeMs : mtimeMs);

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
}
