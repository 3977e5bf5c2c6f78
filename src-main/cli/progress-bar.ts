/** Between two lines where nobody can overwrite one, ms. */
const LINE_MS = 2000;
/** Between two drawings on a terminal, ms. */
const DRAW_MS = 100;
const WIDTH = 30;

/** How far a command is, on standard error: one line drawn over and over on a terminal, a line now and then elsewhere. */
export class ProgressBar {
  readonly #what: string;
  readonly #total: number;
  readonly #startedMs = performance.now();
  #done = 0;
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  step(): void {
    this.#done++;
    const nowMs = performance.now();
    const wait = process.stderr.isTTY ? DRAW_MS : LINE_MS;
    if (this.#done < this.#total && nowMs - this.#shownMs < wait) return;
    this.#shownMs = nowMs;
    const line = this.#line(nowMs);
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
  }

  /** Leaves the line as it is and goes to the next. */
  end(): void {
    if (process.stderr.isTTY && this.#done > 0) process.stderr.write('\n');
  }

  #line(nowMs: number): string {
    const share = this.#done / this.#total;
    const filled = Math.round(share * WIDTH);
    const perSecond = (1000 * this.#done) / Math.max(1, nowMs - this.#startedMs);
    const bar = '#'.repeat(filled).padEnd(WIDTH, '-');
    return `${this.#what} [${bar}] ${this.#done}/${this.#total} (${perSecond.toFixed(1)}/s)`;
  }
}
