import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { benchArchive } from './bench-archive.ts';
import { addBenchPeerCommands } from './bench-peers.ts';
import { benchPipeline } from './bench-pipeline.ts';
import { parseCount, parsePositive } from './engine-options.ts';
import { projectRoot } from './paths.ts';

interface BenchArchiveFlags {
  readonly frames: number;
  readonly seconds: number;
  readonly fps: number;
  readonly folder?: string;
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
    .action(async (flags: { fps: number; seconds: number; source?: string }) => {
      print(await benchPipeline({ fps: flags.fps, seconds: flags.seconds, source: flags.source ?? null }));
    });
  bench
    .command('archive')
    .description('recording beside a bare write loop on the same disk; backlog and cost at a scanner’s pace')
    .option('--frames <count>', 'frames of each unpaced run', parseCount, 2000)
    .option('--seconds <count>', 'length of the paced run', parseCount, 30)
    .option('--fps <rate>', 'frames/s of the paced run', parsePositive, 95)
    .option('--folder <folder>', 'where to write; the figures are of this disk')
    .action(async ({ frames, seconds, fps, folder }: BenchArchiveFlags) => {
      print(await benchArchive({ frames, seconds, fps, folder: folder ?? null }));
    });
  bench
    .command('codec')
    .description('receive + CRC and pack rates beside the C++ reference library (needs g++ and libopenigtlink-dev)')
    .action(async () => print(await codecBenchmark()));
  addBenchPeerCommands(program);
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
