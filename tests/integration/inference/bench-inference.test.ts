import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

interface Step {
  readonly p50: number;
  readonly p99: number;
}
interface Run {
  readonly asked: string;
  /** Instead of the rest: why there are no figures. */
  readonly failed?: string;
  readonly providers: readonly [{ readonly running: string; readonly fellBack: boolean }];
  readonly sizes: readonly {
    readonly size: readonly number[];
    readonly frames: number;
    readonly preMs: Step;
    readonly runMs: Step;
    readonly postMs: Step;
    readonly wholeMs: Step;
    readonly framesPerSecond: number;
    readonly cpuSecondsPerFrame: number | null;
    readonly rssMb: number | null;
  }[];
}

describe('bench inference', () => {
  it('prints one object: what was asked, what ran, and the cost of each step at both sizes', {
    timeout: 240_000,
  }, () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'bench-'));
    const args = ['bench', 'inference', '--model', 'bone-tracer', '--provider', 'cuda', '--seconds', '1'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(root, 'dist/cli.js'), ...args, '--data-dir', dataDir],
      { encoding: 'utf8' },
    );
    rmSync(dataDir, { recursive: true });
    expect(status, stderr).toBe(0);
    const { bench, machine, runs } = JSON.parse(stdout) as { bench: string; machine: object; runs: Run[] };
    expect(bench).toBe('inference');
    expect(machine).toMatchObject({ cpu: expect.any(String), cores: expect.any(Number) });
    expect(runs.map(({ asked, failed }) => [asked, failed])).toEqual([['cuda', undefined]]);
    // On a machine without CUDA it says so instead of passing the CPU's figures off as CUDA's.
    const [{ running, fellBack }] = runs[0]!.providers;
    expect(fellBack).toBe(running !== 'cuda');
    for (const { sizes } of runs) {
      expect(sizes.map(({ size }) => size)).toEqual([
        [640, 480],
        [820, 616],
      ]);
      for (const { frames, preMs, runMs, postMs, wholeMs, framesPerSecond } of sizes) {
        expect(frames).toBeGreaterThan(0);
        for (const step of [preMs, runMs, postMs]) expect(step.p99).toBeGreaterThanOrEqual(step.p50);
        // No step is longer than the whole.
        expect(Math.max(preMs.p99, runMs.p99, postMs.p99)).toBeLessThanOrEqual(wholeMs.p99);
        expect(framesPerSecond).toBeGreaterThan(0);
      }
    }
  });
});
