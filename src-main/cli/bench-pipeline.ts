import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SettingsPatch } from '../../src-shared/index.ts';
import { Engine, SettingsStore } from '../engine/index.ts';
import { forkInference } from '../inference/index.ts';
import { Logs } from '../monitoring/index.ts';
import { keepYoungGenerationSmall } from '../pipeline/index.ts';
import { measureBareTransfer, type Peer, startPeer } from './bench-peers.ts';
import { startSilentReceiver, type Watchers, watchEngine } from './bench-watchers.ts';
import { buildName } from './build-name.ts';
import { type FullDisk, makeFullDisk } from './full-disk.ts';
import { inferenceEntry, modelsDir } from './paths.ts';
import { machineName, round, slopeOf, spreadOf } from './statistics.ts';
import { TraceRecorder } from './trace-recorder.ts';

export interface BenchPipelineOptions {
  readonly fps: number;
  readonly seconds: number;
  /** Address of a sender that is already running; null: our own simulator with the phantom, in its own process. */
  readonly source: string | null;
  /** Measure a second time while dashboards, Prometheus and a webhook hang on the engine and its disk is full. */
  readonly watched: boolean;
}

/** Not counted at the start: code being compiled, memory being claimed, our own sender still rendering its phantom. */
const WARM_UP_S = 10;
/** Likewise of the bare transfer, which has nothing to render. */
const WARM_UP_BLOCKS = 200;
/** Memory is judged after the first 30 s (design, section 9); shorter runs have no slope. */
const SETTLE_S = 30;
/** 640 x 480 uint8 with its headers: what the phantom sends. */
const MESSAGE_BYTES = 58 + 72 + 640 * 480;
/** Of the bare transfer, before the run and after it each: half as many as the run has frames, within these limits. */
const BARE_BLOCKS = { least: 500, most: 1500 } as const;
const OVERHEAD_P50_BUDGET_MS = 2;
const OVERHEAD_P99_BUDGET_MS = 5;
const MEMORY_BUDGET_MB_PER_MINUTE = 1;
/** Where the overhead goes, from one trace point to the next. */
const STAGES = [
  'receivedToDequeued',
  'dequeuedToPreprocessed',
  'preprocessedToRunStart',
  'runEndToPostprocessed',
  'postprocessedToSent',
] as const;

/**
 * Paced sender (own process) -> engine (this process) -> receiver (own process). Overhead = received -> sent, less the
 * model's run, less waiting only because the model was busy (design, section 9); the bare transfer of blocks of the
 * same size at the same pace between two processes is measured before and after it, as the machine changes meanwhile. Watched,
 * all of it is measured once more, with everything that may hang on an engine hanging on it.
 */
export async function benchPipeline(options: BenchPipelineOptions): Promise<object> {
  const before = await bareTransfer(options);
  const alone = await measure(options, null);
  const bare = [...before, ...(await bareTransfer(options))];
  const result = report(options, bare, alone);
  if (!options.watched) {
    return result;
  }
  const watched = await measureWatched(options);
  return { ...result, watched: { ...watched.conditions, ...comparison(options, bare, alone, watched.run) } };
}

async function bareTransfer({ fps, seconds }: BenchPipelineOptions): Promise<readonly number[]> {
  const { least, most } = BARE_BLOCKS;
  const blocks = Math.max(least, Math.min(most, Math.round((fps * seconds) / 2)));
  return (await measureBareTransfer(MESSAGE_BYTES, fps, WARM_UP_BLOCKS + blocks)).slice(WARM_UP_BLOCKS);
}

interface Run {
  readonly traces: TraceRecorder;
  readonly memory: readonly MemorySample[];
  readonly received: Record<string, unknown>;
  readonly counts: ReturnType<Engine['counts']>;
  readonly metrics: ReturnType<Engine['pipelineMetrics']>;
}

/** What is asked of a run besides the frames. */
interface Load {
  readonly settings: SettingsPatch;
  /** Null: nothing is kept. */
  readonly dataDir: string | null;
  /** Called when frames flow. */
  begin(engine: Engine): Promise<void>;
  /** Called before the engine ends. */
  end(engine: Engine): Promise<void>;
}

