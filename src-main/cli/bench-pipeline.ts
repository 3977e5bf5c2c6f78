import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Engine, SettingsStore } from '../engine/index.ts';
import { forkInference } from '../inference/index.ts';
import { Logs } from '../monitoring/index.ts';
import { measureBareTransfer, startPeer } from './bench-peers.ts';
import { buildName } from './build-name.ts';
import { inferenceEntry, modelsDir } from './paths.ts';
import { machineName, round, slopeOf, spreadOf } from './statistics.ts';
import { TraceRecorder } from './trace-recorder.ts';

export interface BenchPipelineOptions {
  readonly fps: number;
  readonly seconds: number;
  /** Address of a sender that is already running; null: our own simulator with the phantom, in its own process. */
  readonly source: string | null;
}

/** Not counted at the start: code being compiled, memory being claimed, our own sender still rendering its phantom. */
const WARM_UP_S = 10;
/** Likewise of the bare transfer, which has nothing to render. */
const WARM_UP_BLOCKS = 200;
/** Memory is judged after the first 30 s (design, section 9); shorter runs have no slope. */
const SETTLE_S = 30;
/** 640 x 480 uint8 with its headers: what the phantom sends. */
const MESSAGE_BYTES = 58 + 72 + 640 * 480;
const BARE_FRAMES = 1000;
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
 * same size at the same pace between two processes is measured first, on the same machine in the same minute.
 */
export async function benchPipeline(options: BenchPipelineOptions): Promise<object> {
  const bare = await measureBareTransfer(MESSAGE_BYTES, options.fps, BARE_FRAMES);
  const simulator =
    options.source === null
      ? startPeer(['simulate', 'phantom', '--port', '0', '--fps', String(options.fps), '--json'])
      : null;
  const source = options.source ?? `igtl://127.0.0.1:${(await simulator?.ready)?.['port']}`;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const engine = openEngine(source, folder);
  const traces = new TraceRecorder(Math.ceil(options.fps * (options.seconds + 10)), options.fps * WARM_UP_S);
  const unsubscribe = engine.onSent((packet) => traces.add(packet.trace));
  try {
    await engine.start();
    const receiver = startPeer(['bench-receiver', engine.snapshot().publisher.address.replace('igtl-server://', '')]);
    await receiver.ready;
    const memory = await watch(engine, WARM_UP_S + options.seconds);
    const received = await receiver.stop();
    const counts = engine.counts();
    return report({ options, bare, traces, memory, received, counts, engine });
  } finally {
    unsubscribe();
    await engine.close();
    await simulator?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function openEngine(source: string, folder: string): Engine {
  const settings = new SettingsStore({
    file: path.join(folder, 'settings.json'),
    environment: {},
    commandLine: { 'source.address': source, 'publish.address': 'igtl-server://127.0.0.1:0', 'log.mode': 'perf' },
  });
  return new Engine({
    build: buildName(),
    settings,
    spawnInference: forkInference(inferenceEntry),
    modelsDir,
    userModelsDir: null,
    recordingFolders: [],
    recordingsDir: path.join(folder, 'recordings'),
    dataDir: null,
    logs: new Logs({ dataDir: null, say: (line) => process.stderr.write(line), settings: settings.current }),
  });
}

interface MemorySample {
  readonly minute: number;
  readonly engineMb: number;
  readonly inferenceMb: number | null;
  readonly identityHeld: boolean;
  readonly latencyP50Ms: number | null;
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

function report(run: {
  options: BenchPipelineOptions;
  bare: readonly number[];
  traces: TraceRecorder;
  memory: readonly MemorySample[];
  received: Record<string, unknown>;
  counts: ReturnType<Engine['counts']>;
  engine: Engine;
}): object {
  const overhead = run.traces.spread('overhead');
  const bare = spreadOf(run.bare.slice(WARM_UP_BLOCKS));
  const settled = run.memory.filter((sample) => sample.minute * 60 > SETTLE_S);
  const metrics = run.engine.pipelineMetrics();
  const slope = (of: (sample: MemorySample) => number | null): number | null => {
    const value = slopeOf(settled.flatMap((s) => (of(s) === null ? [] : [[s.minute, of(s) as number] as const])));
    return value === null ? null : round(value);
  };
  const memorySlopes = { engine: slope((s) => s.engineMb), inference: slope((s) => s.inferenceMb) };
  return {
    bench: 'pipeline',
    machine: machineName(),
    fps: run.options.fps,
    seconds: run.options.seconds,
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
    identityHeldAtEverySample: run.memory.every((sample) => sample.identityHeld),
    dropsByQueue: Object.fromEntries(
      Object.entries(metrics.queues).map(([name, stats]) => [name, stats.drops_by_reason]),
    ),
    receiver: run.received,
    rssSlopeMbPerMinute: memorySlopes,
    latencyDriftMsPerMinute: slope((s) => s.latencyP50Ms),
    rssMb: { engine: round(run.memory.at(-1)?.engineMb ?? 0), inference: round(run.memory.at(-1)?.inferenceMb ?? 0) },
  };
}
