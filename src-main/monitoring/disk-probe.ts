import { statfs } from 'node:fs/promises';

/** Disks fill in minutes, not in milliseconds. */
const EVERY_MS = 5000;

/** Free space of one folder's disk. Answers with the newest that is known and asks again meanwhile, never waiting. */
export class DiskProbe {
  readonly #folder: string;
  #freeMb: number | null = null;
  #askedMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** MB (2^20 bytes) that this user may still write; null while not known. `nowMs` monotonic. */
  freeMb(nowMs: number): number | null {
    if (!this.#isAsking && nowMs - this.#askedMs >= EVERY_MS) {
      this.#askedMs = nowMs;
      void this.#ask();
    }
    return this.#freeMb;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      this.#freeMb = (bavail * bsize) / 2 ** 20;
    } catch {
      this.#freeMb = null;
    } finally {
      this.#isAsking = false;
    }
  }
}
