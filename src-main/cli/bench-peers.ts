import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { Command } from 'commander';
import { IgtlClient, parseEndpoint } from '../openigtlink/index.ts';
import { monotonicMs, NODE_FLAGS } from '../pipeline/index.ts';

/** A process of our own command line, ended with the one that started it. */
export interface Peer {
  /** First line of its standard output, as JSON. */
  readonly ready: Promise<Record<string, unknown>>;
  /** Last line of its standard output, as JSON, once it has been told to end. */
  stop(): Promise<Record<string, unknown>>;
}

export function startPeer(args: readonly string[]): Peer {
  const child = spawn(process.execPath, [...NODE_FLAGS, process.argv[1] as string, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const first = Promise.withResolvers<Record<string, unknown>>();
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) {
      first.resolve(JSON.parse(text.slice(0, end)) as Record<string, unknown>);
    }
  });
  child.once('exit', (code) => first.reject(new Error(`${args[0]} ended with code ${code} before it was ready`)));
  return {
    ready: first.promise,
    stop: async () => {
      await ended(child);
      return JSON.parse(text.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** Bytes in front of each bare transfer: the sender's clock when it wrote. */
export const STAMP_BYTES = 8;

/** Hidden commands: the other processes of `bench pipeline`. */
export function addBenchPeerCommands(program: Command): void {
  program
    .command('bench-receiver <endpoint>', { hidden: true })
    .description('receive masks as 3D Slicer would, and count them')
    .action(receiveMasks);
  program
    .command('bench-loopback <endpoint> <bytes> <fps> <count>', { hidden: true })
    .description('send plain blocks of bytes at a pace, stamped, for the bare transfer time')
    .action(sendBlocks);
}

async function receiveMasks(endpoint: string): Promise<void> {
  const { host, port } = parseEndpoint(endpoint, 18945);
  let masks = 0;
  let bytes = 0;
  let disorder = 0;
  let lastBits = 0n;
  let problems = 0;
  const [firstMs, lastMs] = [{ at: 0 }, { at: 0 }];
  const client = new IgtlClient(
    { host, port, maxMessageBytes: 64 * 2 ** 20, checkCrc: true, silenceMs: 0 },
    {
      message: ({ header, content, receivedMs }) => {
        if (header.type !== 'IMAGE') {
          return;
        }
        firstMs.at ||= receivedMs;
        lastMs.at = receivedMs;
        masks++;
        bytes += content.byteLength;
        disorder += header.timestampBits <= lastBits ? 1 : 0;
        lastBits = header.timestampBits;
      },
      state: () => {},
      problem: () => problems++,
    },
  );
  client.start();
  process.stdout.write(`${JSON.stringify({ pid: process.pid })}\n`);
  await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  await client.close();
  const seconds = (lastMs.at - firstMs.at) / 1000;
  const framesPerSecond = seconds > 0 ? (masks - 1) / seconds : 0;
  process.stdout.write(`${JSON.stringify({ masks, bytes, disorder, problems, framesPerSecond })}\n`);
}

async function sendBlocks(endpoint: string, bytesText: string, fpsText: string, countText: string): Promise<void> {
  const [bytes, fps, count] = [Number(bytesText), Number(fpsText), Number(countText)];
  const { host, port } = parseEndpoint(endpoint, 0);
  const socket = connect({ host, port, noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const block = Buffer.alloc(bytes);
  const startMs = monotonicMs();
  for (let i = 0; i < count; i++) {
    const dueMs = startMs + (i * 1000) / fps;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - monotonicMs())));
    block.writeDoubleLE(monotonicMs(), 0);
    await new Promise((resolve) => socket.write(block, resolve));
  }
  socket.end();
}

/** Times, ms, from a paced sender's write in another process to our last byte read. */
export async function measureBareTransfer(bytes: number, fps: number, count: number): Promise<number[]> {
  const times: number[] = [];
  const done = Promise.withResolvers<void>();
  const server = createServer({ noDelay: true }, (socket) => {
    let filled = 0;
    const stamp = Buffer.alloc(STAMP_BYTES);
    socket.on('data', (chunk) => {
      for (let at = 0; at < chunk.length; ) {
        const taken = Math.min(bytes - filled, chunk.length - at);
        if (filled < STAMP_BYTES) {
          chunk.copy(stamp, filled, at, at + Math.min(taken, STAMP_BYTES - filled));
        }
        filled += taken;
        at += taken;
        if (filled === bytes) {
          times.push(monotonicMs() - stamp.readDoubleLE(0));
          filled = 0;
        }
      }
    });
    socket.once('close', () => done.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const args = ['bench-loopback', `127.0.0.1:${port}`, String(bytes), String(fps), String(count)];
  const sender = spawn(process.execPath, [...NODE_FLAGS, process.argv[1] as string, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  sender.once('exit', (code) => code !== 0 && done.reject(new Error(`the bare transfer's sender ended with ${code}`)));
  await done.promise;
  server.close();
  return times;
}
