import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskWriter, HistoryStore } from '../../../src-main/monitoring/index.ts';
import type { EngineSnapshot, KpiSample } from '../../../src-shared/index.ts';
import { ConsoleClient } from '../../support/console-client.ts';
import { parseKpiLog } from '../../support/kpi-log-parser.ts';
import { api, eventually, startEngine, TestBench } from '../../support/processes.ts';

const LIMIT_MS = 40_000;
const FAST = ['--interval', '0.25'];

describe('the logs of a run', { timeout: 120_000 }, () => {
  let bench: TestBench;
  beforeEach(() => {
    bench = new TestBench();
  });
  afterEach(() => bench.close());

  const kpiLog = (dataDir: string): string => path.join(dataDir, 'logs', 'kpi.log');
  const entries = (dataDir: string) =>
    existsSync(kpiLog(dataDir)) ? parseKpiLog(readFileSync(kpiLog(dataDir), 'utf8')) : [];
  const settingsFile = (dataDir: string, settings: object): void =>
    writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));

  it('kpi.log is read by a parser written from its description alone, with masks and without, with a GPU and without', async () => {
    const dataDir = bench.folder();
    const program = path.join(dataDir, 'nvidia-smi');
    writeFileSync(program, `#!${process.execPath}\nsetInterval(() => console.log('51, 1234, 8192, 63'), 50);`, {
      mode: 0o755,
    });
    settingsFile(dataDir, { 'gpu.probe': program });
    const engine = await startEngine(bench, 'phantom', ...FAST, '--data-dir', dataDir);
    const found = await eventually(
      'lines with masks and a GPU',
      LIMIT_MS,
      () =>
        entries(dataDir).find(
          ({ fps_out, latency_ms, gpu_util }) => fps_out !== 0 && latency_ms !== null && gpu_util === 51,
        ) ?? null,
    );
    const sample = await api<KpiSample>(engine.url, '/api/metrics/latest');
    expect(sample).toMatchObject({ gpu_memory_mb: 1234, gpu_temp_c: 63 });
    expect(found.fps_in).toBeGreaterThan(0);
    await engine.process.stop();

    settingsFile(dataDir, { 'gpu.probe': path.join(dataDir, 'no-such-program'), 'model.enabled': false });
    const before = entries(dataDir).length;
    const second = await startEngine(bench, 'phantom', ...FAST, '--data-dir', dataDir);
    const without = await eventually(
      'a line without masks and GPU',
      LIMIT_MS,
      () => entries(dataDir).slice(before)[4] ?? null,
    );
    expect(without).toMatchObject({ fps_out: 0, latency_ms: null, gpu_util: null });

    const console = bench.owns(await ConsoleClient.open(second.url));
    const answer = await console.command('settings.update', { patch: { 'kpi.logging': false } });
    expect(answer.type).toBe('result');
    const atSwitch = entries(dataDir).length;
    const atSample = (await api<KpiSample>(second.url, '/api/metrics/latest')).ts;
    await eventually('three more samples', LIMIT_MS, async () =>
      (await api<KpiSample>(second.url, '/api/metrics/latest')).ts > atSample + 0.75 ? true : null,
    );
    // One line may have been on its way when the switch was thrown.
    expect(entries(dataDir).length - atSwitch).toBeLessThanOrEqual(1);
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk is counted and said, and frames go on', async () => {
    const dataDir = bench.folder();
    mkdirSync(path.join(dataDir, 'logs'));
    for (const name of ['kpi.log', 'pipeline.log']) symlinkSync('/dev/full', path.join(dataDir, 'logs', name));
    const engine = await startEngine(bench, 'phantom', ...FAST, '--data-dir', dataDir);
    const sample = await eventually('lost lines are counted, masks leave', LIMIT_MS, async () => {
      const latest = await api<KpiSample>(engine.url, '/api/metrics/latest');
      return latest.log_lost > 5 && latest.fps_out > 0 ? latest : null;
    });
    expect(sample.frames_received).toBe(
      sample.frames_sent +
        sample.queue_rt_drops +
        sample.queue_gpu_drops +
        sample.queue_out_drops +
        sample.frames_in_flight,
    );
    const { problems } = await api<EngineSnapshot>(engine.url, '/api/snapshot');
    expect(problems.find(({ key }) => key === 'log.disk')?.message).toMatch(/ENOSPC/);
  });

  it('history survives SIGKILL: the next engine begins with it', async () => {
    const dataDir = bench.folder();
    const first = await startEngine(bench, 'phantom', ...FAST, '--data-dir', dataDir);
    await eventually('some samples are on disk', LIMIT_MS, () => (entries(dataDir).length >= 5 ? true : null));
    const { ts } = await api<KpiSample>(first.url, '/api/metrics/latest');
    await first.process.stop('SIGKILL');
    const history = path.join(dataDir, 'history');
    expect(existsSync(history)).toBe(true);
    const second = await startEngine(bench, 'phantom', ...FAST, '--data-dir', dataDir);
    const disk = new DiskWriter({ problem: () => {} });
    bench.owns({ close: () => disk.close(1000) });
    const store = bench.owns(new HistoryStore(dataDir, disk, 7));
    const samples = await eventually('the history has both runs', LIMIT_MS, async () => {
      const newest = await store.newest(300);
      return newest.some((sample) => sample.ts > ts + 0.5) ? newest : null;
    });
    expect(second.pid).not.toBe(first.pid);
    expect(samples.filter((sample) => sample.ts < ts).length).toBeGreaterThanOrEqual(3);
    expect(samples.map((sample) => sample.ts)).toEqual(samples.map((sample) => sample.ts).toSorted((x, y) => x - y));
  });
});
