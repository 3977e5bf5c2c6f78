import { Worker } from 'node:worker_threads';
import type { Rotation } from './rotating-file.ts';

/** To the thread that writes. */
export type DiskRequest =
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly text: string;
      readonly bytes: number;
      readonly lines: number;
      readonly rotation: Rotation | null;
    }
  | { readonly kind: 'close' };

/** From it, one for every write; with an error, all its lines are lost. */
export interface DiskReport {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  readonly error: string | null;
}

export interface DiskWriterEvents {
  /** Lines are being lost, with why and where; null when they are written again. */
  problem(problem: string | null): void;
}

/** Lines that wait for one file while the disk takes its time; more are lost, and counted, rather than filling memory. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** A thread that ended is started again after this time. */
const RESTART_MS = 1000;

/** Stands for the thread where problems are told by file. */
const THREAD = 'log writer';

interface Waiting {
  text: string;
  lines: number;
  /** Bytes of `text` and of what the thread has not reported yet. */
  bytes: number;
  /** Lines the thread has not reported yet. */
  underWay: number;
  rotation: Rotation | null;
}

/** Beside this file as TypeScript; beside the entry in the bundle, which names it so. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith('.ts') ? './disk-writer-worker.ts' : './disk-writer-worker.js';
  return new URL(name, import.meta.url);
}

/**
 * Lines to files, written by a thread of its own: a full, slow or hanging disk delays nobody here, not even by using up
 * the threads that Node's own file functions share. What could not be written is counted and said.
 */
export class DiskWriter {
  readonly #on: DiskWriterEvents;
  readonly #waiting = new Map<string, Waiting>();
  #worker: Worker | null = null;
  #isFlushDue = false;
  #isClosing = false;
  #lost = 0;
  /** Why lines are being lost, by file. */
  readonly #problems = new Map<string, string>();
  #idle: (() => void)[] = [];

  constructor(on: DiskWriterEvents) {
    this.#on = on;
  }

  /** Lines that were lost so far, all files. */
  get lost(): number {
    return this.#lost;
  }

  /** Why lines are being lost; null while none are. */
  get problem(): string | null {
    const [first] = this.#problems;
    return first === undefined ? null : `${first[0]}: ${first[1]}`;
  }

  /** `line` with its line feed; `rotation` null: the file is never put aside. */
  write(path: string, line: string, rotation: Rotation | null): void {
    if (this.#isClosing) {
      return;
    }
    const waiting = this.#waitingFor(path);
    const bytes = Buffer.byteLength(line);
    if (waiting.bytes + bytes > MAX_WAITING_BYTES) {
      this.#lose(1, path, 'the disk does not take what is written');
      return;
    }
    waiting.text += line;
    waiting.lines++;
    waiting.bytes += bytes;
    waiting.rotation = rotation;
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      setImmediate(() => this.#flush());
    }
  }

  /** Comes when everything is written or lost, at the latest after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    this.#flush();
    if (this.#isIdle) {
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

  /** Writes what is there, waiting at most `limitMs`, and ends the thread. */
  async close(limitMs: number): Promise<void> {
    await this.drained(limitMs);
    this.#isClosing = true;
    const worker = this.#worker;
    if (worker === null) {
      return;
    }
    if (this.#isIdle) {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage({ kind: 'close' } satisfies DiskRequest);
      await ended;
    } else {
      // It hangs in a write; not waited for, because such a thread cannot be ended either.
      void worker.terminate();
    }
  }

  get #isIdle(): boolean {
    return [...this.#waiting.values()].every(({ bytes }) => bytes === 0);
  }

  #waitingFor(path: string): Waiting {
    const waiting = this.#waiting.get(path) ?? { text: '', lines: 0, bytes: 0, underWay: 0, rotation: null };
    this.#waiting.set(path, waiting);
    return waiting;
  }

  #flush(): void {
    this.#isFlushDue = false;
    for (const [path, waiting] of this.#waiting) {
      const { text, lines, rotation } = waiting;
      if (lines > 0) {
        const request = { kind: 'write', path, text, bytes: Buffer.byteLength(text), lines, rotation } as const;
        waiting.text = '';
        waiting.lines = 0;
        waiting.underWay += lines;
        this.#thread().postMessage(request satisfies DiskRequest);
      } else if (waiting.bytes === 0) {
        this.#waiting.delete(path);
      }
    }
  }

  #thread(): Worker {
    if (this.#worker === null) {
      const worker = new Worker(workerUrl());
      worker.unref();
      worker.on('message', (report: DiskReport) => this.#reported(report));
      worker.on('error', (error) => this.#died(worker, error instanceof Error ? error.message : String(error)));
      worker.on('exit', () => this.#died(worker, 'its thread has ended'));
      this.#worker = worker;
    }
    return this.#worker;
  }

  #reported({ path, bytes, lines, error }: DiskReport): void {
    const waiting = this.#waiting.get(path);
    if (waiting !== undefined) {
      waiting.bytes -= bytes;
      waiting.underWay -= lines;
    }
    if (error !== null) {
      this.#lose(lines, path, error);
    } else {
      this.#setProblem(path, null);
      this.#setProblem(THREAD, null);
    }
    this.#wakeIdle();
  }

  /** Whatever it had not written is lost with it. */
  #died(worker: Worker, reason: string): void {
    if (this.#worker !== worker || this.#isClosing) {
      return;
    }
    const unwritten = [...this.#waiting.values()].reduce((sum, { underWay }) => sum + underWay, 0);
    this.#lose(unwritten, THREAD, reason);
    for (const waiting of this.#waiting.values()) {
      waiting.underWay = 0;
      waiting.bytes = Buffer.byteLength(waiting.text);
    }
    // Nothing is sent until then: a thread that cannot start must not be started for every line.
    setTimeout(() => {
      this.#worker = null;
      this.#flush();
    }, RESTART_MS).unref();
    this.#wakeIdle();
  }

  #lose(lines: number, place: string, reason: string): void {
    this.#lost += lines;
    this.#setProblem(place, reason);
  }

  #setProblem(place: string, reason: string | null): void {
    const before = this.problem;
    if (reason === null) {
      this.#problems.delete(place);
    } else {
      this.#problems.set(place, reason);
    }
    if (this.problem !== before) {
      this.#on.problem(this.problem);
    }
  }

  #wakeIdle(): void {
    if (this.#isIdle) {
      for (const tell of this.#idle.splice(0)) {
        tell();
      }
    }
  }
}
