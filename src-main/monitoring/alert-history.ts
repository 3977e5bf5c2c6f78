import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AlertEvent } from '../../src-shared/index.ts';
import type { DiskWriter } from './disk-writer.ts';

/** Changes kept for whoever looks later. */
const MAX_EVENTS = 500;
/** Some thousands of changes; the file before it is kept, too. */
const ROTATION = { maxBytes: 2 * 2 ** 20, maxAgeMs: Number.POSITIVE_INFINITY, keep: 1 } as const;

/** The changes of all alerts, oldest first, across restarts. */
export class AlertHistory {
  readonly #file: string | null;
  readonly #disk: DiskWriter | null;
  #events: AlertEvent[] = [];

  /** Null: in memory alone. */
  constructor(dataDir: string | null, disk: DiskWriter | null) {
    this.#file = dataDir === null ? null : path.join(dataDir, 'history', 'alerts.jsonl');
    this.#disk = disk;
  }

  /** Reads what earlier runs left; what cannot be read is not there. */
  async load(): Promise<void> {
    const known = new Set(this.#events.map(({ id }) => id));
    const earlier = (await this.#read()).filter(({ id }) => !known.has(id));
    this.#events = [...earlier, ...this.#events].slice(-MAX_EVENTS);
  }

  add(event: AlertEvent): void {
    this.#events.push(event);
    this.#events = this.#events.length > MAX_EVENTS ? this.#events.slice(-MAX_EVENTS) : this.#events;
    if (this.#file !== null) {
      this.#disk?.write(this.#file, `${JSON.stringify(event)}\n`, ROTATION);
    }
  }

  newestFirst(): readonly AlertEvent[] {
    return this.#events.toReversed();
  }

  async #read(): Promise<AlertEvent[]> {
    if (this.#file === null) {
      return [];
    }
    const texts = await Promise.all(
      [`${this.#file}.1`, this.#file].map((file) => readFile(file, 'utf8').catch(() => '')),
    );
    return texts
      .join('')
      .split('\n')
      .flatMap((line) => eventOf(line) ?? []);
  }
}

function eventOf(line: string): AlertEvent | null {
  try {
    const event = JSON.parse(line) as AlertEvent;
    return typeof event.id === 'string' && typeof event.ts === 'number' ? event : null;
  } catch {
    return null;
  }
}
