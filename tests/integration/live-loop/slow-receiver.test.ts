import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KpiSample } from '../../../src-shared/index.ts';
import {
  eventually,
  hasPeers,
  peerPath,
  type RunningProcess,
  startEngine,
  TestBench,
} from '../../support/processes.ts';
import { linesOf, masksFlow, sampleOf, snapshotOf, startPlusServer } from '../../support/streams.ts';

const FPS = 30;
/** The engine closes a client that takes nothing for 10 s. */
const CLOSED_WITHIN_MS = 25_000;

describe.skipIf(!hasPeers)('a Slicer-like C++ client that stops reading', () => {
  const bench = new TestBench();
  let url = '';
  let reader: RunningProcess;
  let before: KpiSample;
  const whileStalled: KpiSample[] = [];
  let stalledDropped = 0;
  let readerDropped = 0;
  let masksBefore = 0;
  let problem: string | undefined;

  beforeAll(async () => {
    const source = await startPlusServer(bench, '--fps', String(FPS));
    const engine = await startEngine(bench, source);
    url = engine.url;
    const at = `127.0.0.1:${engine.publishPort}`;
    reader = bench.run(peerPath('receiver'), '--connect', at);
    await masksFlow(url);
    before = await eventually('one second like the others', 10_000, async () => {
      const sample = await sampleOf(url);
      return sample.fps_out > FPS * 0.9 ? sample : null;
    });
    const stalled = bench.run(peerPath('receiver'), '--connect', at, '--stop-reading-after', '3');
    await stalled.find((line) => (line === 'STOPPED' ? true : null));
    masksBefore = linesOf(reader).length;
    await eventually('the stalled client is closed', CLOSED_WITHIN_MS, async () => {
      const { clients } = (await snapshotOf(url)).publisher;
      const sample = await sampleOf(url);
      if (whileStalled.at(-1)?.ts !== sample.ts) {
        whileStalled.push(sample);
      }
      const [first, second] = clients;
      readerDropped = first?.dropped ?? 0;
      stalledDropped = Math.max(stalledDropped, second?.dropped ?? 0);
      return clients.length === 1 ? true : null;
    });
    problem = (await snapshotOf(url)).problems.find(({ key }) => key === 'publisher.slow-client')?.message;
  });
  afterAll(() => bench.close());

  it('is counted, mask by mask, and closed in the end, which is said', () => {
    expect(stalledDropped).toBeGreaterThan(FPS);
    expect(problem).toMatch(/client 127\.0\.0\.1:\d+: took nothing for 10000 ms, closed/);
  });

  // What a stalled client does to an engine it does for as long as it is there; a machine that stands still does it for a while.
  it('does not slow the engine down: for three seconds in a row rate, latency and drops are as they were', () => {
    const dropped = (sample: KpiSample) => sample.queue_rt_drops + sample.queue_gpu_drops + sample.queue_out_drops;
    const isAsBefore = ({ fps_out, latency_ms }: KpiSample) =>
      fps_out > FPS * 0.9 && (latency_ms ?? Number.NaN) < 3 * (before.latency_ms as number) + 20;
    const isGood = (_: KpiSample, at: number) => {
      const [first, second, third] = whileStalled.slice(at, at + 3);
      if (first === undefined || second === undefined || third === undefined) return false;
      const received = third.frames_received - first.frames_received;
      return [first, second, third].every(isAsBefore) && dropped(third) - dropped(first) < received * 0.05;
    };
    expect(whileStalled.length).toBeGreaterThan(5);
    const figures = whileStalled.map((sample) => [sample.fps_out, sample.latency_ms, dropped(sample)]);
    expect(whileStalled.some(isGood), JSON.stringify({ before: before.latency_ms, figures })).toBe(true);
  });

  it('takes nothing from the other client: every mask arrives, whole, stamps in order', () => {
    const masks = linesOf(reader).filter(({ type }) => type === 'IMAGE');
    const last = whileStalled.at(-1) as KpiSample;
    expect(readerDropped).toBe(0);
    expect(linesOf(reader).length - masksBefore).toBeGreaterThan((last.frames_sent - before.frames_sent) * 0.9);
    expect(masks.every(({ crcOk, unpacked }) => crcOk && unpacked === true)).toBe(true);
    const stamps = masks.map(({ timestamp }) => BigInt(`0x${timestamp}`));
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => (a < b ? -1 : 1)));
    expect(reader.lines.filter((line) => /DESYNC|HALF|END/.test(line))).toEqual([]);
  });
});
