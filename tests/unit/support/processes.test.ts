import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RunningProcess, TestBench } from '../../support/processes.ts';

const ENDLESS = ['-e', "console.log('started'); setInterval(() => {}, 1000)"];

describe('TestBench', () => {
  it('ends every process and removes every folder though one closer fails, and says which', async () => {
    const bench = new TestBench();
    const folder = bench.folder();
    const process1 = bench.run(process.execPath, ...ENDLESS);
    bench.owns({
      close: () => {
        throw new Error('this one fails');
      },
    });
    const process2 = bench.run(process.execPath, ...ENDLESS);
    await Promise.all([process1, process2].map((one) => one.find((line) => (line === 'started' ? true : null))));
    await expect(bench.close()).rejects.toThrow('this one fails');
    expect([process1, process2].map(({ child }) => child.signalCode)).toEqual(['SIGTERM', 'SIGTERM']);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('RunningProcess', () => {
  it('says that its program is not there, and can be stopped all the same', async () => {
    const missing = new RunningProcess('/nowhere/plus_server', ['--port', '0']);
    await expect(missing.find(() => null)).rejects.toThrow(/plus_server --port 0: spawn .*ENOENT/);
    expect(await missing.exited).toBeNull();
    expect(await missing.stop()).toBeNull();
  });
});
