import type { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  inEnglish,
  PROVIDERS,
  type ProviderChoice,
  type ProviderName,
  type ProviderReport,
  type ProviderTrial,
  type Saying,
  say,
  sayingOf,
} from '../../../src-shared/index.ts';
import { monotonicMs } from '../../pipeline/index.ts';
import type { Difference, Outputs } from './agreement.ts';

export type Feeds = Readonly<Record<string, Tensor>>;

/** A session of one provider, with the means to look behind it. */
export interface TrialSession {
  readonly session: InferenceSession;
  /** After the first run: share of the nodes that ran on the provider; null where it cannot be known. */
  share(): number | null;
}

export interface ProviderTask {
  readonly role: string;
  /** The fixed input of self-test and timing. */
  readonly feeds: Feeds;
  readonly difference: Difference;
  /** Providers that are never asked for this kind of model, and why. */
  readonly excluded: Readonly<Partial<Record<ProviderName, Saying>>>;
}

/** What the choice is made with; the real ones are in `onnx-session.ts`. */
export interface ProviderMeans {
  /** Makes a session of this provider alone. Rejects with ONNX Runtime's own words. */
  create(provider: ProviderName): Promise<TrialSession>;
  /** Why this provider has no processor of its own here, or null. `made`: a session of it was made. */
  software(provider: ProviderName, made: boolean): Saying | null;
  /** Called before each trial, and with null when none is under way: if the process ends, this is why. */
  trying(provider: ProviderName | null): Promise<void>;
}

export interface Wanted {
  readonly choices: readonly ProviderChoice[];
  /** Providers during whose trial an earlier process ended. */
  readonly crashed: readonly ProviderName[];
}

interface Candidate {
  readonly provider: ProviderName;
  /** Asked for by name: taken even where it is slower or only software. Never taken where it is wrong. */
  readonly isNamed: boolean;
}

export interface Chosen {
  readonly session: InferenceSession;
  readonly report: ProviderReport;
}

/** Runs that time a provider, and how long they may take together: a slow one must not delay the start. */
const TIMED_RUNS = 5;
const TIMING_BUDGET_MS = 1000;
const MAX_WORDS = 300;
/** ONNX Runtime begins some refusals with where in its sources and in which function they arose. */
const SOURCE_PLACE = /^\/\S+\.(cc|h):\d+ .*? was false\. /;

/**
 * Tries the wanted providers one by one, each alone, and takes the first that gives the CPU's results on a fixed input
 * and is worth it. The CPU is the last resort, whether named or not. @throws what the CPU's session throws.
 */
export async function chooseProvider(task: ProviderTask, wanted: Wanted, means: ProviderMeans): Promise<Chosen> {
  const reference = new CpuReference(task, means);
  const trials: ProviderTrial[] = [];
  const candidates = candidatesOf(wanted.choices);
  for (const candidate of candidates) {
    const startedMs = monotonicMs();
    if (candidate.provider === 'cpu') break;
    const outcome = await attempt(candidate, task, wanted, means, reference);
    trials.push(outcome.trial);
    if (outcome.made !== null) {
      await reference.release();
      return {
        session: outcome.made.session,
        report: reportOf(task, trials, candidates, startedMs, outcome.made.share()),
      };
    }
  }
  const startedMs = monotonicMs();
  const { session } = await reference.open();
  trials.push(runningTrial('cpu', await reference.runMs()));
  return { session, report: reportOf(task, trials, candidates, startedMs, null) };
}

function candidatesOf(choices: readonly ProviderChoice[]): readonly Candidate[] {
  const order = [...choices.flatMap((choice) => (choice === 'auto' ? PROVIDERS : [choice])), 'cpu' as const];
  return [...new Set(order)].map((provider) => ({ provider, isNamed: choices.includes(provider) }));
}

function reportOf(
  { role }: ProviderTask,
  trials: readonly ProviderTrial[],
  candidates: readonly Candidate[],
  startedMs: number,
  share: number | null,
): ProviderReport {
  const running = trials.at(-1)!.provider;
  const isNamed = (provider: ProviderName): boolean =>
    candidates.some((one) => one.provider === provider && one.isNamed);
  // What `auto` merely did not find here is no fall-back; what was there and broke, or was asked for by name, is.
  const fellBack = trials
    .slice(0, -1)
    .some(({ provider, outcome }) => isNamed(provider) || ['wrong', 'failed', 'crashed'].includes(outcome));
  return { role, running, warmupMs: rounded(monotonicMs() - startedMs), share, fellBack, trials };
}

