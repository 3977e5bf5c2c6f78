import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';

/** What the OS says of one process. Null: not known. */
export interface ProcessFigures {
  /** CPU time per time, all threads; 100 is one core. */
  readonly cpuPercent: number | null;
  /** Resident memory, MB (2^20 bytes). */
  readonly memoryMb: number | null;
}

const UNKNOWN: ProcessFigures = { cpuPercent: null, memoryMb: null };
const MB = 2 ** 20;
/** Clock ticks per second of /proc (USER_HZ): 100 on every architecture Linux runs on. */
const USER_HZ = 100;
/** Where there is no /proc, `ps` is started no more often than this. */
const PS_EVERY_MS = 5000;

interface Reading {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/** This process, by the OS's own account of it; takes microseconds. */
export class OwnProcessProbe {
  #last: { readonly atMs: number; readonly cpuMs: number } | null = null;

  /** `nowMs` monotonic. */
  figures(nowMs: number): ProcessFigures {
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1000;
    const last = this.#last;
    this.#last = { atMs: nowMs, cpuMs };
    return {
      cpuPercent: last === null || nowMs <= last.atMs ? null : ((cpuMs - last.cpuMs) / (nowMs - last.atMs)) * 100,
      memoryMb: process.memoryUsage.rss() / MB,
    };
  }
}

/**
 * Another process. `figures` answers at once with the newest that is known and has the next reading done meanwhile, by
 * the file system's threads (Linux) or `ps` (macOS); Windows has neither, there it stays unknown.
 */
export class OtherProcessProbe {
  readonly #read: (pid: number) => Promise<Reading>;
  readonly #everyMs: number;
  #pid: number | null = null;
  #last: { readonly atMs: number; readonly reading: Reading } | null = null;
  #figures: ProcessFigures = UNKNOWN;
  #isReading = false;

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#read = platform === 'linux' ? readProc : readPs;
    this.#everyMs = platform === 'linux' ? 0 : PS_EVERY_MS;
  }

  /** `pid` null: there is no such process now. `nowMs` monotonic. */
  figures(pid: number | null, nowMs: number): ProcessFigures {
    if (pid !== this.#pid) {
      this.#pid = pid;
      this.#last = null;
      this.#figures = UNKNOWN;
    }
    const isDue = this.#last === null || nowMs - this.#last.atMs >= this.#everyMs;
    if (pid !== null && isDue && !this.#isReading) {
      void this.#readOnce(pid, nowMs);
    }
    return this.#figures;
  }

  async #readOnce(pid: number, atMs: number): Promise<void> {
    this.#isReading = true;
    try {
      const reading = await this.#read(pid);
      if (pid === this.#pid) {
        this.#note(reading, atMs);
      }
    } catch {
      // It has just ended, or this OS does not tell.
      this.#figures = UNKNOWN;
    } finally {
      this.#isReading = false;
    }
  }

  #note(reading: Reading, atMs: number): void {
    const last = this.#last;
    this.#last = { atMs, reading };
    const cpuPercent =
      last === null || atMs <= last.atMs ? null : ((reading.cpuMs - last.reading.cpuMs) / (atMs - last.atMs)) * 100;
    this.#figures = { cpuPercent, memoryMb: reading.memoryMb };
  }
}

async function readProc(pid: number): Promise<Reading> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  const fields = afterName(stat);
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  if (resident === undefined) {
    throw new Error(`process ${pid} has no memory: it has ended`);
  }
  return { cpuMs: ((Number(fields[11]) + Number(fields[12])) / USER_HZ) * 1000, memoryMb: Number(resident) / 1024 };
}

/** Fields of /proc/PID/stat from the third on: the second is the program's name and may contain anything. */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readPs(pid: number): Promise<Reading> {
  return new Promise((resolve, reject) => {
    execFile('ps', ['-o', 'rss=,time=', '-p', String(pid)], { timeout: PS_EVERY_MS }, (error, stdout) => {
      const reading = error === null ? parsePs(stdout) : null;
      if (reading === null) {
        reject(error ?? new Error(`ps said ${JSON.stringify(stdout.slice(0, 80))}`));
      } else {
        resolve(reading);
      }
    });
  });
}

/** `123456   1-02:03:04.56`: kilobytes and CPU time as [[days-]hours:]minutes:seconds. Null: not such a line. */
export function parsePs(text: string): Reading | null {
  const match = /^\s*(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*$/.exec(text);
  if (match === null) {
    return null;
  }
  const [, kilobytes, days = 0, hours = 0, minutes, seconds] = match;
  const cpuS = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return { cpuMs: cpuS * 1000, memoryMb: Number(kilobytes) / 1024 };
}
