/** Reports the rate is averaged over; at one a second it follows a change of source within ten seconds. */
const WINDOW = 10;

/** What the disk says about the recording: minutes left, not gigabytes (design: minutes are what an operator can act on). */
export class DiskRule {
  readonly #reports: { readonly atMs: number; readonly bytesWritten: number }[] = [];
  #freeBytes: number | null = null;

  /** `bytesWritten`: by the recording so far. */
  report(atMs: number, freeBytes: number, bytesWritten: number): void {
    this.#freeBytes = freeBytes;
    this.#reports.push({ atMs, bytesWritten });
    if (this.#reports.length > WINDOW) {
      this.#reports.shift();
    }
  }

  /** Bytes/s over the last reports; null before there are two, or while nothing is written. */
  get bytesPerS(): number | null {
    const [first, last] = [this.#reports[0], this.#reports.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) {
      return null;
    }
    const rate = ((last.bytesWritten - first.bytesWritten) * 1000) / (last.atMs - first.atMs);
    return rate > 0 ? rate : null;
  }

  /** Until the reserve is reached at the present rate. */
  minutesLeft(reserveBytes: number): number | null {
    return this.#freeBytes === null ? null : minutesUntilFull(this.#freeBytes, reserveBytes, this.bytesPerS);
  }

  /** Whether the recording has to end now, so that it can be closed before the disk is full. */
  isExhausted(reserveBytes: number): boolean {
    return this.#freeBytes !== null && this.#freeBytes <= reserveBytes;
  }
}

/** Null when the rate is not known: nothing has been written yet, or no frames come. */
export function minutesUntilFull(freeBytes: number, reserveBytes: number, bytesPerS: number | null): number | null {
  return bytesPerS === null ? null : Math.max(0, freeBytes - reserveBytes) / bytesPerS / 60;
}
