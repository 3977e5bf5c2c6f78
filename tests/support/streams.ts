import { connect, type Socket } from 'node:net';
import {
  buildStatus,
  IgtlServer,
  MessageFramer,
  type OutgoingMessage,
  packMessage,
  type ReceivedMessage,
} from '../../src-main/openigtlink/index.ts';
import { type EngineSnapshot, inEnglish, type KpiSample } from '../../src-shared/index.ts';
import { api, eventually, peerPath, type RunningProcess, type TestBench } from './processes.ts';

/** One line of the C++ receiver (tests/peers/receiver.cxx). */
export interface PeerLine {
  readonly type: string;
  readonly device: string;
  readonly version: number;
  readonly timestamp: string;
  readonly crcOk: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly unpacked?: boolean;
  readonly size?: readonly number[];
  readonly geometry?: readonly string[];
  readonly nonzero?: number;
  readonly pixelCrc?: string;
  readonly code?: number;
  readonly text?: string;
}

/** What a C++ receiver has printed so far. */
export const linesOf = (receiver: RunningProcess): PeerLine[] =>
  receiver.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as PeerLine);

export const snapshotOf = (url: string): Promise<EngineSnapshot> => api<EngineSnapshot>(url, '/api/snapshot');
export const sampleOf = (url: string): Promise<KpiSample> => api<KpiSample>(url, '/api/metrics/latest');

/** Waits for the model to be ready and masks to leave. */
export function masksFlow(url: string): Promise<KpiSample> {
  return eventually('inference ready and masks flowing', 50_000, async () => {
    const { inference } = await snapshotOf(url);
    const sample = await sampleOf(url);
    return inference.link === 'ready' && sample.fps_out > 1 ? sample : null;
  });
}

/** Waits for the first frames of the engine's source. */
export async function framesCome(url: string): Promise<void> {
  await eventually('frames of the source', 50_000, async () => {
    const { frames_received } = await sampleOf(url);
    return frames_received > 3 ? true : null;
  });
}

/** Waits for more frames than have come so far. */
export async function framesGoOn(url: string): Promise<void> {
  const { frames_received } = await sampleOf(url);
  await eventually('frames go on', 5000, async () =>
    (await sampleOf(url)).frames_received > frames_received + 3 ? true : null,
  );
}

/** `ultramotion simulate`, listening. */
export async function startSimulator(
  bench: TestBench,
  input: string,
  ...args: readonly string[]
): Promise<{ process: RunningProcess; port: number; address: string }> {
  const simulator = bench.cli(
    'simulate',
    input,
    '--json',
    ...(args.includes('--port') ? args : ['--port', '0', ...args]),
  );
  const { port } = await simulator.json<{ port: number }>();
  return { process: simulator, port, address: `igtl://127.0.0.1:${port}` };
}

/** The C++ sender that behaves like PlusServer (tests/peers/plus_server.cxx), listening. */
export async function startPlusServer(bench: TestBench, ...args: readonly string[]): Promise<string> {
  const sender = bench.run(peerPath('plus_server'), '--port', '0', ...args);
  const port = await sender.find((line) => /^PORT=(\d+)/.exec(line)?.[1] ?? null);
  return `igtl://127.0.0.1:${port}`;
}

/** What 3D Slicer sends on connecting: from here on the peer may speak version 2. */
export const VERSION_2_HELLO: OutgoingMessage = {
  type: 'STATUS',
  deviceName: '',
  timestampBits: 0n,
  content: [buildStatus({ code: 1, subcode: 1n, errorName: '', text: '' })],
  metadata: new Map([['dummy', 'dummy']]),
};

/** A plain OpenIGTLink client that keeps every message; says nothing until told to. */
export class IgtlListener {
  readonly messages: ReceivedMessage[] = [];
  readonly problems: string[] = [];
  readonly #socket: Socket;

  constructor(port: number) {
    const framer = new MessageFramer(
      { maxMessageBytes: 64 * 2 ** 20, checkCrc: true },
      {
        message: (message) => this.messages.push(message),
        problem: ({ what }) => this.problems.push(inEnglish(what)),
        giveUp: () => this.#socket.destroy(),
      },
    );
    this.#socket = connect({ host: '127.0.0.1', port });
    this.#socket.on('error', (error) => this.problems.push(error.message));
    this.#socket.on('data', (chunk) => framer.push(chunk));
  }

  of(type: string): ReceivedMessage[] {
    return this.messages.filter((message) => message.header.type === type);
  }

  speakVersion2(): void {
    this.#socket.write(packMessage(VERSION_2_HELLO, 2));
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** An OpenIGTLink server of the test's own, for streams that no proper sender makes. */
export class HandmadeSource {
  readonly #server: IgtlServer;
  port = 0;

  constructor() {
    this.#server = new IgtlServer(
      {
        host: '127.0.0.1',
        port: 0,
        maxMessageBytes: 2 ** 20,
        queuePerClient: 64,
        queuePolicy: 'every',
        dropClientAfterMs: 10_000,
      },
      { message: () => {}, clients: () => {}, problem: () => {} },
    );
  }

  async listen(): Promise<string> {
    this.port = (await this.#server.listen()).port;
    return `igtl://127.0.0.1:${this.port}`;
  }

  get clients(): number {
    return this.#server.clients().length;
  }

  send(message: OutgoingMessage): void {
    this.#server.broadcast(message);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
