import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type GpuFrame, PROVIDER_CHOICES, type ProviderChoice } from '../../src-shared/index.ts';
import { defaultDataDirectory } from '../engine/index.ts';
import {
  forkInference,
  type InferenceResult,
  InferenceSupervisor,
  listModels,
  MODEL_OWN_MASK,
} from '../inference/index.ts';
import { PhantomScene } from '../phantom/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import { UsageError } from './exit-codes.ts';
import { inferenceEntry, modelsDir } from './paths.ts';
import { machineName, round, spreadOf } from './statistics.ts';

export interface BenchInferenceOptions {
  /** Empty: every model there is. */
  readonly models: readonly string[];
  /** Empty: what `auto` chooses. */
  readonly providers: readonly string[];
  /** Of each measurement, s. */
  readonly seconds: number;
  readonly threads: number;
  readonly dataDir: string | null;
}

const SIZES = [
  [640, 480],
  [820, 616],
] as const;
/** Both sizes show the same depth. */
const DEPTH_MM = 48;
const PHANTOMS = 12;
const SEED = 77;
/** Not counted: about a second, in which V8 compiles the loops and caches fill. */
const SETTLE_FRAMES = 100;
const START_LIMIT_MS = 180_000;
/** A machine that stands still for a second is a bad figure, not a hung process. */
const HANG_LIMIT_MS = 30_000;
const NEWS_LIMIT_MS = 100;
const CLOCK_TICKS_PER_S = 100;

/** Per model and provider, in the inference process that the console runs: how long each step takes, and what it costs. */
export async function benchInference(options: BenchInferenceOptions): Promise<object> {
  const userModels = path.join(path.resolve(options.dataDir ?? defaultDataDirectory()), 'models');
  const known = listModels({ shipped: modelsDir, user: userModels }).filter(({ problem }) => problem === null);
  const ids = options.models.length > 0 ? options.models : known.map(({ id }) => id);
  const runs: object[] = [];
  for (const modelId of ids) {
    for (const provider of options.providers.length > 0 ? options.providers : ['auto']) {
      process.stderr.write(`${modelId} on ${provider}\n`);
      runs.push(await measureModel(modelId, choiceOf(provider), userModels, options));
    }
  }
  return { bench: 'inference', machine: machineName(), threads: options.threads, seconds: options.seconds, runs };
}

function choiceOf(name: string): ProviderChoice {
  const choice = PROVIDER_CHOICES.find((one) => one === name);
  if (choice === undefined) throw new UsageError(`provider ${name}: expected one of ${PROVIDER_CHOICES.join(', ')}`);
  return choice;
}

async function measureModel(
  modelId: string,
  provider: ProviderChoice,
  userModelsDir: string,
  { seconds, threads }: BenchInferenceOptions,
): Promise<object> {
  const probe = new Probe(modelId, provider, userModelsDir, threads);
  try {
    await probe.ready();
    const sizes: object[] = [];
    for (const size of SIZES) sizes.push(await probe.measure(size, seconds));
    const { providers, warmupP99Ms } = probe.state;
    return { model: modelId, asked: provider, warmupP99Ms: round(warmupP99Ms ?? 0), providers, sizes };
  } catch (error) {
    return { model: modelId, asked: provider, failed: error instanceof Error ? error.message : String(error) };
  } finally {
    await probe.close();
  }
}

/** An inference process fed by hand. */
class Probe {
  readonly #supervisor: InferenceSupervisor;
  #results: InferenceResult[] = [];
  #handle = 0;
  #wake: () => void = () => {};

