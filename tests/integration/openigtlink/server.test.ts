import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildImageHeader,
  buildStatus,
  crc64Of,
  IgtlClient,
  IgtlServer,
  type IgtlServerOptions,
  type OutgoingMessage,
  parseImage,
  type ReceivedMessage,
  type ServerProblem,
} from '../../../src-main/openigtlink/index.ts';
import { inEnglish } from '../../../src-shared/index.ts';
import { hasPeers } from '../../support/processes.ts';
import { buildPeers, Peer, until } from './peers.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Running {
  readonly server: IgtlServer;
  readonly port: number;
  readonly received: ReceivedMessage[];
  readonly problems: ServerProblem[];
}

async function serve(options: Partial<IgtlServerOptions> = {}): Promise<Running> {
  const [received, problems]: [ReceivedMessage[], ServerProblem[]] = [[], []];
  const server = new IgtlServer(
    {
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: 1024 * 1024,
      queuePerClient: 4,
      dropClientAfterMs: 60_000,
      ...options,
    },
    {
      message: (message) => received.push(message),
      clients: () => {},
      problem: (problem) => problems.push(problem),
    },
  );
  const { port } = await server.listen();
  cleanUps.push(() => server.close());
  return { server, port, received, problems };
}

function receiver(...options: readonly (string | number)[]): Peer {
  const peer = new Peer('receiver', options);
  cleanUps.push(() => peer.stop());
  return peer;
}

const MATRIX = Float32Array.of(0.08, 0.06, 0, -0.12, 0.16, 0, 0, 0, 1, 10, -20, 30.5);

function image(stamp: bigint, columns = 640, rows = 480): OutgoingMessage {
  const pixels = Buffer.alloc(columns * rows, 0);
  pixels.fill(1, 0, Number(stamp % 1000n));
  return {
    type: 'IMAGE',
    deviceName: 'BoneMask',
    timestampBits: stamp,
    content: [buildImageHeader({ size: [columns, rows, 1], scalarType: 3, matrix: MATRIX }), pixels],
    metadata: new Map([['FrameNumber', String(stamp)]]),
  };
}

const stampsOf = (peer: Peer) =>
  peer.received.filter(({ type }) => type === 'IMAGE').map(({ timestamp }) => Number(`0x${timestamp}`));

