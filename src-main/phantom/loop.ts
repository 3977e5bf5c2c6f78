import { Worker } from 'node:worker_threads';
import { completeOptions, type FrameContent, type PhantomFrame, type PhantomOptions, RenderedFrame } from './frame.ts';

/** What the worker sends: the frame's number in the loop and its buffers, handed over without a copy. */
export interface RenderedMessage {
  readonly index: number;
  readonly content: FrameContent;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** Beside this file as TypeScript; beside the entry in the bundle, which names it so. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './phantom-worker.ts' : './phantom-worker.js', import.meta.url);
}

/**
 * The whole loop of a phantom, rendered ahead in a thread of its own and kept: about 0.3 MB per 640 x 480 frame. Frames
 * become available in order. The thread ends by itself when the loop is complete.
 */
export class PhantomLoop {
  readonly options: Required<PhantomOptions>;
  readonly #contents: FrameContent[] = [];
  readonly #worker: Worker;
  #waiting: Waiter[] = [];
  #failure: Error | null = null;
  #isClosing = false;

  /** @throws {RangeError} for options outside their limits. */
  constructor(options: PhantomOptions) {
    this.options = completeOptions(options);
    this.#worker = new Worker(workerUrl(), { workerData: this.options });
    this.#worker.unref();
    this.#worker.on('message', ({ content }: RenderedMessage) => {
      this.#contents.push(content);
      this.#settle();
    });
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => {
      if (this.rendered < this.options.loopFrames) {
        this.#fail(new Error(`phantom loop ended after ${this.rendered} of ${this.options.loopFrames} frames`));
      }
    });
  }

  /** Frames rendered so far, from the first. */
  get rendered(): number {
    return this.#contents.length;
  }

  /** Frame `index` of the endless sweep, or null as long as its place in the loop is not rendered. Buffers are shared. */
  get(index: number): PhantomFrame | null {
    const content = this.#contents[index % this.options.loopFrames];
    return content === undefined ? null : new RenderedFrame(this.options, index, content);
  }

  /** Resolves when the first `count` frames (at most the whole loop) are there; rejects if they will never be. */
  ready(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ count: Math.min(count, this.options.loopFrames), resolve, reject });
      this.#settle();
    });
  }

  /** Ends the thread; what is rendered stays available. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#worker.terminate();
  }

  #settle(): void {
    const still: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (this.rendered >= waiter.count) waiter.resolve();
      else if (this.#failure) waiter.reject(this.#failure);
      else still.push(waiter);
    }
    this.#waiting = still;
    // The thread alone keeps no process alive, somebody waiting for it or for its end does.
    if (still.length > 0 || this.#isClosing) this.#worker.ref();
    else this.#worker.unref();
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#settle();
  }
}
