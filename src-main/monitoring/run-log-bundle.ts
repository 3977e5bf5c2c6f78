import { Worker } from 'node:worker_threads';
import type { BundleRequest, LogBundle } from './log-bundle.ts';

/** {@link bundleLogs} in a thread of its own: masking and packing megabytes would hold up the engine's loop. */
export function runLogBundle(request: BundleRequest): Promise<LogBundle> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(), { workerData: request });
    worker.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`bundle ${request.file}: its thread ended early (${code})`)));
  });
}

/** Beside this file as TypeScript; beside the entry in the bundle, which names it so. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith('.ts') ? './log-bundle-worker.ts' : './log-bundle-worker.js';
  return new URL(name, import.meta.url);
}
