import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const FOLDER = 'ultramotion-console';

/** The OS's place for application data: settings, logs, recordings, history. */
export function defaultDataDirectory(): string {
  switch (process.platform) {
    case 'win32':
      return path.join(process.env['APPDATA'] ?? path.join(os.homedir(), 'AppData', 'Roaming'), FOLDER);
    case 'darwin':
      return path.join(os.homedir(), 'Library', 'Application Support', FOLDER);
    default:
      return path.join(process.env['XDG_DATA_HOME'] ?? path.join(os.homedir(), '.local', 'share'), FOLDER);
  }
}

/** The data directory belongs to another running engine; the message says which, where it is reached and the lock file. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/** What the lock file says of its engine. */
interface Holder {
  readonly pid: number;
  /** Clock ticks since boot when its process started: a process id is used again, the pair is not. Null: not known. */
  readonly startedAt: string | null;
  readonly url: string | null;
}

/** Taking over from an ended engine may be lost to another engine that does the same; then its lock is looked at. */
const TAKE_TRIES = 3;
/** An engine is at the door for less than a millisecond; one that was killed there leaves it shut. */
const DOOR_LIMIT_MS = 5000;

/**
 * One engine per data directory: two writers of one settings file or recording would destroy it. The lock file appears
 * with its whole content (written beside and linked), so that nobody takes one that is being written for a torn one.
 */
export class DataDirectoryLock {
  readonly #file: string;
  readonly #startedAt = processState(process.pid)?.startedAt ?? null;

  /** @throws {DataDirectoryInUse} */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#file = path.join(directory, 'engine.lock');
    for (let tries = 0; tries < TAKE_TRIES; tries++) {
      if (this.#claim()) {
        return;
      }
      const text = readText(this.#file);
      const holder = parseHolder(text);
      if (holder !== null && isRunning(holder)) {
        throw this.#inUse(directory, `process ${holder.pid}`, holder.url);
      }
      this.#removeDead(text);
    }
    throw this.#inUse(directory, 'it is just starting', null);
  }

  /** Tells others where this engine is reached. */
  announce(url: string): void {
    const beside = this.#beside('new');
    writeFileSync(beside, this.#content(url));
    renameSync(beside, this.#file);
  }

  /** Gives the directory back; a lock that is another engine's by now stays. */
  release(): void {
    const holder = parseHolder(readText(this.#file));
    if (holder?.pid === process.pid && holder.startedAt === this.#startedAt) {
      rmSync(this.#file, { force: true });
    }
  }

  #content(url: string | null): string {
    return JSON.stringify({ pid: process.pid, startedAt: this.#startedAt, url } satisfies Holder);
  }

  #beside(what: string): string {
    return `${this.#file}.${process.pid}.${what}`;
  }

  /** True when the lock file is now ours; false when there is one already. */
  #claim(): boolean {
    const beside = this.#beside('new');
    writeFileSync(beside, this.#content(null));
    try {
      linkSync(beside, this.#file);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Some file systems have no hard links: there the lock is exclusive, though seen empty for a moment.
      return code === 'EEXIST' ? false : this.#claimWithoutLink();
    } finally {
      rmSync(beside, { force: true });
    }
  }

  #claimWithoutLink(): boolean {
    try {
      writeFileSync(this.#file, this.#content(null), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Removes the lock that says `text`. Looking and removing are two steps, so one engine at a time may do them: another's
   * new lock must not fall to what was read before it. Whoever finds the door shut looks again, and finds that lock.
   */
  #removeDead(text: string | null): void {
    const door = `${this.#file}.taking`;
    try {
      mkdirSync(door);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (ageMs(door) > DOOR_LIMIT_MS) rmSync(door, { recursive: true, force: true });
      return;
    }
    try {
      if (readText(this.#file) === text) rmSync(this.#file, { force: true });
    } finally {
      rmSync(door, { recursive: true, force: true });
    }
  }

  #inUse(directory: string, who: string, url: string | null): DataDirectoryInUse {
    const where = url === null ? '' : ` at ${url}`;
    return new DataDirectoryInUse(
      `data directory ${directory} is used by another engine (${who})${where}; ` +
        `end it or choose another with --data-dir. If no such engine runs, remove ${this.#file}`,
    );
  }
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function parseHolder(text: string | null): Holder | null {
  try {
    const { pid, startedAt, url } = JSON.parse(text ?? '') as Record<string, unknown>;
    return typeof pid === 'number'
      ? {
          pid,
          startedAt: typeof startedAt === 'string' ? startedAt : null,
          url: typeof url === 'string' ? url : null,
        }
      : null;
  } catch {
    return null;
  }
}

function isRunning({ pid, startedAt }: Holder): boolean {
  const now = processState(pid);
  if (now !== null && startedAt !== null) {
    return now.startedAt === startedAt && !now.hasEnded;
  }
  try {
    process.kill(pid, 0);
    // Without its start time, our own id in a lock is an earlier process's (a container's engine always has the same).
    return pid !== process.pid && now?.hasEnded !== true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 and 22 of /proc/PID/stat; null where there is no such thing (not Linux, no such process). */
function processState(pid: number): { startedAt: string; hasEnded: boolean } | null {
  // The second field is the program's name in brackets and may contain anything.
  const fields = readText(`/proc/${pid}/stat`)?.split(')').at(-1)?.trim().split(' ');
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  return state === undefined || startedAt === undefined ? null : { startedAt, hasEnded: /[ZX]/.test(state) };
}
