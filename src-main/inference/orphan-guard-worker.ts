/** The thread of `orphan-guard.ts`: it does nothing but look for the parent, and kill this process when there is none. */
import { workerData } from 'node:worker_threads';
import type { OrphanGuardData } from './orphan-guard.ts';

const { parent, everyMs } = workerData as OrphanGuardData;

function isParentAlive(): boolean {
  // An orphan gets another parent, except on Windows, where it keeps a number that belongs to nobody.
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

setInterval(() => {
  if (!isParentAlive()) process.kill(process.pid, 'SIGKILL');
}, everyMs);
