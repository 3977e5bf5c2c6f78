import type { Command } from 'commander';
import { benchCodec } from './bench-codec.ts';
import { addBenchPeerCommands } from './bench-peers.ts';
import { benchPipeline } from './bench-pipeline.ts';
import { parseCount, parsePositive } from './engine-options.ts';

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
    .command('codec')
    .description('receive + CRC and pack rates beside the C++ reference library (needs g++ and libopenigtlink-dev)')
    .action(async () => print(await benchCodec()));
  addBenchPeerCommands(program);
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
