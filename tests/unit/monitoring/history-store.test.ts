import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskWriter, HistoryStore, MetricRegistry } from '../../../src-main/monitoring/index.ts';
import { METRICS } from '../../../src-shared/index.ts';
import { eventually } from '../../support/processes.ts';
import { aSample } from '../../support/samples.ts';

/** 59 minutes past an hour: a hundred samples a second apart lie in two files. */
const START = Date.UTC(2027, 0, 1, 11, 59, 0) / 1000;
const LIMIT_MS = 10_000;

describe('HistoryStore', () => {
  let dataDir: string;
  let disk: DiskWriter;
  let store: HistoryStore;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(os.tmpdir(), 'history-'));
    disk = new DiskWriter({ problem: () => {} });
    store = new HistoryStore(dataDir, disk, 7);
  });
  afterEach(async () => {
    await store.close();
    await disk.close(LIMIT_MS);
    rmSync(dataDir, { recursive: true });
  });
  const folder = (): string => path.join(dataDir, 'history');
  const fill = (count: number, from = START): void => {
    for (let i = 0; i < count; i++)
      store.add(aSample({ ts: from + i, fps_in: i, latency_ms: i % 10 === 0 ? null : 5 }), METRICS);
  };

  it('gives back every sample as it was, over file boundaries', async () => {
    const sample = aSample({
      ts: START + 0.5,
      stage_ms: { ...aSample().stage_ms, run: { p50: 1, p95: 2, p99: 3 } },
      drops_by_reason: { ...aSample().drops_by_reason, outdated: 7 },
      health: 'WARNING',
    });
    store.add(sample, METRICS);
    fill(100, START + 1);
    const rows = await store.range({ points: 1000 });
    expect(readdirSync(folder())).toEqual(['kpi-2027-01-01T11.jsonl', 'kpi-2027-01-01T12.jsonl']);
    expect(rows).toHaveLength(101);
    expect(rows[0]).toEqual({ sample, fromTs: START + 0.5, count: 1 });
    expect(rows[1]?.sample.latency_ms).toBeNull();
  });

  it('puts a long range into as many rows as asked for, each with its lowest and highest values', async () => {
    fill(100);
    const rows = await store.range({ from: START + 20, to: START + 79, points: 6 });
    expect(rows.length).toBeLessThanOrEqual(6);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    expect(rows[0]?.range?.['fps_in']?.[0]).toBe(20);
    expect(rows.at(-1)?.range?.['fps_in']?.[1]).toBe(79);
    for (const { count, range, sample } of rows) {
      expect(range?.['fps_in']).toEqual([sample.fps_in - count + 1, sample.fps_in]);
    }
  });

  it('survives a crash within a line, and goes on in the same file', async () => {
    fill(10);
    await disk.drained(LIMIT_MS);
    appendFileSync(path.join(folder(), 'kpi-2027-01-01T11.jsonl'), '[1798804801,2');
    const after = new DiskWriter({ problem: () => {} });
    const next = new HistoryStore(dataDir, after, 7);
    next.add(aSample({ ts: START + 20 }), METRICS);
    await after.drained(LIMIT_MS);
    expect((await next.newest(300)).map(({ ts }) => ts - START)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20]);
    await next.close();
    await after.close(LIMIT_MS);
  });

  it('keeps figures that were registered, and those of runs that did not have them', async () => {
    fill(2);
    const registry = new MetricRegistry();
    registry.register({ name: 'probe_temperature', unit: '°C', help: 'Temperature of the probe' }, () => 31.5);
    store.add(aSample({ ts: START + 2, custom: registry.values() }), registry.all());
    const rows = await store.range({ points: 2 });
    expect(rows.at(-1)?.sample.custom).toEqual({ probe_temperature: 31.5 });
    expect(rows[0]?.sample.custom).toEqual({});
  });

  it('removes what is older than it is kept, and nothing else', async () => {
    mkdirSync(folder(), { recursive: true });
    for (const name of ['kpi-2026-12-20T05.jsonl', 'kpi-2026-12-30T05.jsonl', 'notes.txt']) {
      writeFileSync(path.join(folder(), name), '');
    }
    fill(1);
    await eventually('the old file is gone', LIMIT_MS, () =>
      existsSync(path.join(folder(), 'kpi-2026-12-20T05.jsonl')) ? null : true,
    );
    await disk.drained(LIMIT_MS);
    expect(readdirSync(folder()).sort()).toEqual(['kpi-2026-12-30T05.jsonl', 'kpi-2027-01-01T11.jsonl', 'notes.txt']);
  });

  it('is empty where nothing has been kept yet', async () => {
    expect(await store.range({ points: 10 })).toEqual([]);
    expect(await store.newest(300)).toEqual([]);
  });
});