interface Attempt {
  readonly trial: ProviderTrial;
  /** The session, when the provider is taken. */
  readonly made: TrialSession | null;
}

async function attempt(
  { provider, isNamed }: Candidate,
  task: ProviderTask,
  wanted: Wanted,
  means: ProviderMeans,
  reference: CpuReference,
): Promise<Attempt> {
  const not = (outcome: ProviderTrial['outcome'], why: Saying | string, runMs: number | null = null): Attempt => ({
    trial: { provider, outcome, why: shortened(inEnglish(why)), said: sayingOf(why), runMs },
    made: null,
  });
  const excluded = task.excluded[provider];
  if (excluded !== undefined) return not('excluded', excluded);
  if (wanted.crashed.includes(provider)) return not('crashed', say('provider.crashed'));
  const noDevice = isNamed ? null : means.software(provider, false);
  if (noDevice !== null) return not('software', noDevice);
  await means.trying(provider);
  try {
    const made = await means.create(provider).catch(wordsOf);
    if (typeof made === 'string') return not('refused', made);
    const rejected = await judge(made);
    if (rejected === null) {
      return { trial: runningTrial(provider, await timed(made.session, task.feeds)), made };
    }
    await made.session.release();
    return rejected;
  } finally {
    await means.trying(null);
  }

  async function judge({ session, share }: TrialSession): Promise<Attempt | null> {
    const software = isNamed ? null : means.software(provider, true);
    if (software !== null) return not('software', software);
    try {
      const outputs = await session.run(task.feeds);
      if (share() === 0) return not('refused', say('provider.no-nodes'));
      const difference = task.difference(await reference.outputs(), outputs as Outputs);
      if (difference !== null) return not('wrong', say('provider.differs', { difference }));
      if (isNamed) return null;
      const [own, cpu] = [await timed(session, task.feeds), await reference.runMs()];
      return own > cpu
        ? not('slower', say('provider.slower', { own: own.toFixed(1), cpu: cpu.toFixed(1) }), own)
        : null;
    } catch (error) {
      return not('failed', wordsOf(error));
    }
  }
}

const runningTrial = (provider: ProviderName, runMs: number): ProviderTrial => ({
  provider,
  outcome: 'running',
  why: null,
  said: null,
  runMs,
});

/** The CPU's session, opened when first needed. */
class CpuReference {
  readonly #task: ProviderTask;
  readonly #means: ProviderMeans;
  #opened: Promise<TrialSession> | null = null;
  #outputs: Outputs | null = null;
  #runMs: number | null = null;

  constructor(task: ProviderTask, means: ProviderMeans) {
    this.#task = task;
    this.#means = means;
  }

  open(): Promise<TrialSession> {
    this.#opened ??= this.#means.create('cpu');
    return this.#opened;
  }

  async outputs(): Promise<Outputs> {
    const { session } = await this.open();
    this.#outputs ??= (await session.run(this.#task.feeds)) as Outputs;
    return this.#outputs;
  }

  async runMs(): Promise<number> {
    // The first run allocates; it says nothing about the ones to come.
    await this.outputs();
    this.#runMs ??= await timed((await this.open()).session, this.#task.feeds);
    return this.#runMs;
  }

  async release(): Promise<void> {
    if (this.#opened !== null) await (await this.#opened).session.release();
  }
}

/** Median run on the fixed input, ms. */
async function timed(session: InferenceSession, feeds: Feeds): Promise<number> {
  const startedMs = monotonicMs();
  const durations: number[] = [];
  while (durations.length === 0 || (durations.length < TIMED_RUNS && monotonicMs() - startedMs < TIMING_BUDGET_MS)) {
    const runStartedMs = monotonicMs();
    await session.run(feeds);
    durations.push(monotonicMs() - runStartedMs);
  }
  durations.sort((a, b) => a - b);
  return rounded(durations[durations.length >> 1]!);
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shortened(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim().replace(SOURCE_PLACE, '');
  return line.length <= MAX_WORDS ? line : `${line.slice(0, MAX_WORDS - 1)}…`;
}
