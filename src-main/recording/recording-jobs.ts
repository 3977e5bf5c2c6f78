import { Worker } from 'node:worker_threads';
import type { RecordingCheck } from '../../src-shared/index.ts';
import type { RecoveryReport } from './recover.ts';

export interface JobResults {
  readonly recover: RecoveryReport;
  readonly verify: RecordingCheck;
}

export interface JobRequest {
  readonly job: keyof JobResults;
  readonly folder: string;
}

export type JobMessage =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** Runs a job on the recording in `folder` in a thread of its own. @throws what the job says. */
export function runRecordingJob<J extends keyof JobResults>(job: J, folder: string): Promise<JobResults[J]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(jobUrl(), { workerData: { job, folder } satisfies JobRequest });
    worker.once('message', (message: JobMessage) => {
      if (message.ok) {
        resolve(message.value as JobResults[J]);
      } else {
        reject(new Error(message.message));
      }
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`${job} of ${folder} ended early (${code})`)));
  });
}

/** Beside this file as TypeScript; beside the entry in the bundle, which names it so. */
function jobUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './recording-job.ts' : './recording-job.js', import.meta.url);
}
