import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** A data directory on which nothing more can be written, for measuring what that does to the rest. */
export interface FullDisk {
  readonly dataDir: string;
  /** `tmpfs`: a file system of 64 KiB filled to the last byte. `/dev/full`: only the log files are full. */
  readonly how: 'tmpfs' | '/dev/full';
  remove(): void;
}

const SIZE = '64k';
const LOG_FILES = ['kpi.log', 'pipeline.log'];

/** In `folder`; null where the system has no way to make one. */
export function makeFullDisk(folder: string): FullDisk | null {
  const dataDir = path.join(folder, 'full');
  mkdirSync(dataDir, { recursive: true });
  if (run('mount', '-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'tmpfs', dataDir)) {
    fill(path.join(dataDir, 'ballast'));
    return { dataDir, how: 'tmpfs', remove: () => void run('umount', dataDir) };
  }
  if (!existsSync('/dev/full')) {
    return null;
  }
  mkdirSync(path.join(dataDir, 'logs'));
  for (const name of LOG_FILES) {
    symlinkSync('/dev/full', path.join(dataDir, 'logs', name));
  }
  return { dataDir, how: '/dev/full', remove: () => {} };
}

/** Only root may mount, and not everywhere. */
const run = (command: string, ...args: string[]): boolean =>
  process.platform === 'linux' && spawnSync(command, args, { stdio: 'ignore' }).status === 0;

function fill(file: string): void {
  const block = Buffer.alloc(4096);
  try {
    for (;;) {
      appendFileSync(file, block);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
      throw error;
    }
  }
}