describe.skipIf(!hasPeers)('IgtlServer with the reference library as the client', () => {
  beforeAll(buildPeers);

  it('sends what the library unpacks: CRC, geometry bits, time-stamp bits and pixels as given', async () => {
    const { server, port } = await serve();
    const peer = receiver('--connect', `127.0.0.1:${port}`, '--count', 2);
    await until('client', () => server.clients().length === 1);
    const message = image(0x6553f1001f9add37n);
    server.broadcast(message);
    server.broadcast({
      type: 'STATUS',
      deviceName: 'BoneMask_Status',
      timestampBits: 1n,
      content: [buildStatus({ code: 13, subcode: 0n, errorName: 'unavailable', text: 'inference is down' })],
    });
    await peer.line('END');
    const [got, status] = peer.received;
    expect(got).toMatchObject({ type: 'IMAGE', device: 'BoneMask', version: 1, crcOk: true, unpacked: true });
    expect(got).toMatchObject({ timestamp: '6553f1001f9add37', size: [640, 480, 1], metadata: {} });
    expect(got!.pixelCrc).toBe(crc64Of(message.content[1]!).toString(16).padStart(16, '0'));
    const bits = new Uint32Array(MATRIX.buffer);
    expect(got!.geometry).toEqual([...bits].map((value) => value.toString(16).padStart(8, '0')));
    expect(status).toMatchObject({ type: 'STATUS', code: 13, text: 'inference is down', crcOk: true });
  });

  it('sends version 1 until a client has spoken version 2, then version 2 with metadata to that client alone', async () => {
    const { server, port, received } = await serve();
    const old = receiver('--connect', `127.0.0.1:${port}`, '--count', 2);
    const slicer = receiver('--connect', `127.0.0.1:${port}`, '--hello-v2', '--count', 2);
    await until('hello', () => received.length === 1 && server.clients().length === 2);
    expect(
      server
        .clients()
        .map(({ headerVersion }) => headerVersion)
        .sort(),
    ).toEqual([1, 2]);
    server.broadcast(image(7n));
    await until('both', () => old.received.length === 1 && slicer.received.length === 1);
    expect(old.received[0]).toMatchObject({ version: 1, metadata: {}, crcOk: true });
    expect(slicer.received[0]).toMatchObject({
      version: 2,
      metadata: { FrameNumber: '7' },
      crcOk: true,
      unpacked: true,
    });
    expect(slicer.received[0]!.pixelCrc).toBe(old.received[0]!.pixelCrc);
  });

  it('connects to a listening peer as a client and publishes to it', async () => {
    const peer = receiver('--listen', 0, '--count', 1);
    const port = await peer.port();
    const client = new IgtlClient(
      { host: '127.0.0.1', port, maxMessageBytes: 1 << 20, checkCrc: true, silenceMs: 0, speakVersion2: false },
      { message: () => {}, state: () => {}, problem: () => {} },
    );
    cleanUps.push(() => client.close());
    client.start();
    await until('sent', () => client.send(image(3n)));
    await peer.line('END');
    expect(peer.received[0]).toMatchObject({ device: 'BoneMask', version: 1, crcOk: true, nonzero: 3 });
  });

  it('keeps a reading client current while another has stopped reading, and gives neither half a message', async () => {
    const { server, port } = await serve();
    const stopped = receiver('--connect', `127.0.0.1:${port}`, '--stop-reading-after', 1);
    const reading = receiver('--connect', `127.0.0.1:${port}`);
    await until('both', () => server.clients().length === 2);
    const frames = 200;
    for (let i = 1; i <= frames; i++) {
      server.broadcast(image(BigInt(i)));
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await until('the last frame', () => stampsOf(reading).at(-1) === frames);
    expect(reading.received.every(({ crcOk }) => crcOk)).toBe(true);
    const clients = server.clients().toSorted((a, b) => a.sent - b.sent);
    expect(clients[0]!.dropped).toBeGreaterThan(50);
    expect(clients[0]!.sent + clients[0]!.dropped).toBeGreaterThanOrEqual(frames - 1);
    expect(stopped.lines).toContain('STOPPED');
    expect(stopped.lines).not.toContain('HALF');
  });

  it.each([
    ['newest', 'replaces what waits'],
    ['every', 'pushes out the oldest of what waits'],
  ] as const)(
    'with policy %s: %s for a slow client, which gets whole frames in order up to the last',
    async (queuePolicy, _what) => {
      const { server, port } = await serve({ queuePolicy });
      const slow = receiver('--connect', `127.0.0.1:${port}`, '--delay-ms', 20);
      await until('client', () => server.clients().length === 1);
      for (let i = 1; i <= 150; i++) {
        server.broadcast(image(BigInt(i)));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await until('the last frame', () => stampsOf(slow).at(-1) === 150);
      const seen = stampsOf(slow);
      expect(seen.length).toBeLessThan(150);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(slow.received.every(({ crcOk }) => crcOk)).toBe(true);
      expect(server.clients()[0]!.dropped).toBe(150 - seen.length);
    },
  );

  it('closes a client that takes nothing for the time set, and says so', async () => {
    const { server, port, problems } = await serve({ dropClientAfterMs: 300 });
    receiver('--connect', `127.0.0.1:${port}`, '--stop-reading-after', 0);
    await until('client', () => server.clients().length === 1);
    await until('closed', () => {
      server.broadcast(image(1n));
      return server.clients().length === 0;
    });
    expect(problems.map(({ kind }) => kind)).toContain('slow-client');
    expect(inEnglish(problems.find(({ kind }) => kind === 'slow-client')!.what)).toMatch(
      /took nothing for 300 ms, closed/,
    );
  });

  it('with policy every: delivers all messages in order to a client that lags within the bound', async () => {
    const { server, port } = await serve({ queuePolicy: 'every', queuePerClient: 100 });
    const slow = receiver('--connect', `127.0.0.1:${port}`, '--count', 100);
    await until('client', () => server.clients().length === 1);
    for (let i = 1; i <= 100; i++) server.broadcast(image(BigInt(i)));
    expect(server.backlog()).toBeGreaterThan(0);
    await slow.line('END');
    expect(stampsOf(slow)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });
});

describe('IgtlServer', () => {
  it('names the port when it is in use', async () => {
    const { port } = await serve();
    await expect(serve({ port })).rejects.toThrow(`port in use: 127.0.0.1:${port}`);
  });

  it('turns away peers that are not allowed and clients beyond the most allowed, and says so', async () => {
    const strict = await serve({ allowedPeers: ['192.0.2.1'] });
    const refused = connect(strict.port, '127.0.0.1');
    await until('refused', () => refused.closed);
    expect(inEnglish(strict.problems[0]!.what)).toMatch(
      /client 127.0.0.1:\d+: not among the allowed peers \(192.0.2.1\)/,
    );
    const small = await serve({ maxClients: 1 });
    const first = connect(small.port, '127.0.0.1');
    await until('first', () => small.server.clients().length === 1);
    const second = connect(small.port, '127.0.0.1');
    await until('second refused', () => second.closed);
    expect(inEnglish(small.problems[0]!.what)).toMatch(/1 clients are connected, the most allowed/);
    first.destroy();
  });

  it('sends what still waits before it closes', async () => {
    const { server, port } = await serve();
    const messages: ReceivedMessage[] = [];
    const client = new IgtlClient(
      { host: '127.0.0.1', port, maxMessageBytes: 1 << 20, checkCrc: true },
      { message: (message) => messages.push(message), state: () => {}, problem: () => {} },
    );
    cleanUps.push(() => client.close());
    client.start();
    await until('client', () => server.clients().length === 1);
    for (let i = 1; i <= 3; i++) server.broadcast(image(BigInt(i)), { key: String(i) });
    await server.close();
    await until('all three', () => messages.length === 3);
    expect(parseImage(messages[2]!.content).size).toEqual([640, 480, 1]);
  });

  it('closes a client that sends only noise, and goes on serving the others', async () => {
    const { server, port, problems } = await serve();
    const noisy = connect(port, '127.0.0.1');
    noisy.on('error', () => {});
    noisy.write(Buffer.alloc(3_000_000, 0xaa));
    await until('closed', () => problems.some(({ kind }) => kind === 'gave-up') && server.clients().length === 0);
    const good = connect(port, '127.0.0.1');
    await until('served', () => server.clients().length === 1);
    good.destroy();
  });
});
