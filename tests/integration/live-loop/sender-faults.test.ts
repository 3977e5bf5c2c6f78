import { afterEach, describe, expect, it } from 'vitest';
import { eventually, hasPeers, peerPath, startEngine, TestBench } from '../../support/processes.ts';
import { snapshotOf } from '../../support/streams.ts';

interface Fault {
  readonly fault: string;
  readonly what: string;
  /** What the engine counts of the source, once each. */
  readonly counted: readonly string[];
  /** What else it says between the good frames before and after. */
  readonly logged: readonly RegExp[];
}

/** The sender's fault, on one frame in the middle of a good stream, and what the engine must make of it. */
const FAULTS: readonly Fault[] = [
  {
    fault: 'stall-mid',
    what: 'stalls in the middle of a message',
    counted: [],
    logged: [/liveness from="LIVE" to="STALE"/, /liveness from="STALE" to="LIVE"/],
  },
  {
    fault: 'die',
    what: 'drops the connection in the middle of a message',
    counted: [],
    logged: [
      /source\.state link="connecting" message="127\.0\.0\.1:\d+: closed by the peer"/,
      /liveness from="LIVE" to="LINK LOST"/,
    ],
  },
  {
    fault: 'corrupt',
    what: 'corrupts bytes',
    counted: ['source.bad-crc'],
    logged: [/source\.bad-crc message="IMAGE Image_Reference: CRC of \d+ body bytes does not match"/],
  },
  {
    fault: 'resend-mid',
    what: 're-sends a message from its first byte in the middle of it',
    counted: ['source.bad-crc', 'source.bad-header', 'source.resync'],
    logged: [/liveness from="LIVE" to="STALE"/, /source\.resync message="lost framing: next good message found/],
  },
  {
    fault: 'huge-body',
    what: 'announces 4 GiB',
    counted: ['source.resync', 'source.too-large'],
    logged: [/source\.too-large message="IMAGE Image_Reference body 4294967296: expected <= \d+ bytes"/],
  },
  {
    fault: 'garbage',
    what: 'speaks garbage',
    counted: ['source.bad-header', 'source.resync'],
    logged: [/source\.bad-header message="header version \d+: expected 1 or 2"/, /after skipping 5000 bytes/],
  },
];

/** Good frames must be back this soon after the sender is good again (the figure). */
const BACK_WITHIN_MS = 1000;
/** `eventually` looks this often. */
const LOOK_MS = 25;
/** Two seconds in: the engine is LIVE well before. */
const FPS = 40;
const FAULT_AT = 80;

describe.skipIf(!hasPeers)('a sender with a fault', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it.each(FAULTS)('$fault: $what; the engine says so and is back on good frames within 1 s', async (expected) => {
    bench = new TestBench();
    const sender = bench.run(
      peerPath('plus_server'),
      ...['--port', '0', '--fps', String(FPS), '--fault', expected.fault, '--at', String(FAULT_AT)],
    );
    const port = await sender.find((line) => /^PORT=(\d+)/.exec(line)?.[1] ?? null);
    const engine = await startEngine(bench, `igtl://127.0.0.1:${port}`);
    await eventually('live before the fault, and has said so', 10_000, async () => {
      const { liveness } = await snapshotOf(engine.url);
      return liveness === 'LIVE' && /to="LIVE"/.test(engine.process.stderr) ? true : null;
    });
    expect(sender.lines).not.toContain('GOOD');
    const saidBefore = engine.process.stderr.length;

    const goodMs = await sender.find((line) => (line === 'GOOD' ? Date.now() : null), 15_000);
    const backMs = await eventually('a frame of after the fault, and LIVE', 10_000, async () => {
      const askedMs = Date.now();
      const { liveness, frameAgeMs } = await snapshotOf(engine.url);
      const isNew = frameAgeMs !== null && askedMs - frameAgeMs > goodMs;
      return isNew && liveness === 'LIVE' ? Date.now() : null;
    });
    expect(backMs - goodMs).toBeLessThan(BACK_WITHIN_MS + LOOK_MS);

    const { problems } = await snapshotOf(engine.url);
    const ofSource = problems.filter(({ key }) => key.startsWith('source.'));
    expect(ofSource.map(({ key, count }) => `${key} ${count}`).sort()).toEqual(
      expected.counted.map((key) => `${key} 1`),
    );
    const said = await eventually('the log line of being back', 2000, () => {
      const text = engine.process.stderr.slice(saidBefore);
      return expected.logged.every((line) => line.test(text)) ? text : null;
    }).catch(() => engine.process.stderr.slice(saidBefore));
    for (const line of expected.logged) expect(said).toMatch(line);
  });
});
