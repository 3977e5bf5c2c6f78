import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { HistoryQuery, HistoryRow, KpiSample, MetricDescription } from '../../src-shared/index.ts';
import type { DiskWriter } from './disk-writer.ts';
import { historyFileName, hourOf } from './history-files.ts';
import { flatRow } from './history-rows.ts';

export type HistoryRequest =
  | { readonly kind: 'newest'; readonly folder: string; readonly count: number }
  | { readonly kind: 'range'; readonly folder: string; readonly query: HistoryQuery };

export type HistoryAnswer =
  | { readonly kind: 'newest'; readonly samples: readonly KpiSample[] }
  | { readonly kind: 'range'; readonly rows: readonly HistoryRow[] }
  | { readonly kind: 'failed'; readonly message: string };

/** History could not be read; the message says why. */
export class HistoryUnreadable extends Error {
  override readonly name = 'HistoryUnreadable';
}

/** The reading thread ends when nobody has asked for this long: it is needed for seconds a day. */
const IDLE_MS = 30_000;
/** What was just written is to be found; a disk that hangs must not keep the rest from being read. */
const DRAIN_MS = 500;
const DAY_S = 86_400;
const HOUR_S = 3600;

interface Asked {
  readonly resolve: (answer: HistoryAnswer) => void;
  readonly reject: (reason: Error) => void;
}

function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './history-worker.ts' : './history-worker.js', import.meta.url);
}

/**
 * Samples on disk, for days. Appended by the thread that writes the logs, read by one of its own: a week is 600,000
 * lines. A crash loses what had not been handed to the OS, at most the last line.
 */
export class HistoryStore {
  readonly #folder: string;
  readonly #disk: DiskWriter;
  readonly #asked: Asked[] = [];
  #worker: Worker | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #columns: readonly string[] = [];
  #file: string | null = null;
  #days: number;

  /** `days` 0: nothing is kept. */
  constructor(dataDir: string, disk: DiskWriter, days: number) {
    this.#folder = path.join(dataDir, 'history');
    this.#disk = disk;
    this.#days = days;
  }

  setDays(days: number): void {
    this.#days = days;
    void this.#prune(Date.now() / 1000);
  }

  /** Appends a sample. Returns at once. */
  add(sample: KpiSample, metrics: readonly MetricDescription[]): void {
    if (this.#days === 0) {
      return;
    }
    const file = historyFileName(sample.ts);
    const names = metrics.map(({ name }) => name);
    const isSame = names.length === this.#columns.length && names.every((name, i) => name === this.#columns[i]);
    let text = '';
    if (file !== this.#file || !isSame) {
      this.#columns = names;
      text = `${JSON.stringify(names)}\n`;
    }
    if (file !== this.#file) {
      this.#file = file;
      void this.#prune(sample.ts);
    }
    text += `${JSON.stringify(flatRow(sample, names, metrics).values.map(shortened))}\n`;
    this.#disk.write(path.join(this.#folder, file), text, null);
  }

  /** The newest `count` samples, oldest first. @throws {HistoryUnreadable} */
  async newest(count: number): Promise<readonly KpiSample[]> {
    const answer = await this.#ask({ kind: 'newest', folder: this.#folder, count });
    return answer.kind === 'newest' ? answer.samples : [];
  }

  /** @throws {HistoryUnreadable} */
  async range(query: HistoryQuery): Promise<readonly HistoryRow[]> {
    await this.#disk.drained(DRAIN_MS);
    const answer = await this.#ask({ kind: 'range', folder: this.#folder, query });
    return answer.kind === 'range' ? answer.rows : [];
  }

  async close(): Promise<void> {
    await this.#endThread();
  }

  /** Files of hours that are altogether older than is kept go. */
  async #prune(nowTs: number): Promise<void> {
    try {
      for (const name of await readdir(this.#folder)) {
        const hour = hourOf(name);
        if (hour !== null && nowTs - (hour + HOUR_S) > this.#days * DAY_S) {
          await rm(path.join(this.#folder, name), { force: true });
        }
      }
    } catch {
      // There is none yet, or the disk does not answer: the writer of the lines says so.
    }
  }

  async #ask(request: HistoryRequest): Promise<HistoryAnswer> {
    const answer = await new Promise<HistoryAnswer>((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#thread().postMessage(request);
    });
    if (answer.kind === 'failed') {
      throw new HistoryUnreadable(`history in ${this.#folder}: ${answer.message}`);
    }
    return answer;
  }

  #thread(): Worker {
    if (this.#idleTimer !== null) {
      clearTimeout(this.#idleTimer);
    }
    this.#idleTimer = setTimeout(() => void this.#endIfIdle(), IDLE_MS);
    this.#idleTimer.unref();
    if (this.#worker === null) {
      const worker = new Worker(workerUrl());
      worker.unref();
      worker.on('message', (answer: HistoryAnswer) => this.#asked.shift()?.resolve(answer));
      worker.on('error', (error) => this.#died(worker, error instanceof Error ? error.message : String(error)));
      worker.on('exit', () => this.#died(worker, 'the reading thread has ended'));
      this.#worker = worker;
    }
    return this.#worker;
  }

  #died(worker: Worker, reason: string): void {
    if (this.#worker === worker) {
      this.#worker = null;
      for (const { reject } of this.#asked.splice(0)) {
        reject(new HistoryUnreadable(`history in ${this.#folder}: ${reason}`));
      }
    }
  }

  async #endIfIdle(): Promise<void> {
    if (this.#asked.length === 0) {
      await this.#endThread();
    }
  }

  async #endThread(): Promise<void> {
    if (this.#idleTimer !== null) {
      clearTimeout(this.#idleTimer);
    }
    await this.#worker?.terminate();
  }
}

/** Thousandths are finer than anything here is measured. */
const shortened = (value: number | string | null): number | string | null =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
