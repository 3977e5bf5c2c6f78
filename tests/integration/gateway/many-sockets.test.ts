import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { SocketWatch } from '../../../src-main/gateway/socket-watch.ts';
import type { AlertOverview, EngineSnapshot, KpiSample, SettingsPatch } from '../../../src-shared/index.ts';
import { ask, openSocket } from '../../support/http.ts';
import { api, eventually, startEngine, TestBench } from '../../support/processes.ts';
import { masksFlow } from '../../support/streams.ts';

const CLIENTS = 50;
const LIMIT_MS = 180_000;
/** Slow enough for a busy machine: what is asked is whether watching costs frames, not how many can be had. */
const SOURCE_FPS = '2';
/** Samples in a row without a dropped frame: were watching to cost frames, there would be no such seconds. */
const SAMPLES_WITHOUT_DROP = 6;

const dropsOf = (sample: KpiSample): number => sample.queue_rt_drops + sample.queue_gpu_drops + sample.queue_out_drops;

describe.skipIf(!existsSync('/dev/full'))('an engine on which hangs everything that may', () => {
  let bench: TestBench;
  beforeEach(() => {
    bench = new TestBench();
  });
  afterEach(() => bench.close());

  /** Takes every request, counts it, and never answers. */
  async function silentReceiver(): Promise<{ url: string; requests: () => number }> {
    let requests = 0;
    const server = createServer((request) => {
      requests++;
      request.resume();
    });
    bench.owns({
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests: () => requests };
  }

  /** Log files that take nothing, and alerts that go to `webhookUrl`. */
  function fullDataDir(webhookUrl: string): string {
    const dataDir = bench.folder();
    mkdirSync(path.join(dataDir, 'logs'));
    for (const name of ['kpi.log', 'pipeline.log']) symlinkSync('/dev/full', path.join(dataDir, 'logs', name));
    const settings: SettingsPatch = {
      'alerts.webhookUrl': webhookUrl,
      'alerts.webhookSecret': `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      'alerts.pendingS': 0,
      // Any disk is too small: there is an alert to be sent.
      'alerts.diskWarningMb': 1e9,
    };
    writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));
    return dataDir;
  }

  it('drops no frame for 50 dashboards, a scrape a second, a webhook that never answers and full log files', {
    timeout: 2 * LIMIT_MS,
  }, async () => {
    const receiver = await silentReceiver();
    const dataDir = fullDataDir(receiver.url);
    const { url } = await startEngine(bench, 'phantom', '--fps', SOURCE_FPS, '--data-dir', dataDir);
    await masksFlow(url);
    const heard = Array.from({ length: CLIENTS }, () => [] as KpiSample[]);
    for (const samples of heard) {
      const socket = openSocket(new URL('/ws/metrics', url));
      bench.owns({ close: () => socket.terminate() });
      socket.on('message', (data) => samples.push(JSON.parse(String(data)) as KpiSample));
    }
    const scrapes = setInterval(() => void ask(new URL('/metrics', url)).catch(() => {}), 1000);
    bench.owns({ close: () => clearInterval(scrapes) });
    await eventually('all of them to hear something', LIMIT_MS, () =>
      heard.every((one) => one.length > 0) && receiver.requests() > 0 ? true : null,
    );

    const [first = []] = heard;
    const begin = first.length;
    const window = await eventually('seconds without a dropped frame', LIMIT_MS, () => {
      for (let start = begin; start + SAMPLES_WITHOUT_DROP < first.length; start++) {
        const samples = first.slice(start, start + SAMPLES_WITHOUT_DROP + 1);
        if (dropsOf(samples[0] as KpiSample) === dropsOf(samples.at(-1) as KpiSample)) return samples;
      }
      return null;
    });
    const [before, after] = [window[0] as KpiSample, window.at(-1) as KpiSample];
    expect(after.frames_sent).toBeGreaterThan(before.frames_sent);
    expect(after.frames_received).toBe(after.frames_sent + dropsOf(after) + after.frames_in_flight);

    // Every dashboard has heard every sample of that time, and the same one.
    for (const samples of heard) {
      await eventually('the last of them', LIMIT_MS, () => (samples.some(({ ts }) => ts === after.ts) ? true : null));
      expect(samples.filter(({ ts }) => ts >= before.ts && ts <= after.ts)).toEqual(window);
    }
    expect((await ask(new URL('/metrics', url))).body).toMatch(new RegExp(`^igt_websocket_clients ${CLIENTS}$`, 'm'));

    // What was not written is counted and said; what was not taken still waits.
    expect(after.log_lost).toBeGreaterThan(before.log_lost);
    const { problems } = await api<EngineSnapshot>(url, '/api/snapshot');
    expect(problems.find(({ key }) => key === 'log.disk')?.message).toMatch(/ENOSPC/);
    const { routes, active } = await api<AlertOverview>(url, '/api/alerts');
    expect(routes.find(({ route }) => route === 'webhook')).toMatchObject({ delivered: 0, dead: 0 });
    expect(routes.find(({ route }) => route === 'webhook')?.waiting).toBeGreaterThan(0);
    expect(active.map(({ key }) => key)).toEqual(expect.arrayContaining(['disk', 'log-loss']));
  });
});

describe('SocketWatch', () => {
  let bench: TestBench;
  beforeEach(() => {
    bench = new TestBench();
  });
  afterEach(() => bench.close());

  /** A server whose sockets are watched; what it is reached by. */
  async function serve(limits: ConstructorParameters<typeof SocketWatch>[0]) {
    const watch = bench.owns(new SocketWatch(limits));
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    bench.owns({
      close: () => {
        for (const client of server.clients) client.terminate();
        server.close();
      },
    });
    const nobody = { who: 'x', role: 'view', address: 'x', expiresAtMs: null, session: null } as const;
    server.on('connection', (socket) => watch.add(socket, nobody));
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const open = () => {
      const socket = openSocket(`http://127.0.0.1:${port}/`);
      bench.owns({ close: () => socket.terminate() });
      return socket;
    };
    return { watch, port, open };
  }

  it('cuts off a client that has stopped reading, and keeps one that reads', async () => {
    const { watch, port, open } = await serve({ atOnce: 3, pingMs: 1000 });
    const reader = open();
    // An upgrade, and then not a byte is read: no ping is ever answered.
    const stalled = connect(port, '127.0.0.1');
    bench.owns({ close: () => stalled.destroy() });
    stalled.on('error', () => {});
    stalled.pause();
    stalled.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await eventually('two sockets', 20_000, () => (watch.count === 2 ? true : null));
    await eventually('one of them to be cut off', 20_000, () => (watch.count === 1 ? true : null));
    expect(reader.readyState).toBe(reader.OPEN);
  });

  it('has an end to how many there are, and sends the next one away in words', async () => {
    const { watch, open } = await serve({ atOnce: 2, pingMs: 10_000 });
    open();
    open();
    await eventually('two sockets', 20_000, () => (watch.count === 2 ? true : null));
    const third = open();
    const why = await new Promise<string>((resolve) => third.once('close', (_code, reason) => resolve(String(reason))));
    expect(why).toMatch(/^2 WebSockets are open/);
  });
});
