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

  it('does not slow the engine down: rate, latency and drops stay as they were', () => {
    const rates = whileStalled.map(({ fps_out }) => fps_out).sort((a, b) => a - b);
    const latencies = whileStalled.map(({ latency_ms }) => latency_ms ?? Number.NaN).sort((a, b) => a - b);
    const medianOf = (values: readonly number[]) => values[values.length >> 1] as number;
    expect(whileStalled.length).toBeGreaterThan(5);
    expect(medianOf(rates)).toBeGreaterThan(FPS * 0.9);
    expect(medianOf(latencies)).toBeLessThan(3 * (before.latency_ms as number) + 20);
    const dropped = (sample: KpiSample) => sample.queue_rt_drops + sample.queue_gpu_drops + sample.queue_out_drops;
    const last = whileStalled.at(-1) as KpiSample;
    const received = last.frames_received - before.frames_received;
    expect(dropped(last) - dropped(before)).toBeLessThan(received * 0.05);
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
