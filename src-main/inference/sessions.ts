import { setTimeout as sleep } from 'node:timers/promises';
import { type ProviderName, reasonOf, say } from '../../src-shared/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import { openRunner } from './kinds.ts';
import { readManifest, refusalOf } from './manifest.ts';
import type { FromSessions, Ready, RunDone, RunRequest, SessionsConfig } from './messages.ts';
import type { ModelRunner } from './model-kind.ts';

/** Enough for a 99th percentile that is not the first, slow run alone. */
const WARMUP_RUNS = 30;
/** A model of half a second a run is not run thirty times before anybody sees a mask. */
const WARMUP_LIMIT_MS = 3000;
const LEAST_WARMUP_RUNS = 3;
/** For the news to leave this thread and this process. */
const NEWS_MS = 20;

/** A model's sessions, warm. */
export interface Sessions {
  readonly ready: Ready;
  /** One request at a time. Its inputs' memory comes back with the answer, also of a run that failed. */
  answer(request: RunRequest): Promise<RunDone>;
}

/**
 * Opens a model's sessions in the thread it is called in, which every run then blocks, and warms them up. `tell` hears
 * what is being tried, and why there are no sessions: then null is returned.
 */
export async function openSessions(
  config: SessionsConfig,
  tell: (message: FromSessions) => void,
): Promise<Sessions | null> {
  try {
    const trying = async (provider: ProviderName | null): Promise<void> => {
      tell({ type: 'trying', provider });
      if (provider !== null) await sleep(NEWS_MS);
    };
    const runner = await openRunner(config.modelDir, readManifest(config.modelDir), { ...config, trying });
    const warmupP99Ms = await warmUp(runner);
    return {
      ready: { type: 'ready', providers: runner.providers, warmupP99Ms },
      answer: (request) => answer(runner, request),
    };
  } catch (error) {
    tell({ type: 'failed', why: refusalOf(error) });
    return null;
  }
}

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

async function answer(runner: ModelRunner, request: RunRequest): Promise<RunDone> {
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
