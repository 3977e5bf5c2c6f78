/**
 * Worker thread that owns the model's sessions. `session.run()` blocks its thread for the whole run, which is why it is
 * not the process's main thread. Never terminated during a run (that aborts the process): to cancel, kill the process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type ProviderName, reasonOf, say } from '../../src-shared/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import { openRunner } from './kinds.ts';
import { readManifest, refusalOf } from './manifest.ts';
import type { FromSessionWorker, RunRequest, SessionWorkerData } from './messages.ts';
import type { ModelRunner } from './model-kind.ts';

/** Enough for a 99th percentile that is not the first, slow run alone. */
const WARMUP_RUNS = 30;
/** A model of half a second a run is not run thirty times before anybody sees a mask. */
const WARMUP_LIMIT_MS = 3000;
const LEAST_WARMUP_RUNS = 3;
/** For the news to pass the other thread and leave the process. */
const NEWS_MS = 20;

async function warmUp(runner: ModelRunner): Promise<number> {
  const durations: number[] = [];
  // The first run allocates the arenas; it says nothing about the ones to come.
  await runner.warmUp();
  const begunMs = monotonicMs();
  while (durations.length < WARMUP_RUNS) {
    const start = monotonicMs();
    await runner.warmUp();
    durations.push(monotonicMs() - start);
    if (durations.length >= LEAST_WARMUP_RUNS && monotonicMs() - begunMs > WARMUP_LIMIT_MS) break;
  }
  durations.sort((a, b) => a - b);
  return durations[Math.ceil(0.99 * durations.length) - 1]!;
}

async function answer(runner: ModelRunner, request: RunRequest): Promise<FromSessionWorker & { type: 'done' }> {
  const runStartMs = monotonicMs();
  const { handle, inputs } = request;
  const memory = inputs.map(({ data }) => data);
  try {
    const outcome = await runner.run(request);
    return { type: 'done', handle, memory, outcome, runStartMs, runEndMs: monotonicMs() };
  } catch (error) {
    const failure = say('inference.run-failed', { why: reasonOf(error) });
    return { type: 'done', handle, memory, outcome: { error: failure }, runStartMs, runEndMs: monotonicMs() };
  }
}

async function serve(port: MessagePort, data: SessionWorkerData): Promise<void> {
  const send = (message: FromSessionWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  try {
    const trying = async (provider: ProviderName | null): Promise<void> => {
      send({ type: 'trying', provider });
      if (provider !== null) await sleep(NEWS_MS);
    };
    const runner = await openRunner(data.modelDir, readManifest(data.modelDir), { ...data, trying });
    const warmupP99Ms = await warmUp(runner);
    port.on('message', (request: RunRequest) => {
      // One request at a time: the main thread sends the next when this one is answered.
      void answer(runner, request).then((done) => {
        const values = 'error' in done.outcome || done.outcome.values === null ? [] : [done.outcome.values.buffer];
        send(done, [...done.memory.map(({ buffer }) => buffer), ...values]);
      });
    });
    send({ type: 'ready', providers: runner.providers, warmupP99Ms });
  } catch (error) {
    send({ type: 'failed', why: refusalOf(error) });
  }
}

if (parentPort === null) {
  throw new Error('session-worker is started as a worker thread by the inference process');
}
await serve(parentPort, workerData as SessionWorkerData);
