import { parentPort, workerData } from 'node:worker_threads';
import { type BundleRequest, bundleLogs } from './log-bundle.ts';

/** One bundle, then the thread ends; a failure is the thread's error. */
parentPort?.postMessage(await bundleLogs(workerData as BundleRequest));
