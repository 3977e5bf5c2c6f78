/**
 * With `parent`: starts itself again without, tells its own parent that one's process id, and waits to be killed. Without:
 * guards against being left behind, says so, and blocks its main thread for good, as a run that never ends would.
 */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardAgainstOrphanage } from '../../../src-main/inference/orphan-guard.ts';

const GUARD_MS = 50;
/** For the guarding thread to start before nothing here moves any more. */
const START_MS = 1000;

if (process.argv[2] === 'parent') {
  const child = fork(import.meta.filename, { execArgv: [] });
  child.once('message', () => process.send?.(child.pid));
} else {
  guardAgainstOrphanage(GUARD_MS);
  await sleep(START_MS);
  process.send?.('blocked from here on');
  await sleep(GUARD_MS);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
