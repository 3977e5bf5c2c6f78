/** Thread of one job on a finished recording: reading gigabytes back must not hold up the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import type { JobMessage, JobRequest } from './recording-jobs.ts';
import { recoverRecording } from './recover.ts';
import { verifyRecording } from './verify.ts';

if (parentPort === null) throw new Error('recording-job runs as a thread of runRecordingJob, not by itself');
const port = parentPort;
const request = workerData as JobRequest;

function run(): Promise<unknown> {
  switch (request.job) {
    case 'recover':
      return recoverRecording(request.folder);
    case 'verify':
      return verifyRecording(request.folder);
  }
}

run().then(
  (value) => port.postMessage({ ok: true, value } satisfies JobMessage),
  (error: Error) => port.postMessage({ ok: false, message: error.message } satisfies JobMessage),
);
