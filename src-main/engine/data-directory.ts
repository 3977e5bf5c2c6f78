import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** The data directory belongs to another running engine; the message says which and where it is reached. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/** One engine per data directory: two writers of one settings file or recording would destroy it. */
export class DataDirectoryLock {
  readonly #file: string;

  /** @throws {DataDirectoryInUse} */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#file = path.join(directory, 'engine.lock');
    this.#take(directory, true);
  }

  /** Tells others where this engine is reached. */
  announce(url: string): void {
    writeFileSync(this.#file, JSON.stringify({ pid: process.pid, url }));
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }

  #take(directory: string, mayRetry: boolean): void {
    try {
      writeFileSync(this.#file, JSON.stringify({ pid: process.pid, url: null }), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
      const holder = readHolder(this.#file);
      if (holder !== null && isRunning(holder.pid)) {
        const where = holder.url === null ? '' : ` at ${holder.url}`;
        throw new DataDirectoryInUse(
          `data directory ${directory} is used by another engine (process ${holder.pid})${where}; ` +
            'end it or choose another with --data-dir',
        );
      }
      if (!mayRetry) {
        throw error;
      }
      rmSync(this.#file, { force: true });
      this.#take(directory, false);
    }
  }
}

function readHolder(file: string): { pid: number; url: string | null } | null {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as { pid?: unknown; url?: unknown };
    return typeof content.pid === 'number'
      ? { pid: content.pid, url: typeof content.url === 'string' ? content.url : null }
      : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
