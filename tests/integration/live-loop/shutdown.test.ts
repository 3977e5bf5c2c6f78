import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import { childrenOf, eventually, hasPeers, peerPath, type RunningProcess, TestBench } from '../../support/processes.ts';
import { masksFlow } from '../../support/streams.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const FREE_PORTS = ['--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'];
const lockOf = (folder: string) => path.join(folder, 'engine.lock');

/** True while a process runs; one that only waits to be collected does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** All processes below this one. */
const familyOf = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...familyOf(child)]);

describe.skipIf(process.platform !== 'linux')('the end of a process', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  async function engineOn(folder: string, ...args: readonly string[]): Promise<{ run: RunningProcess; url: string }> {
    const run = bench.cli('engine', '--source', 'phantom', ...FREE_PORTS, '--data-dir', folder, '--json', ...args);
    const { url } = await run.json<{ url: string }>();
    return { run, url };
  }

  it.each(SIGNALS)(
    '%s ends the engine with code 0, its processes with it, and frees the data directory',
    async (signal) => {
      bench = new TestBench();
      const folder = bench.folder();
      const { run, url } = await engineOn(folder, '--publish-demo');
      await masksFlow(url);
      expect(existsSync(lockOf(folder))).toBe(true);
      const family = familyOf(run.pid);
      expect(family.length).toBeGreaterThan(0);
      expect(await run.stop(signal)).toBe(0);
      expect(run.stderr).toMatch(/engine ended/);
      await eventually('no process is left', 3000, () => (family.some(isRunning) ? null : true));
      expect(existsSync(lockOf(folder))).toBe(false);
      const again = await engineOn(folder);
      expect(await again.run.stop(signal)).toBe(0);
    },
  );

  it.each(SIGNALS)('%s ends console --browser --no-open the same way', async (signal) => {
    bench = new TestBench();
    const folder = bench.folder();
    const run = bench.cli('console', '--browser', '--no-open', ...FREE_PORTS, '--data-dir', folder, '--json');
    const { url } = await run.json<{ url: string }>();
    const viewer = await ConsoleClient.open(url);
    await eventually('pictures', 20_000, () => (viewer.pictures > 0 ? true : null));
    const family = familyOf(run.pid);
    expect(await run.stop(signal)).toBe(0);
    await eventually('no process is left', 3000, () => (family.some(isRunning) ? null : true));
    await eventually('the viewer sees the end', 3000, () => (viewer.socket.readyState === 3 ? true : null));
    expect(existsSync(lockOf(folder))).toBe(false);
  });

  it.skipIf(!hasPeers).each(SIGNALS)(
    '%s ends simulate with code 0, with a client that does not read',
    async (signal) => {
      bench = new TestBench();
      const run = bench.cli('simulate', 'phantom', '--port', '0', '--json', '--fps', '100');
      const { port } = await run.json<{ port: number }>();
      const stalled = bench.run(peerPath('receiver'), '--connect', `127.0.0.1:${port}`, '--stop-reading-after', '1');
      await stalled.find((line) => (line === 'STOPPED' ? true : null));
      expect(await run.stop(signal)).toBe(0);
      // The process may be gone before the last of what it wrote is read here.
      await eventually('its last words', 3000, () => (/\d+ frames sent/.test(run.stderr) ? true : null));
    },
  );

  it.skipIf(!hasPeers)(
    'is not held up by whoever is connected: a silent WebSocket, half a request, a receiver that does not read',
    async () => {
      bench = new TestBench();
      const folder = bench.folder();
      const run = bench.cli(
        'engine',
        '--source',
        'phantom',
        ...FREE_PORTS,
        '--publish-demo',
        '--data-dir',
        folder,
        '--json',
      );
      const { url, publish } = await run.json<{ url: string; publish: string }>();
      await masksFlow(url);
      const { host, hostname, port } = new URL(url);
      const handshake =
        `GET /ws/console HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
      const silent = [handshake, `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Half: `, ''].map((text) => {
        const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => socket.write(text));
        socket.on('error', () => {});
        bench.owns({ close: () => socket.destroy() });
        return new Promise((resolve) => socket.once('connect', resolve));
      });
      await Promise.all(silent);
      const receiver = bench.run(
        peerPath('receiver'),
        ...['--connect', `127.0.0.1:${new URL(publish).port}`, '--stop-reading-after', '1'],
      );
      await receiver.find((line) => (line === 'STOPPED' ? true : null));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await run.stop('SIGTERM')).toBe(0);
      expect(existsSync(lockOf(folder))).toBe(false);
    },
  );

  it('SIGTERM right after the start, before the model is loaded, ends it with code 0 too', async () => {
    bench = new TestBench();
    const { run } = await engineOn(bench.folder());
    const family = familyOf(run.pid);
    expect(await run.stop('SIGTERM')).toBe(0);
    await eventually('no process is left', 3000, () => (family.some(isRunning) ? null : true));
  });

  it('a second engine on the same data directory is refused in words that name the first', async () => {
    bench = new TestBench();
    const folder = bench.folder();
    const { run, url } = await engineOn(folder);
    const second = bench.cli('engine', '--source', 'phantom', ...FREE_PORTS, '--data-dir', folder);
    expect(await second.exited).toBe(1);
    expect(second.stderr).toContain(
      `data directory ${folder} is used by another engine (process ${run.pid}) at ${url}`,
    );
    expect(second.stderr).toContain('--data-dir');
    expect(existsSync(lockOf(folder))).toBe(true);
  });

  it('kill -9 of the engine: its inference process ends itself, and the data directory can be used again', async () => {
    bench = new TestBench();
    const folder = bench.folder();
    const { run, url } = await engineOn(folder);
    await masksFlow(url);
    const family = familyOf(run.pid);
    expect(family.length).toBeGreaterThan(0);
    await run.stop('SIGKILL');
    await eventually('the inference process has ended', 5000, () => (family.some(isRunning) ? null : true));
    expect(readdirSync(folder)).toContain('engine.lock');
    const again = await engineOn(folder);
    expect(await again.run.stop('SIGTERM')).toBe(0);
  });
});
