import type { Command } from 'commander';
import {
  type Clip,
  openPhantomClip,
  openRecordingClip,
  openSequenceClip,
  parseSourceAddress,
  Simulator,
} from '../acquisition/index.ts';
import { parseCount, parsePort, parsePositive } from './engine-options.ts';
import { UsageError } from './exit-codes.ts';
import { stopSignal } from './run-engine.ts';

interface SimulateFlags {
  readonly host: string;
  readonly port: number;
  readonly fps?: number;
  readonly loop?: boolean;
  readonly frames?: number;
  readonly json?: boolean;
}

/** PlusServer's usual port. */
const DEFAULT_PORT = 18944;

/** `ultramotion simulate INPUT`: an OpenIGTLink server like PlusServer. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('serve a recording or the phantom over OpenIGTLink, as PlusServer would')
    .argument('<input>', 'a recording (.mha .mhd .nrrd .nhdr) or phantom[:SEED]')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, DEFAULT_PORT)
    .option('--fps <rate>', 'frames/s instead of the recorded times', parsePositive)
    .option('--loop', 'start again at the end')
    .option('--frames <count>', 'stop after this many frames', parseCount)
    .option('--json', 'print one JSON line with the port once it listens')
    .action(simulate);
}

async function simulate(input: string, flags: SimulateFlags): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  void stopSignal().then(stopped.resolve);
  const clip = await openClip(input);
  const simulator = new Simulator(
    clip,
    {
      host: flags.host,
      port: flags.port,
      framesPerSecond: flags.fps ?? null,
      loop: flags.loop === true || clip.kind === 'demo',
      maxFrames: flags.frames ?? null,
    },
    {
      clients: (clients) => process.stderr.write(`${clients.length} client${clients.length === 1 ? '' : 's'}\n`),
      end: () => stopped.resolve(),
      failed: (message) => stopped.reject(new Error(message)),
    },
  );
  const { host, port } = await simulator.start();
  process.stderr.write(`serving ${input} on igtl://${host}:${port}; Ctrl+C ends it\n`);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ host, port, pid: process.pid })}\n`);
  }
  try {
    await stopped.promise;
  } finally {
    await simulator.close();
  }
  process.stderr.write(`${simulator.framesSent} frames sent\n`);
}

async function openClip(input: string): Promise<Clip> {
  const address = parseSourceAddress(input);
  switch (address.scheme) {
    case 'phantom':
      return openPhantomClip(address.seed);
    case 'file':
      return openSequenceClip(address.path);
    case 'recording':
      return openRecordingClip(address.path);
    case 'igtl':
      throw new UsageError(`simulate ${input}: expected a recording or phantom[:SEED], not another server`);
  }
}
