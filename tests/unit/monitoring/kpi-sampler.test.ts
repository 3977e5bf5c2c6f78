import { describe, expect, it } from 'vitest';
import { KpiSampler, NO_GPU } from '../../../src-main/monitoring/index.ts';
import { initQueues } from '../../../src-main/pipeline/index.ts';
import type { LatencyTrace } from '../../../src-shared/index.ts';

const trace = (latencyMs: number): LatencyTrace => ({
  receivedMs: 100,
  dequeuedMs: 100.5,
  preprocessedMs: 101.5,
  runStartMs: 102,
  runEndMs: 105,
  postprocessedMs: 105.5,
  sentMs: 100 + latencyMs,
  modelWaitMs: 0.5,
  detailMs: { detect: 1, mask: 0.25 },
});
const context = () => ({
  metrics: initQueues().getPipelineMetrics(),
  framesReceived: 0,
  framesSent: 0,
  framesInFlight: 0,
  coalesced: 0,
  upstream: {
    lost: null,
    duplicates: 0,
    sourceFps: null,
    clockOffsetMs: null,
    clockDriftPpm: null,
    jitterMs: null,
  },
  syncMs: null,
  archive: { archived_total: 0, archive_backlog_frames: 0, archive_backlog_bytes: 0, archive_lost: 0 },
  gpu: NO_GPU,
  engine: { cpuPercent: 40, memoryMb: 100 },
  inference: { cpuPercent: null, memoryMb: null },
  provider: { provider: 'webgpu + cpu', provider_fallback: 1 as const },
  diskFreeMb: null,
  logLost: 0,
  custom: {},
});

describe('KpiSampler', () => {
  it('counts rates over the time since the last sample, not over a nominal second', () => {
    const sampler = new KpiSampler(0);
    for (let i = 0; i < 30; i++) sampler.frameReceived();
    for (let i = 0; i < 15; i++) sampler.maskSent(trace(8));
    const sample = sampler.sample(500, context());
    expect(sample.fps_in).toBe(60);
    expect(sample.fps_out).toBe(30);
  });

  it('reports the median latency of the masks sent since the last sample', () => {
    const sampler = new KpiSampler(0);
    for (const latency of [5, 6, 7, 8, 100]) sampler.maskSent(trace(latency));
    const latency = sampler.sample(1000, context()).latency_ms ?? 0;
    expect(Math.abs(latency / 7 - 1)).toBeLessThan(0.05);
  });

  it('says null, not zero, when nothing was sent', () => {
    const sample = new KpiSampler(0).sample(1000, context());
    expect(sample.latency_ms).toBeNull();
    expect(sample.stage_ms.run).toBeNull();
    expect(sample.upstream_lost).toBeNull();
  });

  it('says in every sample what runs the model, and whether that was wanted', () => {
    const sample = new KpiSampler(0).sample(1000, context());
    expect(sample).toMatchObject({ provider: 'webgpu + cpu', provider_fallback: 1 });
  });

  it('adds up the processes there are, and has no value for what nobody reports', () => {
    const sampler = new KpiSampler(0);
    expect(sampler.sample(1000, context())).toMatchObject({ cpu_percent: 40, memory_mb: 100, gpu_util: null });
    const both = { ...context(), inference: { cpuPercent: 60, memoryMb: 200 } };
    expect(sampler.sample(2000, both)).toMatchObject({ cpu_percent: 100, memory_mb: 300 });
    const none = { ...context(), engine: { cpuPercent: null, memoryMb: null } };
    expect(sampler.sample(3000, none)).toMatchObject({ cpu_percent: null });
  });

  it('splits the latency into stages', () => {
    const sampler = new KpiSampler(0);
    sampler.maskSent(trace(6));
    const { stage_ms, detail_ms } = sampler.sample(1000, context());
    expect(stage_ms.run?.p50).toBeGreaterThan(2.9);
    expect(stage_ms.run?.p50).toBeLessThan(3.1);
    expect(stage_ms.preprocess?.p50).toBeGreaterThan(0.97);
    expect(stage_ms.queue?.p50).toBeLessThan(0.52);
    expect(detail_ms.detect?.p50).toBeCloseTo(1, 1);
    expect(detail_ms.encode).toBeNull();
  });
});
