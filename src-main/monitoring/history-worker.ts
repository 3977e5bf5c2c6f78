import { parentPort } from 'node:worker_threads';
import { readNewest, readRange } from './history-files.ts';
import type { HistoryAnswer, HistoryRequest } from './history-store.ts';

/** One answer per request, in order. */
function answer(request: HistoryRequest): HistoryAnswer {
  try {
    return request.kind === 'newest'
      ? { kind: 'newest', samples: readNewest(request.folder, request.count) }
      : { kind: 'range', rows: readRange(request.folder, request.query) };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (request: HistoryRequest) => parentPort?.postMessage(answer(request)));