  constructor(modelId: string, provider: ProviderChoice, userModelsDir: string, threads: number) {
    this.#supervisor = new InferenceSupervisor(
      {
        spawn: forkInference(inferenceEntry),
        modelsDir,
        userModelsDir,
        modelId,
        intraOpThreads: threads,
        allowSpinning: false,
        providers: [provider],
        device: 0,
        gpuQueueSize: 3,
        // Nothing is dropped for being old: every frame is measured.
        maxLagMs: 1e9,
        mask: MODEL_OWN_MASK,
        startTimeoutMs: START_LIMIT_MS,
        hangFloorMs: HANG_LIMIT_MS,
      },
      {
        result: ({ mask: _, maskBits: __, ...result }) => {
          this.#results.push({ ...result, mask: null, maskBits: null });
          this.#wake();
        },
        dropped: () => this.#wake(),
        state: () => this.#wake(),
        credit: () => this.#wake(),
      },
    );
  }

  get state(): InferenceSupervisor['state'] {
    return this.#supervisor.state;
  }

  /** @throws with the process's words when the model does not load. */
  async ready(): Promise<void> {
    this.#supervisor.start();
    const endMs = monotonicMs() + START_LIMIT_MS;
    while (this.state.link !== 'ready') {
      if (this.state.link === 'failed' || monotonicMs() > endMs) throw new Error(this.state.message ?? 'not ready');
      await this.#news();
    }
  }

  /** One frame at a time for the steps' durations, then as fast as frames are taken for the rate and its cost. */
  async measure(size: readonly [number, number], seconds: number): Promise<object> {
    const pictures = picturesOf(size);
    await this.#feed(pictures, size, 1, { frames: SETTLE_FRAMES });
    const alone = await this.#feed(pictures, size, 1, { seconds });
    const busy = await this.#feed(pictures, size, 2, { seconds });
    const answered = alone.results;
    const of = (step: (result: InferenceResult) => number): object | null => {
      const spread = spreadOf(answered.map(step));
      return spread === null ? null : { p50: spread.p50, p99: spread.p99 };
    };
    const states = Object.groupBy(answered, ({ state }) => state);
    return {
      size,
      frames: answered.length,
      states: Object.fromEntries(Object.entries(states).map(([state, list]) => [state, list?.length])),
      // From handing the picture to the process, so what the hand-over costs is in it.
      preMs: of(({ dequeuedMs, preprocessedMs }) => preprocessedMs - dequeuedMs),
      runMs: of(({ runStartMs, runEndMs }) => runEndMs - runStartMs),
      postMs: of(({ runEndMs, postprocessedMs }) => postprocessedMs - runEndMs),
      wholeMs: of(({ dequeuedMs, postprocessedMs }) => postprocessedMs - dequeuedMs),
      stepsMs: Object.fromEntries(
        [...new Set(answered.flatMap(({ detailMs }) => Object.keys(detailMs)))].map((step) => [
          step,
          of(({ detailMs }) => (detailMs as Record<string, number>)[step] ?? 0),
        ]),
      ),
      framesPerSecond: round(busy.results.length / busy.elapsedS),
      cpuSecondsPerFrame: busy.cpuS === null ? null : round(busy.cpuS / Math.max(1, busy.results.length)),
      rssMb: residentMb(this.state.pid),
    };
  }

  close(): Promise<void> {
    return this.#supervisor.close();
  }

  async #feed(
    pictures: readonly Uint8Array[],
    size: readonly [number, number],
    credits: number,
    limit: { readonly frames?: number; readonly seconds?: number },
  ): Promise<{ results: InferenceResult[]; elapsedS: number; cpuS: number | null }> {
    this.#results = [];
    const cpuBefore = cpuSeconds(this.state.pid);
    const startedMs = monotonicMs();
    const isOver = (): boolean =>
      this.#results.length >= (limit.frames ?? Number.POSITIVE_INFINITY) ||
      monotonicMs() - startedMs >= (limit.seconds ?? Number.POSITIVE_INFINITY) * 1000;
    while (!isOver()) {
      if (this.state.link !== 'ready') throw new Error(this.state.message ?? 'the inference process ended');
      if (this.#supervisor.inFlight < credits) this.#submit(pictures, size);
      else await this.#news();
    }
    while (this.#supervisor.inFlight > 0) await this.#news();
    const cpuAfter = cpuSeconds(this.state.pid);
    const elapsedS = (monotonicMs() - startedMs) / 1000;
    return {
      results: this.#results,
      elapsedS,
      cpuS: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
    };
  }

  #submit(pictures: readonly Uint8Array[], size: readonly [number, number]): void {
    const handle = this.#handle++;
    const now = monotonicMs();
    const frame: GpuFrame = {
      handle,
      series: 0,
      size,
      components: 1,
      pixels: pictures[handle % pictures.length]!,
      scale: { mmPerPixel: [DEPTH_MM / size[1], DEPTH_MM / size[1]], origin: 'source' },
      orientation: 'MF',
      receivedMs: now,
      dequeuedMs: now,
    };
    this.#supervisor.submit(frame);
  }

  /** Something happened, or a while has passed. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, NEWS_LIMIT_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function picturesOf([columns, rows]: readonly [number, number]): readonly Uint8Array[] {
  const mm = DEPTH_MM / rows;
  const scene = new PhantomScene({ seed: SEED, columns, rows, mmPerPixel: [mm, mm] });
  return Array.from({ length: PHANTOMS }, (_, index) => scene.render(3 * index).pixels);
}

/** CPU time of another process so far; Linux only. */
function cpuSeconds(pid: number | null): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S;
  } catch {
    return null;
  }
}

/** Resident memory of another process; Linux only. */
function residentMb(pid: number | null): number | null {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match === null ? null : Math.round(Number(match[1]) / 1024);
  } catch {
    return null;
  }
}