async function measure(options: BenchPipelineOptions, load: Load | null): Promise<Run> {
  const simulator =
    options.source === null
      ? startPeer(['simulate', 'phantom', '--port', '0', '--fps', String(options.fps), '--json'])
      : null;
  const source = options.source ?? `igtl://127.0.0.1:${(await simulator?.ready)?.['port']}`;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const { engine, logs } = openEngine(source, folder, load);
  const traces = new TraceRecorder(Math.ceil(options.fps * (options.seconds + 10)), options.fps * WARM_UP_S);
  const unsubscribe = engine.onSent((packet) => traces.add(packet.trace));
  let receiver: Peer | null = null;
  try {
    await engine.start();
    receiver = startPeer(['bench-receiver', engine.snapshot().publisher.address.replace('igtl-server://', '')]);
    await receiver.ready;
    await load?.begin(engine);
    const memory = await watch(engine, WARM_UP_S + options.seconds);
    await load?.end(engine);
    const received = await receiver.stop();
    return { traces, memory, received, counts: engine.counts(), metrics: engine.pipelineMetrics() };
  } finally {
    // What runs beside this process would keep it from ending.
    await receiver?.stop();
    unsubscribe();
    await engine.close();
    await logs.close();
    await simulator?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 50 dashboards, a scrape a second, a webhook receiver that never answers and a full disk, from the first frame on. */
async function measureWatched(options: BenchPipelineOptions): Promise<{ run: Run; conditions: object }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-full-'));
  const disk = makeFullDisk(folder);
  const receiver = await startSilentReceiver();
  let watchers: Watchers | null = null;
  let conditions = {};
  const load: Load = {
    settings: {
      'http.port': 0,
      'alerts.webhookUrl': receiver.url,
      'alerts.webhookSecret': `whsec_${randomBytes(32).toString('base64')}`,
    },
    dataDir: disk?.dataDir ?? folder,
    begin: async (engine) => {
      watchers = await watchEngine(engine, receiver.peer);
    },
    end: async (engine) => {
      const { routes, active } = engine.monitoring.alerts();
      conditions = {
        ...(await watchers?.stop()),
        fullDisk: disk?.how ?? null,
        logLinesLost: engine.latestKpi()?.log_lost ?? null,
        webhook: routes.find(({ route }) => route === 'webhook'),
        alerts: active.map(({ key }) => key),
      };
    },
  };
  try {
    return { run: await measure(options, load), conditions };
  } finally {
    removeDisk(disk, folder);
  }
}

function removeDisk(disk: FullDisk | null, folder: string): void {
  disk?.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** The watched run, and what watching has added. */
function comparison(options: BenchPipelineOptions, bare: readonly number[], alone: Run, watched: Run): object {
  const { overheadMs, withinBudget, identityHeldAtEverySample, dropsByQueue, counts, receiver } = report(
    options,
    bare,
    watched,
  );
  const before = alone.traces.spread('overhead');
  const added = (of: 'p50' | 'p95' | 'p99'): number | null =>
    before === null || overheadMs === null ? null : round(overheadMs[of] - before[of]);
  return {
    overheadMs,
    overheadAddedMs: { p50: added('p50'), p95: added('p95'), p99: added('p99') },
    withinBudget: { overheadP50: withinBudget.overheadP50, overheadP99: withinBudget.overheadP99 },
    droppedAfterWarmUp: { alone: droppedAfterWarmUp(alone), watched: droppedAfterWarmUp(watched) },
    counts,
    identityHeldAtEverySample,
    dropsByQueue,
    receiver,
  };
}

function openEngine(source: string, folder: string, load: Load | null): { engine: Engine; logs: Logs } {
  keepYoungGenerationSmall();
  const settings = new SettingsStore({
    file: path.join(folder, 'settings.json'),
    environment: {},
    commandLine: {
      'source.address': source,
      'publish.address': 'igtl-server://127.0.0.1:0',
      'log.mode': 'perf',
      ...load?.settings,
    },
  });
  const dataDir = load?.dataDir ?? null;
  const logs = new Logs({ dataDir, say: (line) => process.stderr.write(line), settings: settings.current });
  const engine = new Engine({
    build: buildName(),
    settings,
    spawnInference: forkInference(inferenceEntry),
    modelsDir,
    userModelsDir: null,
    recordingFolders: [],
    recordingsDir: path.join(folder, 'recordings'),
    dataDir,
    logs,
  });
  return { engine, logs };
}

interface MemorySample {
  readonly minute: number;
  readonly engineMb: number;
  readonly inferenceMb: number | null;
  readonly identityHeld: boolean;
  readonly latencyP50Ms: number | null;
  /** Since the engine started. */
  readonly dropped: number;
}

/** One sample a second while it runs. */
async function watch(engine: Engine, seconds: number): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  for (let second = 1; second <= seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { received, sent, dropped, inFlight } = engine.counts();
    samples.push({
      minute: second / 60,
      engineMb: process.memoryUsage.rss() / 2 ** 20,
      inferenceMb: residentMb(engine.inferencePid),
      identityHeld: received === sent + dropped + inFlight,
      latencyP50Ms: engine.latestKpi()?.latency_p50_ms ?? null,
      dropped,
    });
    process.stderr.write(`\r${second}/${seconds} s`);
  }
  process.stderr.write('\n');
  return samples;
}

/** Resident memory of another process; Linux only. */
function residentMb(pid: number | null): number | null {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match === null ? null : Number(match[1]) / 1024;
  } catch {
    return null;
  }
}

