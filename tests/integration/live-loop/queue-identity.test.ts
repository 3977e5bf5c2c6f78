import { afterEach, describe, expect, it } from 'vitest';
import type { EngineSnapshot, KpiSample } from '../../../src-shared/index.ts';
import {
  api,
  childrenOf,
  eventually,
  hasPeers,
  hasProc,
  peerPath,
  startEngine,
  TestBench,
} from '../../support/processes.ts';

const FPS = 95;
const KILLS = 3;

/** received = sent + drops by queue + in flight, exactly (design, section 4). */
function expectIdentity(sample: KpiSample): void {
  const dropped = sample.queue_rt_drops + sample.queue_gpu_drops + sample.queue_out_drops;
  const byReason = Object.values(sample.drops_by_reason).reduce((sum, count) => sum + count, 0);
  expect(sample.frames_received).toBe(sample.frames_sent + dropped + sample.frames_in_flight);
  expect(byReason).toBe(dropped);
}

describe.skipIf(!hasPeers || !hasProc)('the C++ sender at 95 frames/s of 640x480', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('every frame is accounted for at every sample, and after every kill of the inference process', async () => {
    bench = new TestBench();
    const sender = bench.run(peerPath('plus_server'), '--port', '0', '--fps', String(FPS));
    const port = await sender.find((line) => /^PORT=(\d+)/.exec(line)?.[1] ?? null);
    const engine = await startEngine(bench, `igtl://127.0.0.1:${port}`, '--interval', '0.2');
    const sampleNow = () => api<KpiSample>(engine.url, '/api/metrics/latest');
    const ready = () =>
      eventually('inference ready and masks flowing', 20_000, async () => {
        const { inference } = await api<EngineSnapshot>(engine.url, '/api/snapshot');
        const sample = await sampleNow();
        return inference.link === 'ready' && sample.fps_out > 1 ? sample : null;
      });
    await ready();

    const samples: KpiSample[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const sentBefore = (await sampleNow()).frames_sent;
      const [inference] = childrenOf(engine.pid);
      process.kill(inference as number, 'SIGKILL');
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        samples.push(await sampleNow());
      }
      const after = await ready();
      expect(after.frames_sent).toBeGreaterThan(sentBefore);
    }

    for (const sample of samples) expectIdentity(sample);
    const last = samples.at(-1) as KpiSample;
    expect(last.drops_by_reason['inference-down']).toBeGreaterThan(0);
    expect(last.upstream_lost === null || last.upstream_lost === 0).toBe(true);
    expect(last.frames_received).toBeGreaterThan(FPS * 3);
  });
});
