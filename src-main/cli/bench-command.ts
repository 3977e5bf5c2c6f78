import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Command, Option } from 'commander';
import { type AccuracyOptions, benchAccuracy, PHANTOM_SETS, type PhantomSet } from './bench-accuracy.ts';
import { benchArchive } from './bench-archive.ts';
import { type BenchConsoleOptions, benchConsole } from './bench-console.ts';
import { benchInference } from './bench-inference.ts';
import { addBenchPeerCommands } from './bench-peers.ts';
import { benchPipeline } from './bench-pipeline.ts';
import { addBenchWatcherCommands } from './bench-watchers.ts';
import { parseCount, parsePositive } from './engine-options.ts';
import { projectRoot } from './paths.ts';

interface PipelineFlags {
  readonly fps: number;
  readonly seconds: number;
  readonly source?: string;
  readonly watched?: boolean;
}

interface BenchArchiveFlags {
  readonly frames: number;
  readonly seconds: number;
  readonly fps: number;
  readonly folder?: string;
}

const ACCURACY_TERMS = `
Each vertical run of mask pixels in a column is one surface, 0.3 mm below the run's upper edge.
  recall              share of the columns with visible bone where a surface lies within 0.6 mm of the true one
  falseColumns        share of all columns with a run that touches no pixel of the true mask
  offsetMm            median of the found columns' signed errors (positive: too deep)
  meanErrorMm, p95ErrorMm   of the found columns, after taking off that offset
  dice                mean over the phantoms with visible bone
  boneFreeWithSurface share of the phantoms without bone where any surface was found`;

interface InferenceFlags {
  readonly model?: string[];
  readonly provider?: string[];
  readonly seconds: number;
  readonly threads: number;
  readonly dataDir?: string;
}

/** `ultramotion bench …`: one JSON object per run on stdout. */
export function addBenchCommand(program: Command): void {
  const bench = program.command('bench').description('measure the product; one JSON object per run');
  bench
    .command('pipeline')
    .description('paced sender -> engine -> receiver: overhead beside the bare loopback transfer, rates, drops, memory')
    .option('--fps <rate>', 'frames/s of the sender', parsePositive, 95)
    .option('--seconds <count>', 'how long', parseCount, 60)
    .option('--source <address>', 'measure with this sender instead of our own simulator')
    .option('--watched', 'again with 50 dashboards, a scrape a second, a webhook that never answers and a full disk')
    .action(async ({ fps, seconds, source, watched }: PipelineFlags) => {
      print(await benchPipeline({ fps, seconds, source: source ?? null, watched: watched === true }));
    });
  bench
    .command('archive')
    .description('recording beside a bare write loop on the same disk; backlog and cost at a scanner’s pace')
    .option('--frames <count>', 'frames of each unpaced run', parseCount, 4000)
    .option('--seconds <count>', 'length of the paced run', parseCount, 30)
    .option('--fps <rate>', 'frames/s of the paced run', parsePositive, 95)
    .option('--folder <folder>', 'where to write; the figures are of this disk')
    .action(async ({ frames, seconds, fps, folder }: BenchArchiveFlags) => {
      print(await benchArchive({ frames, seconds, fps, folder: folder ?? null }));
    });
  bench
    .command('accuracy')
    .description('a model on phantoms with known truth: surface columns found, false ones, error in mm, Dice')
    .option('--model <id>', 'folder in models/', 'bone-net')
    .addOption(
      new Option('--phantoms <set>', 'sweeps: as the demo shows; varied: every probe, tissue and setting')
        .choices(PHANTOM_SETS)
        .default('sweeps'),
    )
    .option('--count <count>', 'how many', parseCount, 500)
    .option('--seed <number>', 'of the first; below 900000: those were never trained on', parseCount, 20_000)
    .option('--threads <count>', 'of ONNX Runtime', parseCount, 1)
    .addHelpText('after', ACCURACY_TERMS)
    .action(async ({ phantoms, ...rest }: Omit<AccuracyOptions, 'set'> & { readonly phantoms: PhantomSet }) => {
      print(await benchAccuracy({ ...rest, set: phantoms }));
    });
  bench
    .command('codec')
    .description('receive + CRC and pack rates beside the C++ reference library (needs g++ and libopenigtlink-dev)')
    .action(async () => print(await codecBenchmark()));
  bench
    .command('console')
    .description(
      'a bare browser on the console: pictures painted per second, ready -> painted, with charts and without',
    )
    .option('--fps <rate>', 'frames/s of the sender', parsePositive, 95)
    .option('--seconds <count>', 'length of each run', parseCount, 20)
    .option('--browser <program>', 'a Chromium', process.env['CHROMIUM'] ?? '/usr/bin/chromium')
    .action(async (flags: BenchConsoleOptions) => print(await benchConsole(flags)));
  bench
    .command('inference')
    .description('per model and execution provider: time of each step, frames/s, CPU time per frame, memory')
    .option('--model <id...>', 'these models instead of all')
    .option('--provider <name...>', 'these providers, each by name, instead of auto: cuda dml coreml webgpu cpu')
    .option('--seconds <count>', 'of each measurement', parseCount, 5)
    .option('--threads <count>', 'threads one run may use', parseCount, 1)
    .option('--data-dir <folder>', 'data directory whose models folder holds the added ones')
    .action(async ({ model, provider, seconds, threads, dataDir }: InferenceFlags) => {
      print(
        await benchInference({
          models: model ?? [],
          providers: provider ?? [],
          seconds,
          threads,
          dataDir: dataDir ?? null,
        }),
      );
    });
  addBenchPeerCommands(program);
  addBenchWatcherCommands(program);
}

/** The codec benchmark builds and runs the C++ reference peers, so it lives with them in the project and is not shipped. */
async function codecBenchmark(): Promise<object> {
  const file = path.join(projectRoot, 'scripts', 'bench', 'codec.ts');
  if (!existsSync(file)) {
    throw new Error('bench codec needs the project’s sources (scripts/bench, tests/peers), not an installed package');
  }
  const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { benchCodec(): Promise<object> };
  return module.benchCodec();
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
