import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import { eventually, startEngine, TestBench } from '../../support/processes.ts';
import { snapshotOf } from '../../support/streams.ts';

const PROBLEM = 'settings.save';

describe('settings of a running engine', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('act though they cannot be saved, which stands on screen until they can', async () => {
    bench = new TestBench();
    const file = path.join(bench.folder(), 'settings.json');
    const { url } = await startEngine(bench, 'phantom', '--settings', file);
    const client = bench.owns(await ConsoleClient.open(url));
    const set = (labelValue: number) =>
      client.command('settings.update', { patch: { 'publish.labelValue': labelValue } });

    mkdirSync(`${file}.new`);
    expect(await set(7)).toMatchObject({ type: 'result', value: { settings: { 'publish.labelValue': 7 } } });
    const problem = await eventually('the problem on screen', 3000, async () => {
      const { problems } = await snapshotOf(url);
      return problems.find(({ key }) => key === PROBLEM) ?? null;
    });
    expect(problem.message).toContain(file);
    expect((await snapshotOf(url)).settings['publish.labelValue']).toBe(7);

    rmdirSync(`${file}.new`);
    expect(await set(8)).toMatchObject({ type: 'result' });
    await eventually('the problem is gone', 3000, async () =>
      (await snapshotOf(url)).problems.some(({ key }) => key === PROBLEM) ? null : true,
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ settings: { 'publish.labelValue': 8 } });
  });

  it('are on disk when the engine ends right after the change', async () => {
    bench = new TestBench();
    const file = path.join(bench.folder(), 'settings.json');
    const engine = await startEngine(bench, 'phantom', '--settings', file);
    const client = bench.owns(await ConsoleClient.open(engine.url));
    await client.command('settings.update', { patch: { 'publish.labelValue': 9 } });
    expect(await engine.process.stop()).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ settings: { 'publish.labelValue': 9 } });
  });
});
