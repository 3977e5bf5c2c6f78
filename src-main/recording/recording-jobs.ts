import { Worker } from 'node:worker_threads';
import { type RecordingCheck, SaidError, type Saying, say } from '../../src-shared/index.ts';
import type { ExportReport, ExportRequest } from './export.ts';
import type { RecoveryReport } from './recover.ts';

/** What may be done with a recording that is finished. */
export type JobRequest =
  | { readonly job: 'recover'; readonly folder: string }
  | { readonly job: 'verify'; readonly folder: string }
  | (ExportRequest & { readonly job: 'export' });

export interface JobResults {
  readonly recover: RecoveryReport;
  readonly verify: RecordingCheck;
  readonly export: ExportReport;
}

export type JobMessage =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: Saying | string };

/** Sent to the thread to have it stop and tidy up. */
export const CANCEL = 'cancel';

/** Runs a job in a thread of its own; aborting has it stop and remove what is half done. @throws what the job says. */
export function runRecordingJob<R extends JobRequest>(request: R, signal?: AbortSignal): Promise<JobResults[R['job']]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(jobUrl(), { workerData: request });
    const cancel = (): void => worker.postMessage(CANCEL);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) {
      // Cancelled before there was anybody to tell.
      cancel();
    }
    worker.once('message', (message: JobMessage) => {
      if (message.ok) {
        resolve(message.value as JobResults[R['job']]);
      } else {
        reject(typeof message.why === 'string' ? new Error(message.why) : new SaidError(message.why));
      }
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', cancel);
      reject(new SaidError(say('recording.job-ended', { job: request.job, folder: request.folder, code })));
    });
  });
}

/** Beside this file as TypeScript; beside the entry in the bundle, which names it so. */
function jobUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './recording-job.ts' : './recording-job.js', import.meta.url);
}
