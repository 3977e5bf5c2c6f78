import { describe, expect, it } from 'vitest';
import { describeCustomMetric } from '../../../src-shared/index.ts';

describe('a figure of somebody else', () => {
  const help = 'what it is';
  const inPrometheus = (name: string, unit: string, kind?: 'gauge' | 'counter') =>
    describeCustomMetric({ name, unit, help, ...(kind === undefined ? {} : { kind }) }).prometheus;

  it('keeps its name and unit here, and has base units at the end of its name for Prometheus', () => {
    expect(describeCustomMetric({ name: 'engine_loop_delay_ms', unit: 'ms', help })).toMatchObject({
      name: 'engine_loop_delay_ms',
      unit: 'ms',
    });
    expect(inPrometheus('engine_loop_delay_ms', 'ms')).toEqual({
      name: 'igt_custom_engine_loop_delay_seconds',
      scale: 1e-3,
    });
    expect(inPrometheus('cache', 'MB')).toEqual({ name: 'igt_custom_cache_bytes', scale: 2 ** 20 });
    expect(inPrometheus('probe_temperature', '°C')).toEqual({ name: 'igt_custom_probe_temperature', scale: 1 });
  });

  it('that only grows ends in _total', () => {
    expect(inPrometheus('clicks', '', 'counter')).toEqual({ name: 'igt_custom_clicks_total', scale: 1 });
  });
});
