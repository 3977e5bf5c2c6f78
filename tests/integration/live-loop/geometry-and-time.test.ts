import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IgtlClient, type ReceivedMessage } from '../../../src-main/openigtlink/index.ts';
import { eventually, hasPeers, peerPath, startEngine, TestBench, testData } from '../../support/processes.ts';

/** One line of the C++ receiver (tests/peers/receiver.cxx). */
interface MaskLine {
  readonly type: string;
  readonly device: string;
  readonly version: number;
  readonly timestamp: string;
  readonly crcOk: boolean;
  readonly unpacked: boolean;
  readonly size: readonly number[];
  readonly scalarType: number;
  readonly components: number;
  readonly geometry: readonly string[];
  readonly nonzero: number;
}

const MASKS = 60;
const recording = testData('ultrasound', 'BoneUltrasound_L14.igs.mha');
if (recording === null) {
  console.warn('skipped: the real sequence is not here (ULTRAMOTION_TEST_DATA)');
}

describe.skipIf(recording === null || !hasPeers)(
  'simulate the real sequence -> engine -> C++ reference receiver',
  () => {
    const bench = new TestBench();
    /** What left the simulator, by time-stamp bits. */
    const source = new Map<string, ReceivedMessage>();
    let masks: MaskLine[] = [];

    beforeAll(async () => {
      const simulator = bench.cli('simulate', recording as string, '--port', '0', '--loop', '--json');
      const { port } = await simulator.json<{ port: number }>();
      const tap = bench.owns(
        new IgtlClient(
          { host: '127.0.0.1', port, maxMessageBytes: 64 * 2 ** 20, checkCrc: true },
          {
            message: (m) => m.header.type === 'IMAGE' && source.set(m.header.timestampBits.toString(16), m),
            state: () => {},
            problem: () => {},
          },
        ),
      );
      tap.start();
      const engine = await startEngine(bench, `igtl://127.0.0.1:${port}`);
      const receiver = bench.run(
        peerPath('receiver'),
        ...['--connect', `127.0.0.1:${engine.publishPort}`, '--count', String(MASKS)],
      );
      await receiver.exited;
      masks = receiver.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as MaskLine);
      await eventually('the tap has seen every frame a mask was made of', 2000, () =>
        masks.every((mask) => mask.type !== 'IMAGE' || source.has(mask.timestamp)) ? true : null,
      );
    });
    afterAll(() => bench.close());

    it('every message passes the library’s CRC check and unpacks', () => {
      expect(masks).toHaveLength(MASKS);
      expect(masks.every((mask) => mask.crcOk)).toBe(true);
      expect(masks.filter((mask) => mask.type === 'IMAGE').every((mask) => mask.unpacked)).toBe(true);
    });

    it('every mask is one uint8 component under the name BoneMask, in version 1 for a version-1 peer', () => {
      for (const mask of masks.filter((m) => m.type === 'IMAGE')) {
        expect(mask).toMatchObject({
          device: 'BoneMask',
          version: 1,
          scalarType: 3,
          components: 1,
          size: [820, 616, 1],
        });
      }
    });

    it('every mask has its frame’s 12 geometry floats and 64 time-stamp bits, bit for bit', () => {
      const images = masks.filter((mask) => mask.type === 'IMAGE');
      expect(images.length).toBeGreaterThan(MASKS - 5);
      for (const mask of images) {
        const frame = source.get(mask.timestamp) as ReceivedMessage;
        const bytes = Buffer.from(frame.content.subarray(12, 60));
        const floats = Array.from({ length: 12 }, (_, i) =>
          bytes
            .readUInt32BE(4 * i)
            .toString(16)
            .padStart(8, '0'),
        );
        expect(mask.geometry).toEqual(floats);
      }
    });

    it('stamps grow and none comes twice', () => {
      const stamps = masks.filter((mask) => mask.type === 'IMAGE').map((mask) => BigInt(`0x${mask.timestamp}`));
      expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => (a < b ? -1 : 1)));
    });

    it('finds bone in most of the real frames', () => {
      const images = masks.filter((mask) => mask.type === 'IMAGE');
      expect(images.filter((mask) => mask.nonzero > 500).length / images.length).toBeGreaterThan(0.8);
    });
  },
);
