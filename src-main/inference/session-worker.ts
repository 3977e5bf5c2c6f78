/**
 * Worker thread that owns the sessions of a model whose runs are long, so that the next picture is prepared meanwhile.
 * Never terminated during a run (that aborts the process): to cancel, kill the process.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromSessions, RunRequest, SessionsConfig } from './messages.ts';
import { openSessions } from './sessions.ts';

const port = parentPort;
if (port === null) {
  throw new Error('session-worker is started as a worker thread by the inference process');
}
const send = (message: FromSessions, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
const sessions = await openSessions(workerData as SessionsConfig, send);
if (sessions !== null) {
  port.on('message', (request: RunRequest) => {
    // One request at a time: the main thread sends the next when this one is answered.
    void sessions.answer(request).then((done) => {
      const values = 'error' in done.outcome || done.outcome.values === null ? [] : [done.outcome.values.buffer];
      send(done, [...done.memory.map(({ buffer }) => buffer), ...values]);
    });
  });
  send(sessions.ready);
}
