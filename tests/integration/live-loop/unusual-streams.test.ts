import { afterEach, describe, expect, it } from 'vitest';
import { buildTrackedFrame, type OutgoingMessage } from '../../../src-main/openigtlink/index.ts';
import { type DisplayFrame, decodeFrame } from '../../../src-shared/index.ts';
import { ConsoleClient } from '../../support/console-client.ts';
import {
  COLUMNS,
  headerWith,
  message,
  nextPixels,
  PERIOD_MS,
  picture,
  ROWS,
  TRACKED,
} from '../../support/handmade-pictures.ts';
import { eventually, hasPeers, peerPath, startEngine, TestBench } from '../../support/processes.ts';
import { framesCome, framesGoOn, HandmadeSource, linesOf, sampleOf, snapshotOf } from '../../support/streams.ts';

describe('an unusual stream that is served all the same', () => {
  let bench: TestBench;
  let timer: NodeJS.Timeout | undefined;
  afterEach(async () => {
    clearInterval(timer);
    await bench.close();
  });

  /** An engine that follows what `next` makes. */
  async function follow(next: () => OutgoingMessage) {
    bench = new TestBench();
    const source = bench.owns(new HandmadeSource());
    const address = await source.listen();
    timer = setInterval(() => source.send(next()), PERIOD_MS);
    const engine = await startEngine(bench, address, '--interval', '0.2');
    await framesCome(engine.url);
    return { ...engine, source };
  }

  /** The newest picture a console is shown. */
  async function shown(url: string): Promise<DisplayFrame> {
    const client = bench.owns(await ConsoleClient.open(url));
    const bytes = new Promise<Uint8Array>((resolve) => {
      client.socket.on('message', (data, isBinary) => isBinary && resolve(new Uint8Array(data as Buffer)));
    });
    return decodeFrame(await bytes);
  }

  /** Value of pixel `i` of a ramp over the whole picture. */
  const RAMP = COLUMNS * ROWS;
  const DEPTHS = [
    ['int16 big-endian', 4, 1, 2, (v: DataView, o: number, t: number) => v.setInt16(o, -2000 + 4000 * t)],
    ['uint16 little-endian', 5, 2, 2, (v: DataView, o: number, t: number) => v.setUint16(o, 60_000 * t, true)],
    ['int32 little-endian', 6, 2, 4, (v: DataView, o: number, t: number) => v.setInt32(o, 1e9 * (t - 0.5), true)],
    ['float32 big-endian', 10, 1, 4, (v: DataView, o: number, t: number) => v.setFloat32(o, 0.01 * t - 5)],
    ['float64 little-endian', 11, 2, 8, (v: DataView, o: number, t: number) => v.setFloat64(o, 1e12 * t, true)],
  ] as const;
  it.each(DEPTHS)('%s is windowed for view: darkest 0, brightest 255, in order between', async (...depth) => {
    const [, scalarType, endian, bytes, put] = depth;
    const pixels = new Uint8Array(RAMP * bytes);
    const view = new DataView(pixels.buffer);
    for (let i = 0; i < RAMP; i++) put(view, i * bytes, i / (RAMP - 1));
    const { url } = await follow(() => message('IMAGE', [headerWith({ scalarType, endian }), pixels]));
    const { pixels: seen, components, size } = await shown(url);
    expect([components, ...size]).toEqual([1, COLUMNS, ROWS]);
    // The window leaves out 0.5 % at either end: at most 1.3 of 255 gray levels.
    for (let i = 0; i < RAMP; i++) expect(Math.abs(seen[i]! - (255 * i) / (RAMP - 1))).toBeLessThanOrEqual(2);
    expect((await snapshotOf(url)).problems.filter(({ key }) => key.startsWith('source'))).toEqual([]);
  });

  it('float32 with not-a-number and infinities in it is shown, those black or at the end of the scale', async () => {
    const values = Float32Array.from({ length: RAMP }, (_, i) => [Number.NaN, Number.POSITIVE_INFINITY, 0, 1][i % 4]!);
    const { url } = await follow(() =>
      message('IMAGE', [headerWith({ scalarType: 10 }), new Uint8Array(values.buffer)]),
    );
    const { pixels } = await shown(url);
    expect([...pixels.subarray(0, 4)]).toEqual([0, 255, 0, 255]);
  });

  it('RGB keeps its three components, on screen as on the wire', async () => {
    const pixels = Uint8Array.from({ length: 3 * RAMP }, (_, i) => [200, 100, 50][i % 3]!);
    const { url } = await follow(() => message('IMAGE', [headerWith({ components: 3 }), pixels]));
    const frame = await shown(url);
    expect(frame.components).toBe(3);
    expect([...frame.pixels.subarray(0, 6)]).toEqual([200, 100, 50, 200, 100, 50]);
  });

  it.skipIf(!hasPeers)('a picture that changes its size is followed: mask and snapshot have the new one', async () => {
    let size: [number, number] = [COLUMNS, ROWS];
    const { url, publishPort } = await follow(() => picture(...size));
    const slicer = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${publishPort}`);
    for (const next of [
      [100, 80],
      [320, 200],
      [7, 5],
      [1, 1],
      [640, 480],
    ] as const) {
      size = [...next];
      await eventually(`${next} in the snapshot`, 5000, async () => {
        const seen = (await snapshotOf(url)).source.size;
        return seen?.[0] === next[0] && seen[1] === next[1] ? true : null;
      });
      await framesGoOn(url);
    }
    await eventually('a mask of the last size', 10_000, () => {
      const last = linesOf(slicer).findLast(({ type }) => type === 'IMAGE');
      return last?.size?.[0] === 640 && last.size[1] === 480 ? true : null;
    });
    expect(linesOf(slicer).every(({ crcOk, unpacked }) => crcOk && unpacked !== false)).toBe(true);
    expect((await snapshotOf(url)).inference).toMatchObject({ link: 'ready', restarts: 0 });
  });

  it.skipIf(!hasPeers)(
    'TRACKEDFRAME: pixels, time and pose are taken, and the mask has the 12 floats of its matrix',
    async () => {
      const stamps = new Set<string>();
      const { url, publishPort } = await follow(() => {
        const pixels = nextPixels();
        const frame = message('TRACKEDFRAME', [buildTrackedFrame({ ...TRACKED, pixels })], { deviceName: '' });
        stamps.add(frame.timestampBits.toString(16).padStart(16, '0'));
        return frame;
      });
      const slicer = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${publishPort}`);
      const mask = await eventually(
        'a mask',
        10_000,
        () => linesOf(slicer).find(({ type }) => type === 'IMAGE') ?? null,
      );
      const [x, y] = [(COLUMNS - 1) / 2, (ROWS - 1) / 2];
      const expected = [0.5, 0, 0, 0, 0.25, 0, 0, 0, 1, 0.5 * x + 7, 0.25 * y + 8, 9];
      const floats = mask.geometry?.map((hex) => Buffer.from(hex, 'hex').readFloatBE(0));
      expect(floats).toEqual(expected.map(Math.fround));
      expect(stamps).toContain(mask.timestamp);
      expect(mask.size).toEqual([COLUMNS, ROWS, 1]);
      expect((await sampleOf(url)).sync_ms).toBe(0);
      expect((await shown(url)).scaleOrigin).toBe('source');
    },
  );

  it('geometry of not-a-number and infinities does not stop the picture; its scale is called an estimate', async () => {
    const matrix = new Float32Array(12).fill(Number.NaN).fill(Number.POSITIVE_INFINITY, 0, 3);
    const { url } = await follow(() => {
      const pixels = nextPixels();
      return message('IMAGE', [headerWith({ matrix }), pixels]);
    });
    const frame = await shown(url);
    expect(frame.scaleOrigin).toBe('estimate');
    expect(frame.mmPerPixel.every((mm) => Number.isFinite(mm) && mm > 0)).toBe(true);
    await framesGoOn(url);
  });
});
