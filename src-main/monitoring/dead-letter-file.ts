import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AlertEvent } from '../../src-shared/index.ts';
import type { DeadLetters } from './delivery-queue.ts';

/** Dead letters of one route: a line of JSON each, `{ event, reason, ts }`. One operation after another. */
export class DeadLetterFile implements DeadLetters {
  readonly #file: string;
  readonly #failed: (message: string) => void;
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** `failed`: an event could not be kept and is lost, with why. */
  constructor(file: string, failed: (message: string) => void) {
    this.#file = file;
    this.#failed = failed;
    void this.#inTurn(async () => {
      this.#count = (await this.#events()).length;
    });
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  put(event: AlertEvent, reason: string): Promise<void> {
    return this.#inTurn(async () => {
      await mkdir(path.dirname(this.#file), { recursive: true });
      await appendFile(this.#file, `${JSON.stringify({ event, reason, ts: Date.now() / 1000 })}\n`, { mode: 0o600 });
      this.#count++;
    }).then(() => {});
  }

  async takeAll(): Promise<readonly AlertEvent[]> {
    const events = await this.#inTurn(async () => {
      const all = await this.#events();
      await rm(this.#file, { force: true });
      this.#count = 0;
      return all;
    });
    return events ?? [];
  }

  async #events(): Promise<AlertEvent[]> {
    const text = await readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return '';
    });
    return text.split('\n').flatMap((line) => eventOf(line) ?? []);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T | null> {
    const result = this.#last.then(work).catch((error) => {
      this.#failed(`${this.#file}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
    this.#last = result;
    return result;
  }
}

function eventOf(line: string): AlertEvent | null {
  try {
    return (JSON.parse(line) as { event: AlertEvent }).event;
  } catch {
    return null;
  }
}
