import { afterEach, describe, expect, it } from 'vitest';
import { parseStatus } from '../../../src-main/openigtlink/index.ts';
import { ConsoleClient } from '../../support/console-client.ts';
import {
  childrenOf,
  eventually,
  hasPeers,
  hasProc,
  peerPath,
  type RunningProcess,
  startEngine,
  TestBench,
} from '../../support/processes.ts';
import {
  IgtlListener,
  linesOf,
  masksFlow,
  type PeerLine,
  sampleOf,
  snapshotOf,
  startPlusServer,
  startSimulator,
} from '../../support/streams.ts';

const NOT_READY = 13;
const OK = 1;

/** An engine whose masks a C++ client (version 1) and one of version 2 receive. */
async function masksAtTwoClients(bench: TestBench, source: string) {
  const engine = await startEngine(bench, source, '--interval', '0.2');
  await masksFlow(engine.url);
  const slicer = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${engine.publishPort}`);
  const second = bench.owns(new IgtlListener(engine.publishPort));
  second.speakVersion2();
  await eventually('masks at both clients', 10_000, () =>
    linesOf(slicer).length > 5 && second.of('IMAGE').some(({ header }) => header.version === 2) ? true : null,
  );
  return { engine, slicer, second, inferencePid: () => childrenOf(engine.pid)[0] as number };
}

const statuses = (lines: readonly PeerLine[]) => lines.filter(({ type }) => type === 'STATUS');

/** Waits for masks after the `nth` announcement that they are available again. */
async function masksAgain(slicer: RunningProcess, nth = 1): Promise<void> {
  await eventually('masks again', 20_000, () => {
    const lines = linesOf(slicer);
    const good = lines.flatMap(({ type, code }, i) => (type === 'STATUS' && code === OK ? [i] : []));
    const at = good[nth - 1];
    return at !== undefined && lines.slice(at).filter(({ type }) => type === 'IMAGE').length > 3 ? true : null;
  });
}

/** Mask … mask, one empty mask with the last one's geometry and time, why, available, mask …: nothing else. */
function expectOneOutage(lines: readonly PeerLine[], why: RegExp): void {
  const told = statuses(lines);
  expect(told.map(({ device, code }) => [device, code])).toEqual([
    ['BoneMask_Status', NOT_READY],
    ['BoneMask_Status', OK],
  ]);
  expect(told[0]?.text).toMatch(/^masks unavailable: /);
  expect(told[0]?.text).toMatch(why);
  expect(told[1]?.text).toBe('masks available');
  const at = lines.indexOf(told[0] as PeerLine);
  expect(lines.indexOf(told[1] as PeerLine)).toBe(at + 1);
  const [last, empty] = [lines[at - 2] as PeerLine, lines[at - 1] as PeerLine];
  expect(empty).toMatchObject({
    type: 'IMAGE',
    device: 'BoneMask',
    nonzero: 0,
    geometry: last.geometry,
    size: last.size,
  });
  expect(empty.timestamp).toBe(last.timestamp);
  const stamps = lines.filter(({ type }) => type === 'IMAGE').map(({ timestamp }) => timestamp);
  expect(stamps.length - new Set(stamps).size, 'masks whose time stamp came before').toBe(1);
  expect(lines.every(({ crcOk }) => crcOk)).toBe(true);
}

/** The same at a client that speaks version 2, which also reads why in the empty mask's metadata. */
function expectOneOutageAt(second: IgtlListener): void {
  const codes = second.of('STATUS').map(({ content }) => parseStatus(content).code);
  expect(codes).toEqual([NOT_READY, OK]);
  const unavailable = second.of('IMAGE').filter(({ metadata }) => metadata.get('ResultState') === 'unavailable');
  expect(unavailable).toHaveLength(1);
  expect(unavailable[0]?.content.subarray(72).every((pixel) => pixel === 0)).toBe(true);
  expect(second.problems).toEqual([]);
}

describe.skipIf(!hasPeers || !hasProc)('the inference process', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  const FAULTS = [
    ['is killed', 'SIGKILL', /ended by SIGKILL/],
    ['hangs', 'SIGSTOP', /no answer for \d+ ms, limit \d+ ms/],
  ] as const;
  it.each(FAULTS)(
    '%s: frames go on, Slicer is told once, masks come back by themselves',
    async (_what, signal, why) => {
      bench = new TestBench();
      const { address } = await startSimulator(bench, 'phantom');
      const { engine, slicer, second, inferencePid } = await masksAtTwoClients(bench, address);
      const firstPid = inferencePid();
      process.kill(firstPid, signal);
      const down = await eventually('the engine says that inference restarts', 10_000, async () => {
        const snapshot = await snapshotOf(engine.url);
        return snapshot.inference.link === 'restarting' ? snapshot : null;
      });
      expect(down.inference.message).toMatch(why);
      expect(down.problems.find(({ key }) => key === 'inference')).toMatchObject({
        severity: 'critical',
        message: down.inference.message,
      });
      const received = (await sampleOf(engine.url)).frames_received;
      await eventually('frames go on', 5000, async () =>
        (await sampleOf(engine.url)).frames_received > received + 3 ? true : null,
      );
      await masksAgain(slicer);
      expectOneOutage(linesOf(slicer), why);
      expectOneOutageAt(second);
      const { inference, problems, liveness } = await snapshotOf(engine.url);
      expect(inference).toMatchObject({ link: 'ready', message: null, restarts: 1 });
      expect(problems.filter(({ key }) => key === 'inference')).toEqual([]);
      expect(liveness).toBe('LIVE');
      expect(inferencePid()).not.toBe(firstPid);
      expect((await sampleOf(engine.url)).drops_by_reason['inference-down']).toBeGreaterThan(0);
    },
  );

  it('crashes three times within a minute: said aloud, and tried again all the same', async () => {
    bench = new TestBench();
    const engine = await startEngine(bench, await startPlusServer(bench, '--fps', '25'), '--interval', '0.2');
    for (let crash = 1; crash <= 3; crash++) {
      await masksFlow(engine.url);
      process.kill(childrenOf(engine.pid)[0] as number, 'SIGKILL');
      await eventually(`crash ${crash} is seen`, 5000, async () =>
        (await snapshotOf(engine.url)).inference.restarts === crash ? true : null,
      );
    }
    const { inference, problems } = await snapshotOf(engine.url);
    expect(inference.message).toMatch(/3 ends within a minute; starting again in 5 s/);
    expect(problems.find(({ key }) => key === 'inference')?.severity).toBe('critical');
    expect(engine.process.stderr).toMatch(/inference\.state link="restarting"/);
    await eventually('inference is back', 20_000, async () =>
      (await snapshotOf(engine.url)).inference.link === 'ready' ? true : null,
    );
  });
});

describe.skipIf(!hasPeers)('the source', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('is lost: Slicer gets one empty mask and why; masks return when it does', async () => {
    bench = new TestBench();
    const first = await startSimulator(bench, 'phantom');
    const { slicer, second } = await masksAtTwoClients(bench, first.address);
    await first.process.stop('SIGKILL');
    await eventually('Slicer is told', 5000, () => (statuses(linesOf(slicer)).length > 0 ? true : null));
    await startSimulator(bench, 'phantom', '--port', String(first.port));
    await masksAgain(slicer);
    expectOneOutage(linesOf(slicer), /no frames from the source: 127\.0\.0\.1:\d+: /);
    expectOneOutageAt(second);
  });

  it('is lost again and again under load: the last word is always an empty mask and why', async () => {
    bench = new TestBench();
    const engine = await startEngine(bench, 'igtl://127.0.0.1:9', '--interval', '0.2');
    const slicer = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${engine.publishPort}`);
    const console_ = bench.owns(await ConsoleClient.open(engine.url));
    for (let round = 0; round < 6; round++) {
      const before = linesOf(slicer).length;
      const sender = bench.run(peerPath('plus_server'), '--port', '0', '--fps', '90');
      const port = await sender.find((line) => /^PORT=(\d+)/.exec(line)?.[1] ?? null);
      await console_.command('source.connect', { address: `igtl://127.0.0.1:${port}` });
      await eventually('masks', 10_000, () => (linesOf(slicer).length > before + 20 ? true : null));
      await sender.stop('SIGKILL');
      await eventually('link lost', 5000, async () =>
        (await snapshotOf(engine.url)).liveness === 'LINK LOST' ? true : null,
      );
      await new Promise((resolve) => setTimeout(resolve, 150));
      const [empty, last] = linesOf(slicer).slice(-2) as [PeerLine, PeerLine];
      expect(empty).toMatchObject({ type: 'IMAGE', nonzero: 0 });
      expect(last).toMatchObject({ type: 'STATUS', code: NOT_READY });
    }
  });

  it('is changed by command: one empty mask with the old geometry, then the new source’s masks', async () => {
    bench = new TestBench();
    const old = await startSimulator(bench, 'phantom');
    const { engine, slicer, second } = await masksAtTwoClients(bench, old.address);
    const next = await startSimulator(bench, 'phantom:2');
    const console_ = bench.owns(await ConsoleClient.open(engine.url));
    const answer = await console_.command('source.connect', { address: next.address });
    expect(answer).toMatchObject({ type: 'result', value: null });
    await masksAgain(slicer);
    expectOneOutage(linesOf(slicer), /the source is being changed/);
    expectOneOutageAt(second);
    expect((await snapshotOf(engine.url)).source).toMatchObject({ address: next.address, link: 'connected' });
  });
});
