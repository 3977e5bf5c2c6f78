import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KpiSample, SettingsPatch } from '../../../src-shared/index.ts';
import { ask, openSocket } from '../../support/http.ts';
import { type KpiLogEntry, parseKpiLog } from '../../support/kpi-log-parser.ts';
import { api, type EngineAddresses, eventually, startEngine, TestBench } from '../../support/processes.ts';

const LIMIT_MS = 90_000;
/** Seconds that are compared. */
const COMPARED = 3;
/** What `nvidia-smi --query-gpu=utilization.gpu,memory.used,memory.total,temperature.gpu -l 1` prints. */
const GPU_LINES = ['51, 1234, 8192, 63', '97, 1250, 8192, 64', '0, 1234, 8192, 63', '33, 2048, 8192, 61'];

/** One second as it was told in every way. */
interface Second {
  readonly heard: KpiSample;
  readonly latest: KpiSample;
  readonly prometheus: Prometheus;
}

/** A scrape, read by the text format's description alone. */
class Prometheus {
  readonly #series = new Map<string, number>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const match = /^(\w+(?:\{[^}]*\})?) (\S+)$/.exec(line);
      if (match !== null) this.#series.set(match[1] as string, Number(match[2]));
    }
  }

  /** Null: it is not said. */
  value(series: string): number | null {
    return this.#series.get(series) ?? null;
  }

  /** Sum over all series of a family with these labels in them. */
  sum(name: string, labels: string): number {
    const found = [...this.#series].filter(([series]) => series.startsWith(`${name}{`) && series.includes(labels));
    expect(found.length, `${name} ${labels}`).toBeGreaterThan(0);
    return found.reduce((sum, [, value]) => sum + value, 0);
  }
}

describe.skipIf(process.platform === 'win32')('the figures of one second', { timeout: 3 * LIMIT_MS }, () => {
  let bench: TestBench;
  let dataDir: string;
  beforeEach(() => {
    bench = new TestBench();
    dataDir = bench.folder();
  });
  afterEach(() => bench.close());

  async function start(settings: SettingsPatch, ...args: string[]): Promise<EngineAddresses> {
    writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));
    return startEngine(bench, 'phantom', '--data-dir', dataDir, ...args);
  }

  /** Listens until `COMPARED` samples that `isWanted` were also scraped and fetched before the next one came. */
  async function watch(url: string, isWanted: (sample: KpiSample) => boolean): Promise<Second[]> {
    const seconds: Second[] = [];
    const socket = openSocket(new URL('/ws/metrics', url));
    bench.owns({ close: () => socket.terminate() });
    const heard: KpiSample[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data)) as KpiSample));
    await eventually(`${COMPARED} seconds told in every way`, LIMIT_MS, async () => {
      const newest = heard.at(-1);
      if (newest === undefined || !isWanted(newest) || seconds.at(-1)?.heard === newest) return null;
      const before = await api<KpiSample>(url, '/api/metrics/latest');
      const { body } = await ask(new URL('/metrics', url));
      const latest = await api<KpiSample>(url, '/api/metrics/latest');
      if (before.ts === newest.ts && latest.ts === newest.ts) {
        seconds.push({ heard: newest, latest, prometheus: new Prometheus(body) });
      }
      return seconds.length >= COMPARED ? true : null;
    });
    return seconds;
  }

  const lineOf = (ts: number): Promise<KpiLogEntry> =>
    eventually(`the line of ${ts} in kpi.log`, LIMIT_MS, () => {
      const text = readFileSync(path.join(dataDir, 'logs', 'kpi.log'), 'utf8');
      // The writer may be within a line.
      const lines = parseKpiLog(text.slice(0, text.lastIndexOf('\n') + 1));
      return lines.find((line) => line.ts.toFixed(3) === ts.toFixed(3)) ?? null;
    });

  /** kpi.log has one decimal; no value is null here as it is `nan` there. */
  const oneDecimal = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(1)));

  async function expectAgreement(url: string, seconds: readonly Second[]): Promise<void> {
    const { data } = await api<{ data: KpiSample[] }>(url, '/api/metrics/history?last=300');
    for (const { heard, latest, prometheus } of seconds) {
      expect(latest, 'REST, newest').toEqual(heard);
      expect(
        data.find(({ ts }) => ts === heard.ts),
        'REST, history',
      ).toEqual(heard);

      const { localTime, ts, ...line } = await lineOf(heard.ts);
      expect(Math.abs(new Date(localTime.replace(' ', 'T')).getTime() / 1000 - ts)).toBeLessThanOrEqual(1);
      expect(line, `kpi.log at ${ts}`).toEqual({
        fps_in: oneDecimal(heard.fps_in),
        fps_out: oneDecimal(heard.fps_out),
        latency_ms: oneDecimal(heard.latency_ms),
        gpu_util: oneDecimal(heard.gpu_util),
        q_rt: heard.queue_rt_size,
        q_gpu: heard.queue_gpu_size,
        drops_rt: heard.queue_rt_drops,
        drops_gpu: heard.queue_gpu_drops,
      });

      expect(prometheus.value('igt_fps_in')).toBe(heard.fps_in);
      expect(prometheus.value('igt_fps_out')).toBe(heard.fps_out);
      expect(prometheus.value('igt_latency_ms')).toBe(heard.latency_ms);
      expect(prometheus.value('gpu_utilization_ratio')).toBe(heard.gpu_util === null ? null : heard.gpu_util * 0.01);
      expect(prometheus.value('igt_queue_depth{queue="Queue_RT_dyn"}')).toBe(heard.queue_rt_size);
      expect(prometheus.value('igt_frames_received_total')).toBe(heard.frames_received);
      expect(prometheus.value('igt_frames_sent_total')).toBe(heard.frames_sent);
      const dropped = ['Queue_RT_dyn', 'Queue_GPU', 'Queue_Out'].map((queue) =>
        prometheus.sum('igt_frames_dropped_total', `queue="${queue}"`),
      );
      expect(dropped).toEqual([heard.queue_rt_drops, heard.queue_gpu_drops, heard.queue_out_drops]);
    }
  }

  it('are the same in kpi.log, REST, WebSocket and Prometheus, with a GPU, masks and drops', async () => {
    const program = path.join(dataDir, 'nvidia-smi');
    const script = `const lines = ${JSON.stringify(GPU_LINES)}; let i = 0;
      setInterval(() => console.log(lines[i++ % lines.length]), 700);`;
    writeFileSync(program, `#!${process.execPath}\n${script}`, { mode: 0o755 });
    // More than any CPU's model takes: frames are dropped.
    const { url } = await start({ 'gpu.probe': program }, '--fps', '240');
    const seconds = await watch(
      url,
      ({ latency_ms, gpu_util, queue_rt_drops, queue_gpu_drops }) =>
        latency_ms !== null && gpu_util !== null && queue_rt_drops + queue_gpu_drops > 0,
    );
    await expectAgreement(url, seconds);
  });

  it('are the same without GPU and output: no value everywhere, nowhere a zero', async () => {
    const { url } = await start({ 'gpu.probe': path.join(dataDir, 'no-such-program'), 'model.enabled': false });
    const seconds = await watch(url, ({ frames_received }) => frames_received > 10);
    for (const { heard, prometheus } of seconds) {
      expect(heard).toMatchObject({ gpu_util: null, latency_ms: null, fps_out: 0 });
      expect(prometheus.value('igt_latency_ms')).toBeNull();
    }
    await expectAgreement(url, seconds);
  });
});
