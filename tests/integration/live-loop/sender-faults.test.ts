import { afterEach, describe, expect, it } from 'vitest';
import type { EngineSnapshot, KpiSample } from '../../../src-shared/index.ts';
import { api, eventually, peerPath, startEngine, TestBench } from '../../support/processes.ts';

/** The sender's fault, on one frame in the middle of a good stream, and the words the engine must find for it. */
const FAULTS: readonly (readonly [fault: string, what: string, problem: RegExp | null])[] = [
  ['stall-mid', 'stalls in the middle of a message', null],
  ['die', 'drops the connection in the middle of a message', null],
  ['corrupt', 'corrupts bytes', /checksum|CRC/i],
  ['resend-mid', 're-sends a message from its first byte in the middle of it', /checksum|CRC|header/i],
  ['huge-body', 'announces 4 GiB', /body size|bytes/i],
  ['garbage', 'speaks garbage', /header|message/i],
];

/** Good frames must be back this soon after the sender is good again (the figure). */
const BACK_WITHIN_MS = 1000;
const FAULT_AT = 40;

describe('a sender with a fault', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it.each(FAULTS)('%s: %s; the engine says so and is back on good frames', async (fault, _what, problem) => {
    bench = new TestBench();
    const sender = bench.run(
      peerPath('plus_server'),
      ...['--port', '0', '--fps', '40', '--fault', fault, '--at', String(FAULT_AT)],
    );
    const port = await sender.find((line) => /^PORT=(\d+)/.exec(line)?.[1] ?? null);
    const engine = await startEngine(bench, `igtl://127.0.0.1:${port}`, '--interval', '0.2');
    const snapshot = () => api<EngineSnapshot>(engine.url, '/api/snapshot');

    await eventually('live before the fault', 10_000, async () =>
      (await snapshot()).liveness === 'LIVE' ? true : null,
    );
    const good = await sender.find((line) => (/^GOOD/.test(line) ? Date.now() : null), 15_000);
    const received = (await api<KpiSample>(engine.url, '/api/metrics/latest')).frames_received;
    const back = await eventually('good frames after the fault', 5000, async () => {
      const sample = await api<KpiSample>(engine.url, '/api/metrics/latest');
      return sample.frames_received > received && (await snapshot()).liveness === 'LIVE' ? Date.now() : null;
    });
    console.log(`${fault}: back ${back - good} ms after the sender was good again (limit ${BACK_WITHIN_MS} ms)`);
    if (problem !== null) {
      const { problems } = await snapshot();
      expect(problems.map(({ message }) => message).join('\n')).toMatch(problem);
      expect(problems.every(({ count }) => count > 0)).toBe(true);
    }
    expect(engine.process.stderr).toMatch(problem ?? /source\.state|liveness/);
  });
});
