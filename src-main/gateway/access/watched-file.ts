import { readFileSync, statSync } from 'node:fs';
import { reasonOf, type Saying, say } from '../../../src-shared/index.ts';

/** How long what was read counts as current: a key that was taken away opens nothing for longer than this. */
const LOOK_EVERY_MS = 1000;

/**
 * A small file that may be replaced while the engine runs (tokens, keys): read again when it has changed. A new version
 * that cannot be used does not lock the operator out: the last good one counts on, and `problem` says why.
 */
export class WatchedFile<T> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  readonly #now: () => number;
  #value: T;
  #version: string;
  #lookedAtMs: number;
  #problem: Saying | null = null;

  /** @throws what `parse` throws, and when the file cannot be read: at the start there is no good version to fall back on. */
  constructor(path: string, parse: (text: string) => T, now: () => number = Date.now) {
    this.#path = path;
    this.#parse = parse;
    this.#now = now;
    this.#version = versionOf(path);
    this.#value = parse(readFileSync(path, 'utf8'));
    this.#lookedAtMs = now();
  }

  /** Why the newest version is not in use; null when it is. */
  get problem(): Saying | null {
    return this.#problem;
  }

  current(): T {
    if (this.#now() - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#lookedAtMs = this.#now();
      this.#look();
    }
    return this.#value;
  }

  #look(): void {
    try {
      const version = versionOf(this.#path);
      if (version !== this.#version) {
        this.#value = this.#parse(readFileSync(this.#path, 'utf8'));
        this.#version = version;
        this.#problem = null;
      }
    } catch (error) {
      this.#problem = say('access.file', { file: this.#path, why: reasonOf(error) });
    }
  }
}

function versionOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path);
  return `${ino} ${size} ${mtimeMs}`;
}
