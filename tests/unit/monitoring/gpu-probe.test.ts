import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GpuProbe, NO_GPU, parseGpuLine } from '../../../src-main/monitoring/index.ts';
import { monotonicMs } from '../../../src-main/pipeline/index.ts';
import { eventually } from '../../support/processes.ts';

const LIMIT_MS = 15_000;

describe('parseGpuLine', () => {
  it.each([
    ['51, 1234, 8192, 63', [51, 1234, 8192, 63]],
    ['0, 1, 24564, 35', [0, 1, 24564, 35]],
    ['[N/A], 1234, 8192, [Not Supported]', [null, 1234, 8192, null]],
    ['[Unknown Error], [N/A], [N/A], N/A', [null, null, null, null]],
  ])('%s', (line, values) => {
    expect(Object.values(parseGpuLine(line) ?? {})).toEqual(values);
  });

  it.each(['', 'No devices were found', '51, 1234, 8192', '51 %, 1234 MiB, 8192 MiB, 63'])('refuses %j', (line) => {
    expect(parseGpuLine(line)).toBeNull();
  });
});

describe.skipIf(process.platform === 'win32')('GpuProbe', () => {
  let folder: string;
  let states: string[];
  let probe: GpuProbe | null = null;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'gpu-'));
    states = [];
  });
  afterEach(async () => {
    await probe?.close();
    rmSync(folder, { recursive: true });
  });

  /** A program in the place of nvidia-smi that runs `script`; its arguments are `args`. */
  function reading(script: string, nowMs = monotonicMs): GpuProbe {
    const program = path.join(folder, 'nvidia-smi');
    writeFileSync(program, `#!${process.execPath}\nconst args = process.argv.slice(2);\n${script}`, { mode: 0o755 });
    return start(program, nowMs);
  }
  function start(program: string, nowMs = monotonicMs): GpuProbe {
    probe = new GpuProbe(program, { state: (state, reason) => states.push(`${state} ${reason ?? ''}`.trim()) }, nowMs);
    probe.start();
    return probe;
  }
  const util = (gpu: GpuProbe) => eventually('a figure', LIMIT_MS, () => gpu.figures().gpu_util);

  it('asks once and reads a line a second for as long as it runs', async () => {
    const gpu = reading(`
      if (args[1] !== '--query-gpu=utilization.gpu,memory.used,memory.total,temperature.gpu') process.exit(2);
      if (!args.includes('--format=csv,noheader,nounits') || !args.includes('-l')) process.exit(2);
      let i = 0;
      setInterval(() => process.stdout.write(['51, 1234, 8192, 63\\n', '97, 12', '34, 8192, [N/A]\\n'][i++ % 3]), 20);`);
    await util(gpu);
    await eventually('the second reading, written in two pieces', LIMIT_MS, () =>
      gpu.figures().gpu_util === 97 ? true : null,
    );
    expect(gpu.figures()).toEqual({ gpu_util: 97, gpu_memory_mb: 1234, gpu_memory_total_mb: 8192, gpu_temp_c: null });
    expect(states).toEqual(['starting', 'reading']);
  });

  it('has no value, not zero, where there is no such program, and does not look for it again', async () => {
    const gpu = start(path.join(folder, 'nvidia-smi'));
    await eventually('it is absent', LIMIT_MS, () => (gpu.state === 'absent' ? true : null));
    expect(gpu.figures()).toEqual(NO_GPU);
    expect(states[1]).toMatch(/^absent .*ENOENT/);
  });

  it('starts the reader again when it dies, and says what it said last', async () => {
    const gpu = reading(
      `console.log('12, 1, 2, 3'); console.error('GPU is lost'); setTimeout(() => process.exit(9), 50);`,
    );
    await util(gpu);
    await eventually('it is read again', LIMIT_MS, () =>
      states.filter((state) => state === 'reading').length >= 2 ? true : null,
    );
    expect(states).toContain('restarting GPU is lost');
  });

  it('does not go on with figures of a reader that has fallen silent', async () => {
    let now = 0;
    const gpu = reading(`console.log('12, 1, 2, 3'); setInterval(() => {}, 1000);`, () => now);
    await util(gpu);
    now = 5001;
    expect(gpu.figures()).toEqual(NO_GPU);
  });

  it('ends a reader that lives on in silence, says so, and starts another', async () => {
    let now = 0;
    const gpu = reading(`console.log('12, 1, 2, 3'); setInterval(() => {}, 1000);`, () => now);
    await util(gpu);
    now = 14_000;
    gpu.figures();
    expect(gpu.state).toBe('reading');
    now = 16_000;
    gpu.figures();
    expect(states.at(-1)).toMatch(/^restarting .*nvidia-smi has printed nothing for 15 s$/);
    expect(await util(gpu)).toBe(12);
    expect(states.slice(2)).toEqual([expect.stringMatching(/^restarting/), 'starting', 'reading']);
  });

  it('gives up one that never prints anything, again and again', async () => {
    let now = 0;
    const gpu = reading(`setInterval(() => {}, 1000);`, () => now);
    for (const pass of [1, 2]) {
      await eventually('it is started', LIMIT_MS, () => (gpu.state === 'starting' ? true : null));
      now += 16_000;
      expect(gpu.figures()).toEqual(NO_GPU);
      expect(states.filter((state) => state.startsWith('restarting'))).toHaveLength(pass);
    }
  });
});
