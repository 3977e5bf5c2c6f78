import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Clip,
  createSource,
  Simulator,
  type SourceOptions,
  type SourceState,
} from '../../../src-main/acquisition/index.ts';
import {
  buildImageHeader,
  buildStatus,
  buildTransform,
  IgtlClient,
  type OutgoingMessage,
  packMessage,
  type ReceivedMessage,
} from '../../../src-main/openigtlink/index.ts';
import { inEnglish, type RawFrame } from '../../../src-shared/index.ts';
import { until } from '../openigtlink/peers.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const OPTIONS: SourceOptions = {
  streamId: 'main',
  imageDevice: '',
  poseName: '',
  poseMaxSkewMs: 20,
  mmPerPixel: null,
  orientation: 'MF',
  framesPerSecond: null,
  loop: false,
  checkCrc: true,
  maxMessageBytes: 1_000_000,
  speed: 1,
  everyFrame: false,
};

function follow(port: number) {
  const seen = {
    frames: [] as RawFrame[],
    states: [] as SourceState[],
    problems: [] as { key: string; message: string }[],
    heard: 0,
    keptAlive: 0,
  };
  const source = createSource(`igtl://127.0.0.1:${port}`, OPTIONS, {
    frame: (frame) => seen.frames.push(frame),
    heard: () => seen.heard++,
    keepAlive: () => seen.keptAlive++,
    state: (state) => seen.states.push(state),
    problem: (key, what) => seen.problems.push({ key, message: inEnglish(what) }),
  });
  cleanUps.push(() => source.close());
  source.start();
  return seen;
}

async function server(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.resume();
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    if (listening.listening) await new Promise((resolve) => listening.close(resolve));
  });
  return (listening.address() as { port: number }).port;
}

const message = (type: string, content: Uint8Array, more: Partial<OutgoingMessage> = {}): Buffer =>
  packMessage({ type, deviceName: 'Image_Reference', timestampBits: 7n << 32n, content: [content], ...more }, 2);
const status = () => message('STATUS', buildStatus({ code: 1, subcode: 0n, errorName: '', text: '' }));
const image = (pixels: Uint16Array): Buffer =>
  message(
    'IMAGE',
    Buffer.concat([
      buildImageHeader({ size: [pixels.length, 1, 1], scalarType: 5, matrix: new Float32Array(12) }),
      new Uint8Array(pixels.buffer),
    ]),
  );

describe('IgtlSource', () => {
  it('is connecting, and says why it is not connected, while it waits for the next try and during it', async () => {
    const port = await server(() => {});
    await cleanUps.pop()?.();
    const { states } = follow(port);
    await until('several tries', () => states.length >= 6);
    expect(new Set(states.map(({ link }) => link))).toEqual(new Set(['connecting']));
    expect(states[0]?.message).toBeNull();
    for (const state of states.slice(1)) expect(state.message).toMatch(/ECONNREFUSED/);
  });

  it('says nothing of a reason once it is connected, and is disconnected once it is closed', async () => {
    const port = await server((socket) => socket.write(status()));
    const { states } = follow(port);
    await until('connected', () => states.at(-1)?.link === 'connected');
    expect(states.at(-1)?.message).toBeNull();
    await cleanUps.pop()?.();
    expect(states.at(-1)?.link).toBe('disconnected');
  });

  it('has heard every whole message, whatever it says; only STATUS keeps alive', async () => {
    const port = await server((socket) => {
      socket.write(status());
      socket.write(message('TRANSFORM', buildTransform(new Float32Array(16))));
      socket.write(message('STRING', new Uint8Array(4)));
      socket.write(message('IMAGE', new Uint8Array(3)));
    });
    const seen = follow(port);
    await until('four messages', () => seen.heard === 4);
    expect(seen.keptAlive).toBe(1);
    expect(seen.problems.map(({ key }) => key)).toEqual(['source.skipped.STRING', 'source.malformed.IMAGE']);
  });

  it('cuts long names and values before it keeps or repeats them', async () => {
    const transform = (metadata: ReadonlyMap<string, string>) =>
      message('TRANSFORM', buildTransform(new Float32Array(16)), { metadata });
    const port = await server((socket) => {
      socket.write(transform(new Map([['TransformStatus', 'X'.repeat(50_000)]])));
      socket.write(transform(new Map([['IGTL_DEVICE_NAME', 'Probe'.repeat(10_000)]])));
      socket.write(image(Uint16Array.of(1, 2)));
    });
    const seen = follow(port);
    await until('a frame', () => seen.frames.length === 1);
    expect(seen.problems[0]?.message).toMatch(/^pose Image_Reference has status X{59}…; not used$/);
    expect(seen.frames[0]?.meta.pose?.name).toHaveLength(64);
  });

  it('starts its brightness anew on a new connection', async () => {
    let connections = 0;
    const port = await server((socket) => {
      const highest = ++connections === 1 ? 60_000 : 600;
      socket.end(image(Uint16Array.of(0, highest)));
    });
    const { frames } = follow(port);
    await until('two frames', () => frames.length === 2);
    expect(frames.slice(0, 2).map(({ pixels }) => [...pixels])).toEqual([
      [0, 255],
      [0, 255],
    ]);
  });
});

describe('Simulator', () => {
  it('leaves out recorded fields that metadata cannot hold, counts them, and plays on', async () => {
    const long = new Map([
      ['Timestamp', '1.5'],
      ['Notes', 'n'.repeat(100_000)],
      ['k'.repeat(300), 'v'],
    ]);
    const clip: Clip = {
      kind: 'replay',
      size: [4, 3],
      components: 1,
      scalarType: 'uint8',
      spacing: null,
      orientation: null,
      deviceName: 'Image_Reference',
      frameCount: 2,
      timeS: (index) => index / 50,
      frame: async () => ({ pixels: new Uint8Array(12), transforms: [], imageToReference: null, fields: long }),
      close: async () => {},
    };
    const failures: string[] = [];
    const simulator = new Simulator(
      clip,
      { host: '127.0.0.1', port: 0, framesPerSecond: 50, loop: true },
      { clients: () => {}, end: () => {}, failed: (words) => failures.push(words) },
    );
    const { port } = await simulator.start();
    cleanUps.push(() => simulator.close());
    const images: ReceivedMessage[] = [];
    const client = new IgtlClient(
      { host: '127.0.0.1', port, maxMessageBytes: 1_000_000, checkCrc: true },
      {
        message: (received) => received.header.type === 'IMAGE' && received.metadata.size > 0 && images.push(received),
        state: () => {},
        problem: () => {},
      },
    );
    cleanUps.push(() => client.close());
    client.start();
    await until('three pictures with metadata', () => images.length >= 3);
    expect([...(images[0] as ReceivedMessage).metadata.keys()].sort()).toEqual([
      'FrameNumber',
      'RecordedFrame',
      'Timestamp',
      'UltramotionSourceKind',
    ]);
    expect(failures).toEqual([]);
    expect(simulator.fieldsDropped).toBe(2 * simulator.framesSent);
  });
});
