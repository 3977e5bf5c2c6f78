/** Thread of one job on a finished recording: reading gigabytes back must not hold up the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf, SaidError, say } from '../../src-shared/index.ts';
import { exportRecording } from './export.ts';
import { CANCEL, type JobMessage, type JobRequest } from './recording-jobs.ts';
import { recoverRecording } from './recover.ts';
import { verifyRecording } from './verify.ts';

if (parentPort === null) throw new Error('recording-job runs as a thread of runRecordingJob, not by itself');
const port = parentPort;
const request = workerData as JobRequest;
const cancel = new AbortController();
port.on('message', (message: unknown) => {
  if (message === CANCEL) cancel.abort(new SaidError(say('recording.job-cancelled', { job: request.job })));
});

function run(): Promise<unknown> {
  switch (request.job) {
    case 'recover':
      return recoverRecording(request.folder);
    case 'verify':
      return verifyRecording(request.folder);
    case 'export':
      return exportRecording(request, { signal: cancel.signal, progress: () => {} });
  }
}

function answer(message: JobMessage): void {
  port.postMessage(message);
  port.close();
}

run().then(
  (value) => answer({ ok: true, value }),
  (error: unknown) => answer({ ok: false, why: reasonOf(error) }),
);