const droppedAfterWarmUp = ({ memory }: Run): number =>
  (memory.at(-1)?.dropped ?? 0) - (memory[WARM_UP_S - 1]?.dropped ?? 0);

function report(options: BenchPipelineOptions, bareTimes: readonly number[], run: Run) {
  const overhead = run.traces.spread('overhead');
  const bare = spreadOf(bareTimes);
  const settled = run.memory.filter((sample) => sample.minute * 60 > SETTLE_S);
  const slope = (of: (sample: MemorySample) => number | null): number | null => {
    const value = slopeOf(settled.flatMap((s) => (of(s) === null ? [] : [[s.minute, of(s) as number] as const])));
    return value === null ? null : round(value);
  };
  const memorySlopes = { engine: slope((s) => s.engineMb), inference: slope((s) => s.inferenceMb) };
  return {
    bench: 'pipeline',
    machine: machineName(),
    fps: options.fps,
    seconds: options.seconds,
    bareTransferMs: bare,
    totalMs: run.traces.spread('total'),
    modelMs: run.traces.spread('model'),
    waitingMs: run.traces.spread('waiting'),
    overheadMs: overhead,
    stagesMs: Object.fromEntries(STAGES.map((stage) => [stage, run.traces.spread(stage)])),
    overheadOverBareP50: bare === null || overhead === null ? null : round(overhead.p50 / bare.p50),
    withinBudget: {
      overheadP50: overhead !== null && overhead.p50 <= OVERHEAD_P50_BUDGET_MS,
      overheadP99: overhead !== null && bare !== null && overhead.p99 <= bare.p99 + OVERHEAD_P99_BUDGET_MS,
      /** Null: the run was too short to tell. */
      memory:
        memorySlopes.engine === null
          ? null
          : Math.max(memorySlopes.engine, memorySlopes.inference ?? 0) < MEMORY_BUDGET_MB_PER_MINUTE,
    },
    counts: run.counts,
    droppedAfterWarmUp: droppedAfterWarmUp(run),
    identityHeldAtEverySample: run.memory.every((sample) => sample.identityHeld),
    dropsByQueue: Object.fromEntries(
      Object.entries(run.metrics.queues).map(([name, stats]) => [name, stats.drops_by_reason]),
    ),
    receiver: run.received,
    rssSlopeMbPerMinute: memorySlopes,
    latencyDriftMsPerMinute: slope((s) => s.latencyP50Ms),
    rssMb: { engine: round(run.memory.at(-1)?.engineMb ?? 0), inference: round(run.memory.at(-1)?.inferenceMb ?? 0) },
  };
}
