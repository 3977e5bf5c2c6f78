import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beforeEach, onTestFailed } from 'vitest';

/**
 * Set-up of the tests that start real processes: a test that fails while the machine itself stood still says so in its
 * error, and is run once more for that (`retry` in vitest.config.ts knows the words). Borrowed machines stop for seconds;
 * limits that are right for an operator, such as one second without an answer, then act as they should. A failure on a
 * machine that ran is final.
 */

/** The shortest limit of ours that a standing machine breaks is 400 ms (a stalled message); shorter stops are no excuse. */
const NOTICED_MS = 300;
const LOOK_EVERY_MS = 20;

/** The longest stop since the test began, ms; written by the watching thread. */
const longestMs = new Int32Array(new SharedArrayBuffer(4));

// A thread of its own: tests rightly hold up the main one, with a build or a command they wait for.
const WATCH = `
  const { workerData: longestMs } = require('node:worker_threads');
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let lastMs = performance.now(); ; ) {
    Atomics.wait(never, 0, 0, ${LOOK_EVERY_MS});
    const nowMs = performance.now();
    const lateMs = Math.round(nowMs - lastMs) - ${LOOK_EVERY_MS};
    if (lateMs > Atomics.load(longestMs, 0)) Atomics.store(longestMs, 0, lateMs);
    lastMs = nowMs;
  }
`;
const watch = new Worker(WATCH, { eval: true, workerData: longestMs });
// Until it runs it sees nothing.
await once(watch, 'online');
watch.unref();

beforeEach(() => {
  Atomics.store(longestMs, 0, 0);
  onTestFailed(async ({ task }) => {
    // The watching thread wakes up when we do.
    await new Promise((resolve) => setTimeout(resolve, 3 * LOOK_EVERY_MS));
    const lateMs = Atomics.load(longestMs, 0);
    const error = task.result?.errors?.at(-1);
    if (lateMs >= NOTICED_MS && error !== undefined) error.message += ` [the machine stood still for ${lateMs} ms]`;
  });
});
