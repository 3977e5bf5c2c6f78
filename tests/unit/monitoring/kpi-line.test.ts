import { describe, expect, it } from 'vitest';
import { kpiLine } from '../../../src-main/monitoring/index.ts';
import { parseKpiLine } from '../../support/kpi-log-parser.ts';
import { aSample } from '../../support/samples.ts';

describe('a line of kpi.log', () => {
  it('is the documented one to the character', () => {
    const ts = new Date(2025, 9, 17, 11, 0, 0, 456).getTime() / 1000;
    const sample = aSample({
      ts,
      fps_in: 25,
      fps_out: 24.9,
      latency_ms: 38.2,
      gpu_util: 51,
      queue_rt_size: 2,
      queue_gpu_size: 1,
    });
    expect(kpiLine(sample)).toBe(
      `2025-10-17 11:00:00 | igt.kpi | ts=${ts.toFixed(3)} fps_in=25.0 fps_out=24.9 latency_ms=38.2 gpu_util=51.0 ` +
        'q_rt=2 q_gpu=1 drops_rt=0 drops_gpu=0\n',
    );
  });

  it('says nan where there is no value, and is read back', () => {
    const line = kpiLine(aSample({ latency_ms: null, gpu_util: null, queue_rt_drops: 12_345 }));
    expect(line).toContain('latency_ms=nan gpu_util=nan');
    expect(parseKpiLine(line.trimEnd())).toMatchObject({ latency_ms: null, gpu_util: null, drops_rt: 12_345 });
  });
});
