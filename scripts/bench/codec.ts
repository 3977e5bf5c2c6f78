// Our OpenIGTLink codec beside the C++ reference library, in one run on one machine: `node scripts/bench/codec.ts`.
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  buildImageHeader,
  IgtlClient,
  MessageFramer,
  monotonicMs,
  type OutgoingMessage,
  packMessage,
  parseImage,
} from '../../src-main/openigtlink/index.ts';
import { SaidError } from '../../src-shared/index.ts';

const PEERS = path.resolve(import.meta.dirname, '../../tests/peers');
const REFERENCE = path.join(PEERS, 'build/bench_codec');
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** What one read of a loopback socket brings at most. */
const CHUNK_BYTES = 256 * 1024;
/** Each measurement is repeated, ours and the reference's in turn, and the median taken: the machine may be shared. */
const ROUNDS = 3;

const SIZES = [
  { name: '640x480', columns: 640, rows: 480, frames: 1000 },
  { name: '1920x1080', columns: 1920, rows: 1080, frames: 200 },
] as const;
type Size = (typeof SIZES)[number];

/** How the sender works: `fresh` packs (with CRC) each frame, so that it is the limit; `prepacked` shows the receiver's. */
const SENDERS = ['fresh', 'prepacked'] as const;
type Sender = (typeof SENDERS)[number];

interface Rates {
  readonly ours: number;
  readonly reference: number;
  /** Over 1: ours is faster. */
  readonly ratio: number;
}

/** @throws {Error} when the peers cannot be built here, saying what is missing. */
export async function benchCodec(): Promise<object> {
  const built = spawnSync(process.execPath, [path.join(PEERS, 'build.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr.trim());
  const sizes: Record<string, object> = {};
  for (const size of SIZES) {
    const memory = await measureMemory(size);
    sizes[size.name] = {
      receiveFramesPerSecond: await measureReceive(size, 'prepacked'),
      receiveFromPackingSenderFramesPerSecond: await measureReceive(size, 'fresh'),
      ...memory,
    };
  }
  return {
    bench: 'codec',
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    sizes,
  };
}

async function measureReceive(size: Size, sender: Sender): Promise<Rates> {
  const [ours, reference]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await withSender(size, sender, (port) => receiveOurs(port, size.frames)));
    reference.push(await withSender(size, sender, receiveReference));
  }
  return rates(median(ours), median(reference));
}

/** Starts the reference library's sender for one receiver. */
async function withSender(size: Size, sender: Sender, receive: (port: number) => Promise<number>): Promise<number> {
  const options = ['send', size.columns, size.rows, size.frames, ...(sender === 'prepacked' ? ['--prepacked'] : [])];
  const child = spawn(REFERENCE, options.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('PORT=')) return await receive(Number(line.slice('PORT='.length)));
    }
    throw new Error('the reference sender ended before it listened');
  } finally {
    child.kill();
  }
}

/** Frames per second of our client from the first whole frame to the last, CRC checked, content parsed. */
function receiveOurs(port: number, frames: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    let firstMs = 0;
    const client = new IgtlClient(
      {
        host: '127.0.0.1',
        port,
        maxMessageBytes: MAX_MESSAGE_BYTES,
        checkCrc: true,
        speakVersion2: false,
        silenceMs: 0,
      },
      {
        message: (message) => {
          parseImage(message.content);
          if (++count === 1) firstMs = message.receivedMs;
          if (count < frames) return;
          const rate = ((count - 1) / (message.receivedMs - firstMs)) * 1000;
          client.close().then(() => resolve(rate), reject);
        },
        state: ({ link, message }) => {
          if (link === 'disconnected' && count < frames) reject(new Error(`after ${count} frames: ${message}`));
        },
        problem: ({ what }) => reject(new SaidError(what)),
      },
    );
    client.start();
  });
}

async function receiveReference(port: number): Promise<number> {
  return (await reference('receive', port)).framesPerSecond!;
}

async function reference(...options: readonly (string | number)[]): Promise<Readonly<Record<string, number>>> {
  const child = spawn(REFERENCE, options.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = (await child.stdout.toArray()).join('');
  if (text === '') throw new Error(`bench_codec ${options.join(' ')} failed`);
  return JSON.parse(text);
}

async function measureMemory(size: Size): Promise<{ unpackMs: Rates; packMs: Rates }> {
  const [ours, theirs]: [{ packMs: number; unpackMs: number }[], Readonly<Record<string, number>>[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(oursInMemory(size));
    theirs.push(await reference('memory', size.columns, size.rows, size.frames / 4));
  }
  const faster = (key: 'packMs' | 'unpackMs') => {
    const [our, their] = [median(ours.map((round) => round[key])), median(theirs.map((round) => round[key]!))];
    return { ours: our, reference: their, ratio: round3(their / our) };
  };
  return { unpackMs: faster('unpackMs'), packMs: faster('packMs') };
}

/** Milliseconds per frame of packing (layout, copy, CRC) and of framing (copy, CRC) plus parsing. */
function oursInMemory(size: Size): { packMs: number; unpackMs: number } {
  const frames = size.frames / 4;
  const pixels = Buffer.allocUnsafeSlow(size.columns * size.rows);
  for (let i = 0; i < pixels.length; i++) pixels[i] = i * 7 + Math.floor(i / size.columns);
  const matrix = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);
  const message: OutgoingMessage = {
    type: 'IMAGE',
    deviceName: 'Image_Reference',
    timestampBits: 1n,
    content: [buildImageHeader({ size: [size.columns, size.rows, 1], scalarType: 3, matrix }), pixels],
  };
  let packed = packMessage(message, 1);
  const packStart = monotonicMs();
  for (let i = 0; i < frames; i++) packed = packMessage(message, 1);
  const packMs = (monotonicMs() - packStart) / frames;
  let received = 0;
  const framer = new MessageFramer(
    { maxMessageBytes: MAX_MESSAGE_BYTES, checkCrc: true },
    {
      message: ({ content }) => {
        received += parseImage(content).size[2];
      },
      problem: ({ what }) => {
        throw new SaidError(what);
      },
      giveUp: () => {},
    },
  );
  const unpackStart = monotonicMs();
  for (let i = 0; i < frames; i++) {
    for (let at = 0; at < packed.length; at += CHUNK_BYTES) framer.push(packed.subarray(at, at + CHUNK_BYTES));
  }
  const unpackMs = (monotonicMs() - unpackStart) / frames;
  if (received !== frames) throw new Error(`framer found ${received} of ${frames} frames`);
  return { packMs: round3(packMs), unpackMs: round3(unpackMs) };
}

const rates = (ours: number, other: number): Rates => ({
  ours: round3(ours),
  reference: round3(other),
  ratio: round3(ours / other),
});
const round3 = (value: number) => Math.round(value * 1000) / 1000;
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await benchCodec(), null, 2));
