import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import {
  childrenOf,
  eventually,
  hasPeers,
  hasProc,
  peerPath,
  startEngine,
  TestBench,
} from '../../support/processes.ts';
import { framesGoOn, linesOf, masksFlow, snapshotOf, startSimulator } from '../../support/streams.ts';

/** Resident memory, MB. */
const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
/** A model that is gone must leave nothing of its tens of megabytes behind; collections come when they come. */
const SLACK_MB = 40;

describe.skipIf(!hasProc || !hasPeers)('changing the model of a running engine', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('keeps the stream, names both models meanwhile, and leaves one process with no more memory than before', {
    timeout: 180_000,
  }, async () => {
    bench = new TestBench();
    const { address } = await startSimulator(bench, 'phantom', '--fps', '20');
    const engine = await startEngine(bench, address, '--model', 'bone-tracer');
    const client = bench.owns(await ConsoleClient.open(engine.url));
    await masksFlow(engine.url);
    const receiver = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${engine.publishPort}`);
    const heldMb = () => residentMb(engine.pid) + residentMb(childrenOf(engine.pid)[0]!);
    const firstMb = heldMb();

    for (const id of ['bone-net', 'bone-tracer', 'bone-net', 'bone-tracer']) {
      expect(await client.command('model.choose', { id })).toMatchObject({ type: 'result' });
      const { inference } = await snapshotOf(engine.url);
      // Loading takes longer than asking; should it not, the new one works already.
      expect([inference.modelId, inference.nextModelId]).toContain(id);
      await eventually(`${id} at work`, 30_000, async () => {
        const now = await snapshotOf(engine.url);
        return now.inference.modelId === id && now.inference.nextModelId === null ? now : null;
      });
      await masksFlow(engine.url);
      await eventually('the end of the old process', 5000, () => (childrenOf(engine.pid).length === 1 ? true : null));
      await framesGoOn(engine.url);
    }
    await eventually('memory given back', 10_000, () => (heldMb() < firstMb + SLACK_MB ? true : null));
    const masks = await eventually('fifty masks', 10_000, () => {
      const images = linesOf(receiver).filter(({ type }) => type === 'IMAGE');
      return images.length > 50 ? images : null;
    });
    expect(masks.every(({ crcOk }) => crcOk)).toBe(true);
    // Slicer is never told that there is no answer: the old model works until the new one does.
    expect(linesOf(receiver).filter(({ type, code }) => type === 'STATUS' && code !== 1)).toEqual([]);
  });

  it('stays with its model when the other is refused, and says why', async () => {
    bench = new TestBench();
    const { address } = await startSimulator(bench, 'phantom', '--fps', '10');
    const engine = await startEngine(bench, address, '--model', 'bone-tracer');
    const client = bench.owns(await ConsoleClient.open(engine.url));
    await masksFlow(engine.url);
    const answer = await client.command('model.choose', { id: 'no-such-model' });
    expect(JSON.stringify(answer)).toMatch(/no-such-model/);
    expect((await snapshotOf(engine.url)).inference).toMatchObject({ modelId: 'bone-tracer', link: 'ready' });
    await masksFlow(engine.url);
  });
});
