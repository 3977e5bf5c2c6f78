import { write } from 'node:fs';

/** More than a reader that merely pauses leaves unread; one that has stopped reading costs no more memory than this. */
const MAX_WAITING_BYTES = 256 * 1024;
/** A pipe that was full is tried again after this time. */
const RETRY_MS = 50;

/**
 * Lines to a file descriptor whose reader may be slow, stopped or gone: nothing here waits for it or throws. What does
 * not fit is dropped and counted, and the count is written as soon as there is room; a reader that is gone ends it all.
 */
export class LineWriter {
  readonly #descriptor: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #unsaidDrops = 0;
  #isWriting = false;
  #hasEnded = false;
  #idle: (() => void)[] = [];

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Lines that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** `line` with its line feed. */
  write(line: string): void {
    if (this.#hasEnded) {
      return;
    }
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.byteLength > MAX_WAITING_BYTES) {
      this.#dropped++;
      this.#unsaidDrops++;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    if (!this.#isWriting) {
      this.#writeWaiting();
    }
  }

  /** Comes when everything is written or can never be, at the latest after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    if (!this.#isWriting) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #writeWaiting(): void {
    if (this.#unsaidDrops > 0) {
      const time = new Date().toISOString();
      const notice = Buffer.from(`${time} | log | warn | log.lines-dropped count=${this.#unsaidDrops}\n`);
      this.#waiting.push(notice);
      this.#waitingBytes += notice.byteLength;
      this.#unsaidDrops = 0;
    }
    const chunk = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#isWriting = chunk.byteLength > 0;
    if (this.#isWriting) {
      this.#put(chunk);
    } else {
      for (const tell of this.#idle.splice(0)) {
        tell();
      }
    }
  }

  #put(chunk: Buffer): void {
    write(this.#descriptor, chunk, 0, chunk.byteLength, null, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#put(chunk), RETRY_MS).unref();
        return;
      }
      if (error !== null) {
        this.#end();
        return;
      }
      this.#waitingBytes -= written;
      if (written < chunk.byteLength) {
        this.#put(chunk.subarray(written));
      } else {
        this.#writeWaiting();
      }
    });
  }

  /** Whoever read this is gone (EPIPE) or the disk is full: the program goes on without its log. */
  #end(): void {
    this.#hasEnded = true;
    this.#waiting = [];
    this.#writeWaiting();
  }
}
