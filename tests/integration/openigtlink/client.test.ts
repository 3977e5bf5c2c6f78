import { createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientState,
  type FramerProblem,
  IgtlClient,
  type IgtlClientOptions,
  packMessage,
  parseImage,
  parseTransform,
  type ReceivedMessage,
  spacingOf,
} from '../../../src-main/openigtlink/index.ts';
import { hasPeers } from '../../support/processes.ts';
import { buildPeers, Peer, until } from './peers.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Watched {
  readonly client: IgtlClient;
  readonly messages: ReceivedMessage[];
  readonly states: ClientState[];
  readonly problems: FramerProblem[];
}

function connectTo(port: number, options: Partial<IgtlClientOptions> = {}): Watched {
  const [messages, states, problems]: [ReceivedMessage[], ClientState[], FramerProblem[]] = [[], [], []];
  const client = new IgtlClient(
    { host: '127.0.0.1', port, maxMessageBytes: 64 * 1024 * 1024, checkCrc: true, ...options },
    {
      message: (message) => messages.push(message),
      state: (state) => states.push(state),
      problem: (problem) => problems.push(problem),
    },
  );
  client.start();
  cleanUps.push(() => client.close());
  return { client, messages, states, problems };
}

function plusServer(...options: readonly (string | number)[]): Peer {
  const peer = new Peer('plus_server', options);
  cleanUps.push(() => peer.stop());
  return peer;
}

/** A TCP server that lets a test decide what happens on each connection. */
async function rawServer(onSocket: (socket: Socket, count: number) => void, port = 0): Promise<number> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.resume();
    onSocket(socket, ++count);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

const framesOf = (messages: readonly ReceivedMessage[]) =>
  messages
    .filter(({ header }) => header.type === 'IMAGE')
    .map(({ metadata }) => Number(metadata.get('FrameNumber') ?? -1));
const links = (states: readonly ClientState[]) => states.map(({ link }) => link);
const status = (stamp: bigint) =>
  packMessage({ type: 'STATUS', deviceName: 'D', timestampBits: stamp, content: [Buffer.alloc(31)] }, 1);

describe.skipIf(!hasPeers)('IgtlClient with the reference library as the server', () => {
  beforeAll(buildPeers);

  it('gets every frame, IMAGE and TRANSFORM under the same stamp, and metadata once it has spoken version 2', async () => {
    const server = plusServer('--fps', 100, '--frames', 30);
    const { messages, problems } = connectTo(await server.port());
    await until('30 frames', () => framesOf(messages).length === 30 && messages.length >= 60);
    expect(problems).toEqual([]);
    const images = messages.filter(({ header }) => header.type === 'IMAGE');
    const poses = messages.filter(({ header }) => header.type === 'TRANSFORM');
    expect(images.map(({ header }) => header.timestampBits)).toEqual(poses.map(({ header }) => header.timestampBits));
    expect(framesOf(messages).at(-1)).toBe(29);
    const image = parseImage(images[29]!.content);
    expect(image.size).toEqual([640, 480, 1]);
    expect(image.pixels.every((value, i) => value === ((i * 7 + 29) & 0xff))).toBe(true);
    spacingOf(image).forEach((value, i) => {
      expect(value).toBeCloseTo([0.1, 0.2, 1][i]!, 6);
    });
    expect(parseTransform(poses[29]!.content)[3]).toBe(29);
    expect(poses[29]!.metadata.get('TransformStatus')).toBe('OK');
  });

  it('gets version 1 without metadata when it does not speak version 2', async () => {
    const server = plusServer('--fps', 100, '--frames', 5);
    const { messages } = connectTo(await server.port(), { speakVersion2: false });
    await until('5 frames', () => framesOf(messages).length === 5);
    expect(messages.every(({ header, metadata }) => header.version === 1 && metadata.size === 0)).toBe(true);
    expect(server.lines.filter((line) => line.startsWith('GOT='))).toEqual([]);
  });

  it('sends its greeting and subscription as version 2, and nothing PlusServer does not know', async () => {
    const server = plusServer('--frames', 0);
    const clientInfo = {
      messageTypes: ['IMAGE', 'TRANSFORM'],
      transformNames: ['ProbeToReference'],
      imageNames: [{ name: 'Image', embeddedTransformToFrame: 'Reference' }],
      stringNames: [],
      clientHeaderVersion: 2 as const,
    };
    const { messages } = connectTo(await server.port(), { clientInfo });
    await until('keep-alive', () => messages.length > 1);
    const got = server.lines
      .filter((line) => line.startsWith('GOT='))
      .map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(got).toEqual(['GOT=STATUS v2', 'GOT=CLIENTINFO v2']);
  });

  for (const [fault, lost] of [
    ['stall-mid', 0],
    ['resend-mid', 0],
    ['corrupt', 1],
    ['garbage', 0],
    ['huge-body', 1],
  ] as const) {
    it(`after ${fault}: stays connected and misses ${lost} of 60 frames`, async () => {
      const server = plusServer('--fps', 50, '--frames', 60, '--fault', fault, '--at', 20);
      const { client, messages } = connectTo(await server.port());
      await until('last frame', () => framesOf(messages).at(-1) === 59);
      const frames = framesOf(messages);
      expect(frames).toHaveLength(60 - lost);
      expect(frames.includes(20)).toBe(lost === 0);
      expect(client.counters.connections).toBe(1);
    });
  }

  it('when the server dies in the middle of a message: reconnects at once and goes on', async () => {
    const server = plusServer('--fps', 50, '--frames', 120, '--fault', 'die', '--at', 80);
    const { client, messages, states } = connectTo(await server.port());
    await until('last frame', () => framesOf(messages).at(-1) === 119);
    expect(client.counters.connections).toBe(2);
    expect(links(states).slice(0, 5)).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
    expect(states[2]!.retryInMs).toBe(0);
  });
});

