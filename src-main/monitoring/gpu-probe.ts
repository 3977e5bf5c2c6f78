import { type ChildProcess, spawn } from 'node:child_process';
import type { KpiSample } from '../../src-shared/index.ts';

/** Null: not known. Never 0 for "no GPU". */
export type GpuFigures = Pick<KpiSample, 'gpu_util' | 'gpu_memory_mb' | 'gpu_memory_total_mb' | 'gpu_temp_c'>;

export const NO_GPU: GpuFigures = { gpu_util: null, gpu_memory_mb: null, gpu_memory_total_mb: null, gpu_temp_c: null };

const QUERY = 'utilization.gpu,memory.used,memory.total,temperature.gpu';
/** A reader that stopped printing must not leave its last figures standing as if they were new. */
const FRESH_MS = 5000;
/** A reader that prints nothing for so long hangs, be it in its start: it is ended and started again like one that died. */
const SILENT_MS = 15_000;
/** One that hangs in its driver cannot be ended; nobody waits for it longer. */
const END_MS = 500;
/** What dies is started again, slower each time it dies soon. */
const FIRST_RESTART_MS = 1000;
const LONGEST_RESTART_MS = 60_000;
/** A reader that lived this long was not what is wrong. */
const HEALTHY_MS = 30_000;
/** Its longest line is a few dozen characters. */
const MAX_LINE = 4096;

export type GpuProbeState = 'off' | 'absent' | 'starting' | 'reading' | 'restarting';

export interface GpuProbeEvents {
  /** `reason` in words; null when figures come. */
  state(state: GpuProbeState, reason: string | null): void;
}

/**
 * Figures of the GPU, from one long-lived `nvidia-smi` that prints a line a second; starting it anew for each sample
 * would cost more than what it measures. Where the program is absent it is not tried again: there is no such GPU.
 */
export class GpuProbe {
  readonly #program: string;
  readonly #gpuIndex: number;
  readonly #on: GpuProbeEvents;
  readonly #nowMs: () => number;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #figures: GpuFigures = NO_GPU;
  #readMs = Number.NEGATIVE_INFINITY;
  #startedMs = 0;
  #restartMs = FIRST_RESTART_MS;
  #state: GpuProbeState = 'off';
  #lastWords = '';
  /** The reader has been told to end because it was silent. */
  #isGivenUp = false;
  #isClosed = false;

  /** `program`: empty for none. `nowMs`: monotonic. */
  constructor(program: string, on: GpuProbeEvents, nowMs: () => number, gpuIndex = 0) {
    this.#program = program;
    this.#on = on;
    this.#nowMs = nowMs;
    this.#gpuIndex = gpuIndex;
  }

  start(): void {
    if (this.#program !== '') {
      this.#spawn();
    }
  }

  /** Newest figures; nulls where there are none or the newest are too old. Asked for with every sample. */
  figures(): GpuFigures {
    this.#endIfSilent();
    return this.#nowMs() - this.#readMs <= FRESH_MS ? this.#figures : NO_GPU;
  }

  get state(): GpuProbeState {
    return this.#state;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
    const child = this.#child;
    if (child !== null) {
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      const given = new Promise<void>((resolve) => setTimeout(resolve, END_MS).unref());
      child.kill('SIGKILL');
      await Promise.race([gone, given]);
    }
  }

  #spawn(): void {
    this.#startedMs = this.#nowMs();
    this.#setState('starting', null);
    const child = spawn(
      this.#program,
      [`--id=${this.#gpuIndex}`, `--query-gpu=${QUERY}`, '--format=csv,noheader,nounits', '-l', '1'],
      { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
    );
    this.#child = child;
    this.#lastWords = '';
    this.#isGivenUp = false;
    let partial = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (partial + chunk).split('\n');
      partial = (lines.pop() ?? '').slice(-MAX_LINE);
      for (const line of lines) {
        this.#read(line);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => this.#keepWords(chunk));
    let isAbsent = false;
    child.on('error', (error: NodeJS.ErrnoException) => {
      isAbsent = error.code === 'ENOENT' || error.code === 'EACCES';
      this.#keepWords(error.message);
    });
    child.once('close', () => this.#ended(isAbsent));
  }

  #read(line: string): void {
    const figures = parseGpuLine(line);
    if (figures === null) {
      this.#keepWords(line);
      return;
    }
    this.#figures = figures;
    this.#readMs = this.#nowMs();
    this.#setState('reading', null);
  }

  #endIfSilent(): void {
    const silentMs = this.#nowMs() - Math.max(this.#startedMs, this.#readMs);
    if (this.#child !== null && !this.#isGivenUp && silentMs > SILENT_MS) {
      this.#isGivenUp = true;
      this.#keepWords(`${this.#program} has printed nothing for ${SILENT_MS / 1000} s`);
      this.#setState('restarting', this.#lastWords);
      this.#child.kill('SIGKILL');
    }
  }

  #ended(isAbsent: boolean): void {
    this.#child = null;
    if (this.#isClosed) {
      return;
    }
    if (isAbsent) {
      this.#setState('absent', this.#lastWords);
      return;
    }
    if (this.#nowMs() - this.#startedMs >= HEALTHY_MS) {
      this.#restartMs = FIRST_RESTART_MS;
    }
    this.#setState('restarting', this.#lastWords === '' ? `${this.#program} ended` : this.#lastWords);
    this.#timer = setTimeout(() => this.#spawn(), this.#restartMs);
    this.#timer.unref();
    this.#restartMs = Math.min(LONGEST_RESTART_MS, this.#restartMs * 2);
  }

  #keepWords(text: string): void {
    const words = text.trim();
    if (words !== '') {
      this.#lastWords = words.slice(0, 200);
    }
  }

  #setState(state: GpuProbeState, reason: string | null): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#on.state(state, reason);
    }
  }
}

/** `51, 1234, 8192, 63`; any value may be `[N/A]` or `[Not Supported]`. Null: not such a line. */
export function parseGpuLine(line: string): GpuFigures | null {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length !== 4 || !cells.every((cell) => NUMBER.test(cell) || NO_VALUE.test(cell))) {
    return null;
  }
  const [gpu_util, gpu_memory_mb, gpu_memory_total_mb, gpu_temp_c] = cells.map((cell) =>
    NUMBER.test(cell) ? Number(cell) : null,
  ) as [number | null, number | null, number | null, number | null];
  return { gpu_util, gpu_memory_mb, gpu_memory_total_mb, gpu_temp_c };
}

const NUMBER = /^\d+(\.\d+)?$/;
const NO_VALUE = /^(\[.*\]|N\/A)$/;
