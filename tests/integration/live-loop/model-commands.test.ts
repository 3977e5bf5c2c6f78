import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import { segmenter } from '../../support/model-exports.ts';
import { eventually, startEngine, TestBench } from '../../support/processes.ts';
import { snapshotOf } from '../../support/streams.ts';

describe('models through a console', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('are listed, added from folders a console may open, verified and removed; the one in use stays', async () => {
    bench = new TestBench();
    const dataDir = bench.folder();
    const engine = await startEngine(bench, 'phantom', '--data-dir', dataDir);
    const client = bench.owns(await ConsoleClient.open(engine.url));
    expect(await client.command('models.list', {})).toMatchObject({
      value: { models: expect.arrayContaining([expect.objectContaining({ id: 'bone-tracer', origin: 'shipped' })]) },
    });

    const outside = path.join(bench.folder(), 'net.onnx');
    writeFileSync(outside, segmenter());
    expect(await client.command('models.add', { path: outside })).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/a console may open models in .* only/),
    });

    const folder = path.join(dataDir, 'recordings', 'net');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'net.onnx'), segmenter());
    expect(await client.command('models.add', { path: folder })).toMatchObject({
      value: { model: { id: 'net', kind: 'segmenter', origin: 'user' } },
    });
    expect(await client.command('models.verify', {})).toMatchObject({
      value: {
        checks: expect.arrayContaining([
          { id: 'net', problems: [], said: null },
          { id: 'bone-tracer', problems: [], said: null },
        ]),
      },
    });

    writeFileSync(path.join(folder, 'net.onnx'), 'no model');
    expect(await client.command('models.add', { path: folder, id: 'other' })).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/model file net\.onnx/),
      said: { code: 'model.file-bad', values: { file: 'net.onnx', what: { code: expect.stringMatching(/^onnx\./) } } },
    });

    const { modelId } = (await snapshotOf(engine.url)).inference;
    expect(await client.command('models.remove', { id: modelId })).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/is the one in use/),
    });
    expect(await client.command('models.remove', { id: 'net' })).toMatchObject({ type: 'result', value: null });
    expect(existsSync(path.join(dataDir, 'models', 'net'))).toBe(false);
  });

  it('say what runs them in the snapshot and in the samples', async () => {
    bench = new TestBench();
    const engine = await startEngine(bench, 'phantom');
    const { inference } = await eventually('a ready model', 30_000, async () => {
      const snapshot = await snapshotOf(engine.url);
      return snapshot.inference.link === 'ready' ? snapshot : null;
    });
    expect(inference.provider).toBe('cpu');
    expect(inference.providers.length).toBeGreaterThan(0);
    for (const { running, trials } of inference.providers) {
      expect(running).toBe('cpu');
      expect(trials.map(({ provider }) => provider)).toEqual(['cuda', 'dml', 'coreml', 'webgpu', 'cpu']);
    }
    const client = bench.owns(await ConsoleClient.open(engine.url));
    // The first sample a console gets may be older than the model.
    const sample = await eventually('a sample with the model in it', 20_000, () => {
      const kpi = client.messages.findLast((message) => message.type === 'kpi');
      return kpi?.sample.provider != null ? kpi.sample : null;
    });
    expect(sample).toMatchObject({ provider: 'cpu', provider_fallback: 0 });
  });
});
