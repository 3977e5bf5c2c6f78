import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import { eventually, hasPeers, peerPath, startEngine, TestBench } from '../../support/processes.ts';
import {
  HandmadeSource,
  linesOf,
  masksFlow,
  snapshotOf,
  startPlusServer,
  startSimulator,
} from '../../support/streams.ts';

/** TCP sockets a process listens on (Linux): inodes of its descriptors among those in state LISTEN (0A). */
function listenersOf(pid: number): number {
  const sockets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => row[3] === '0A' && sockets.includes(`socket:[${row[9]}]`)).length;
}

describe.skipIf(process.platform !== 'linux')('commands of the consoles', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('two consoles that change the source at the same time leave one source, the last one asked for', async () => {
    bench = new TestBench();
    const sources = [new HandmadeSource(), new HandmadeSource(), new HandmadeSource()];
    const addresses = await Promise.all(sources.map((source) => bench.owns(source).listen()));
    const engine = await startEngine(bench, addresses[0] as string);
    const consoles = await Promise.all([ConsoleClient.open(engine.url), ConsoleClient.open(engine.url)]);
    for (const client of consoles) {
      bench.owns(client);
    }
    await eventually('the first source is connected', 5000, () => (sources[0]?.clients === 1 ? true : null));
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        addresses.map((address, i) => consoles[(i + round) % 2]?.command('source.connect', { address })),
      );
    }
    const { address } = (await snapshotOf(engine.url)).source;
    await eventually('one connection, to the source shown', 5000, () => {
      const connected = addresses.filter((_, i) => sources[i]?.clients !== 0);
      return connected.length === 1 && connected[0] === address ? true : null;
    });
    expect(sources.reduce((sum, { clients }) => sum + clients, 0)).toBe(1);
  });

  it.skipIf(!hasPeers)('publisher changes at the same time leave one listener', async () => {
    bench = new TestBench();
    const { address } = await startSimulator(bench, 'phantom');
    const engine = await startEngine(bench, address);
    const client = bench.owns(await ConsoleClient.open(engine.url));
    const asked = 'igtl-server://127.0.0.1:0';
    await Promise.all(Array.from({ length: 4 }, () => client.command('publisher.connect', { address: asked })));
    const { publisher } = await snapshotOf(engine.url);
    expect(publisher.link).toBe('listening');
    const slicer = bench.run(peerPath('receiver'), '--connect', new URL(publisher.address).host);
    await masksFlow(engine.url);
    await eventually('masks', 10_000, () => (linesOf(slicer).some(({ type }) => type === 'IMAGE') ? true : null));
    expect(listenersOf(engine.pid), 'the HTTP port and one publisher').toBe(2);
  });

  it('an address that cannot be costs nothing: the words say why, the old source stays', async () => {
    bench = new TestBench();
    const source = bench.owns(new HandmadeSource());
    const engine = await startEngine(bench, await source.listen());
    await eventually('connected', 5000, () => (source.clients === 1 ? true : null));
    const client = bench.owns(await ConsoleClient.open(engine.url));
    for (const address of ['igtl://', 'igtl://host:99999', 'phantom:x', 'notes.txt', 'http://127.0.0.1/']) {
      const answer = await client.command('source.connect', { address });
      expect(answer).toMatchObject({ type: 'error', message: expect.stringMatching(/expected|ends in/) });
    }
    for (const address of ['http://127.0.0.1', 'igtl-server://0.0.0.0:18945', 'slicer']) {
      const answer = await client.command('publisher.connect', { address });
      expect(answer).toMatchObject({ type: 'error', message: expect.stringMatching(/expected|allowedPeers/) });
    }
    expect(source.clients).toBe(1);
    expect((await snapshotOf(engine.url)).source.link).toBe('connected');
  });

  it('disconnecting the source shows NO SOURCE, and connecting the same address again brings it back', async () => {
    bench = new TestBench();
    const source = bench.owns(new HandmadeSource());
    const address = await source.listen();
    const engine = await startEngine(bench, address);
    await eventually('connected', 5000, () => (source.clients === 1 ? true : null));
    const client = bench.owns(await ConsoleClient.open(engine.url));
    await client.command('source.disconnect', {});
    await eventually('the source is left alone', 5000, () => (source.clients === 0 ? true : null));
    expect((await snapshotOf(engine.url)).liveness).toBe('NO SOURCE');
    await client.command('source.connect', { address });
    await eventually('connected again', 5000, () => (source.clients === 1 ? true : null));
  });

  it.skipIf(!hasPeers)(
    'switching the model off and on tells Slicer once each time, whatever mask is under way',
    async () => {
      bench = new TestBench();
      const engine = await startEngine(bench, await startPlusServer(bench, '--fps', '90'), '--interval', '0.2');
      await masksFlow(engine.url);
      const slicer = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${engine.publishPort}`);
      const client = bench.owns(await ConsoleClient.open(engine.url));
      const told = () => linesOf(slicer).flatMap(({ type, code }) => (type === 'STATUS' ? [code] : []));
      const expected: number[] = [];
      await eventually('masks', 5000, () => (linesOf(slicer).length > 3 ? true : null));
      for (let round = 0; round < 5; round++) {
        for (const enabled of [false, true]) {
          await client.command('settings.update', { patch: { 'model.enabled': enabled } });
          expected.push(enabled ? 1 : 13);
          await eventually('Slicer is told', 5000, () => (told().length >= expected.length ? true : null));
          await new Promise((resolve) => setTimeout(resolve, 100));
          expect(told()).toEqual(expected);
          const last = linesOf(slicer).findLast(({ type }) => type === 'IMAGE');
          if (!enabled) {
            expect(last?.nonzero).toBe(0);
          }
        }
      }
    },
  );
});
