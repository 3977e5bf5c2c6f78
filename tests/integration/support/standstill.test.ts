import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

/** In the project, where the cases find vitest. */
const OUT = path.resolve('out');

/** The first test is stopped from outside, once, and fails only then; the second fails on a machine that runs. */
const CASES = `
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { it } from 'vitest';

const attempt = (name) => {
  appendFileSync(new URL(name, import.meta.url), 'x');
  return readFileSync(new URL(name, import.meta.url)).length;
};

it('is stopped the first time', async () => {
  if (attempt('stopped') > 1) return;
  const stop = 'sleep 0.1; kill -STOP PID; sleep 0.7; kill -CONT PID'.replaceAll('PID', process.pid);
  spawn('sh', ['-c', stop], { detached: true, stdio: 'ignore' }).unref();
  for (let lastMs = performance.now(), lateMs = 0; lateMs < 500; lastMs = performance.now()) {
    await pause(20);
    lateMs = performance.now() - lastMs;
  }
  throw new Error('too late');
});

it('is wrong', () => {
  attempt('wrong');
  throw new Error('as always');
});
`;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { title: string; status: string; failureMessages: string[] }[];
  }[];
}

const isWindows = process.platform === 'win32';
const skipped = isWindows ? ' (skipped: Windows has no signal that stops a process)' : '';
describe.skipIf(isWindows)(`a test that failed${skipped}`, () => {
  let folder: string | null = null;
  afterEach(() => folder !== null && rmSync(folder, { recursive: true, force: true }));

  it('is run once more when the machine stood still meanwhile, and only then', () => {
    mkdirSync(OUT, { recursive: true });
    folder = mkdtempSync(path.join(OUT, 'standstill-'));
    const file = (name: string): string => path.join(folder!, name);
    writeFileSync(file('one.case.mjs'), CASES);
    writeFileSync(
      file('vitest.config.mjs'),
      `import project from '../../vitest.config.ts';
       const { retry, setupFiles } = project.test.projects.find(({ test }) => test.name === 'integration').test;
       export default { test: { root: ${JSON.stringify(path.resolve('.'))}, include: ['out/*/one.case.mjs'], retry, setupFiles } };`,
    );
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', file('vitest.config.mjs')];
    spawnSync(process.execPath, [...vitest, '--reporter=json', `--outputFile=${file('report.json')}`]);
    const report = JSON.parse(readFileSync(file('report.json'), 'utf8')) as Report;
    const [stopped, wrong] = report.testResults[0]!.assertionResults;
    expect(stopped?.status).toBe('passed');
    expect(readFileSync(file('stopped'), 'utf8')).toBe('xx');
    expect(wrong?.status).toBe('failed');
    expect(wrong?.failureMessages.join()).toMatch(/as always/);
    expect(readFileSync(file('wrong'), 'utf8'), 'a plain failure is final').toBe('x');
  });
});