describe('IgtlClient', () => {
  it('keeps trying while nobody listens, says why, and connects once somebody does', async () => {
    const port = await rawServer(() => {});
    await cleanUps.pop()!();
    const { states } = connectTo(port, { silenceMs: 0 });
    await until('three tries', () => links(states).filter((link) => link === 'disconnected').length >= 3);
    const refused = states.find(({ link }) => link === 'disconnected')!;
    expect(refused.message).toMatch(new RegExp(`127.0.0.1:${port}: .*ECONNREFUSED`));
    await rawServer(() => {}, port);
    await until('connected', () => states.at(-1)!.link === 'connected');
    for (const { link, retryInMs } of states) if (link === 'disconnected') expect(retryInMs).toBeLessThanOrEqual(960);
  });

  it('keeps its distance from a server that sends one message and closes', async () => {
    const port = await rawServer((socket) => socket.end(status(5n)));
    const { states, messages } = connectTo(port);
    await until('three messages', () => messages.length === 3);
    const retries = states.filter(({ link }) => link === 'disconnected').map(({ retryInMs }) => retryInMs);
    expect(retries.length).toBeGreaterThanOrEqual(2);
    for (const retryInMs of retries) expect(retryInMs).toBeGreaterThanOrEqual(200);
  });

  it('calls the link lost when nothing arrives for the time set, and reconnects', async () => {
    const port = await rawServer((socket, count) => count > 1 && socket.write(status(5n)));
    const { states, messages } = connectTo(port, { silenceMs: 300 });
    await until('message on the second connection', () => messages.length === 1);
    const lost = states.find(({ link }) => link === 'disconnected')!;
    expect(lost.message).toMatch(/nothing received for 300 ms/);
  });

  it('closes a connection whose framing is lost for good, and starts afresh on the next', async () => {
    const port = await rawServer((socket, count) =>
      socket.write(count === 1 ? Buffer.alloc(3_000_000, 0xaa) : status(7n)),
    );
    const { states, messages, problems } = connectTo(port);
    await until('message on the second connection', () => messages.length >= 1);
    expect(problems.map(({ kind }) => kind)).toContain('gave-up');
    expect(states.find(({ link }) => link === 'disconnected')!.message).toMatch(/framing lost/);
  });

  it('is silent and stays down once closed, also while it waits to try again', async () => {
    const port = await rawServer((socket) => socket.destroy());
    const { client, states } = connectTo(port);
    await until('waiting to try again', () => (states.at(-1)!.retryInMs ?? 0) > 0);
    await client.close();
    const seen = states.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(states.length).toBe(seen);
    expect(client.send({ type: 'STATUS', deviceName: '', timestampBits: 0n, content: [] })).toBe(false);
  });
});
