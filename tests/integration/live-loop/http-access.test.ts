import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CONSOLE_PROTOCOL, MAX_TEXT_BYTES } from '../../../src-shared/index.ts';
import { ConsoleClient } from '../../support/console-client.ts';
import { type Answer, ask as askUrl, type Question, upgrade as upgradeUrl } from '../../support/http.ts';
import { eventually, startEngine, TestBench } from '../../support/processes.ts';
import { framesCome, sampleOf } from '../../support/streams.ts';

/** An answer of several pieces has no longer pauses than this. */
const QUIET_MS = 300;

/** These very bytes; what comes back until the connection ends or nothing more comes, its beginning within `firstMs`. */
function say(port: number, bytes: string | Uint8Array, firstMs = 20_000): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      socket.setTimeout(QUIET_MS);
    });
    socket.setTimeout(firstMs, () => socket.destroy());
    socket.on('error', () => {}).on('close', () => resolve(text));
  });
}

/** Whether the server ends the connection after answering these bytes. */
function isHungUp(port: number, bytes: string, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes));
    const limit = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, limitMs);
    socket.resume().on('end', () => {
      clearTimeout(limit);
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {});
  });
}

const ask = (port: number, question: Question): Promise<Answer> =>
  askUrl(`http://127.0.0.1:${port}`, { path: '/api/snapshot', ...question });
const upgrade = (port: number, path: string, headers: Record<string, string>): Promise<Answer> =>
  upgradeUrl(`http://127.0.0.1:${port}${path}`, { headers });

function expectProblem(answer: Answer, status: number, detail: RegExp): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(answer.body) as { title: string; status: number; detail: string };
  expect(problem.status).toBe(status);
  expect(problem.title).not.toBe('');
  expect(problem.detail).toMatch(detail);
  expectHardened(answer);
}

function expectHardened({ headers }: Answer): void {
  expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('no-referrer');
}

describe('the engine’s HTTP port', () => {
  const bench = new TestBench();
  let port = 0;
  let url = '';
  let own: Record<string, string>;

  beforeAll(async () => {
    const engine = await startEngine(bench, 'phantom');
    url = engine.url;
    port = Number(new URL(url).port);
    own = { host: `127.0.0.1:${port}` };
    await framesCome(url);
  });
  afterAll(() => bench.close());

  const FOREIGN_HOSTS = ['evil.example', '127.0.0.1.evil.example', '192.168.1.20', 'localhost.evil.example'];
  it.each(FOREIGN_HOSTS)('refuses Host "%s" before anything is told', async (name) => {
    const host = `${name}:${port}`;
    for (const path of ['/api/snapshot', '/', '/nowhere']) {
      expectProblem(await ask(port, { path, headers: { host } }), 403, /^Host /);
    }
    expectProblem(await upgrade(port, '/ws/console', { host }), 403, /^Host /);
  });

  it('refuses a request without a Host', async () => {
    expect(await say(port, 'GET /api/snapshot HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 [\s\S]*Host \\"\\"/);
    expect(await say(port, 'GET /api/snapshot HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 4/);
  });

  it('refuses its own name with another port: a rebound page sits there', async () => {
    expectProblem(await ask(port, { headers: { host: `127.0.0.1:${port + 1}` } }), 403, /expected .* port \d+/);
  });

  const FOREIGN_ORIGINS = ['http://evil.example', 'https://localhost', 'null', 'http://127.0.0.1:1', 'file://', ''];
  it.each(FOREIGN_ORIGINS)('refuses Origin "%s", on the WebSocket too', async (origin) => {
    expectProblem(await ask(port, { headers: { ...own, origin } }), 403, /^Origin /);
    expectProblem(await upgrade(port, '/ws/console', { ...own, origin }), 403, /^Origin /);
  });

  it('serves its own page and programs without an Origin', async () => {
    for (const headers of [own, { ...own, origin: `http://127.0.0.1:${port}` }, { host: `localhost:${port}` }]) {
      const answer = await ask(port, { headers });
      expect(answer.status).toBe(200);
      expectHardened(answer);
      expect((await upgrade(port, '/ws/console', headers)).status).toBe(101);
    }
  });

  it('answers what it does not serve with 404 in problem+json', async () => {
    for (const [method, path] of [
      ['GET', '/nowhere'],
      ['GET', '/api/nothing?x=1'],
      ['DELETE', '/api/snapshot'],
      ['OPTIONS', '/'],
      ['POST', '/ws/console'],
    ] as const) {
      expectProblem(await ask(port, { method, path, headers: own }), 404, new RegExp(method));
    }
    expectProblem(await upgrade(port, '/ws/other', own), 404, /\/ws\/other/);
    expectProblem(await ask(port, { path: '/ws/console', headers: own }), 426, /WebSocket/);
  });

  it('answers bad bodies, bad addresses and what is no HTTP at all as errors, hardened like everything', async () => {
    const json = { ...own, 'content-type': 'application/json' };
    const bodies = [
      await ask(port, { method: 'POST', path: '/api/settings', headers: json, body: '{"broken' }),
      await ask(port, {
        method: 'POST',
        path: '/api/settings',
        headers: json,
        body: 'x'.repeat(2 * 1024 * 1024),
      }).catch(() => null),
      await ask(port, { path: '/%zz', headers: own }),
    ];
    for (const answer of bodies.filter((one) => one !== null)) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expectProblem(answer, answer.status, /./);
    }
    const raw = await say(port, 'THIS IS NOT HTTP\r\n\r\n');
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
    expect(raw).toMatch(/content-type: application\/problem\+json/i);
    expect(raw).toMatch(/x-content-type-options: nosniff/i);
  });

  it('ends the connection of every upgrade it refuses: nobody reads it any more', async () => {
    for (const path of ['/ws/other', '/api/snapshot', '/%zz', '/ws/metrics']) {
      const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n`;
      expect(await isHungUp(port, request, 20_000), path).toBe(true);
    }
  });

  const WAYS_OUT = [
    '/../cli.js',
    '/..%2fcli.js',
    '/%2e%2e/cli.js',
    '/%2e%2e%2fcli.js',
    '/assets/../../cli.js',
    '/assets/..%2f..%2fcli.js',
    '/..%5ccli.js',
    '/....//cli.js',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/index.html%00.js',
    '/../../../../../../../../etc/passwd',
  ];
  it.each(WAYS_OUT)('%s does not lead out of the console’s folder', async (path) => {
    const answer = await ask(port, { path, headers: own });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).not.toMatch(/root:|#!\/usr\/bin\/env|import /);
    expectProblem(answer, answer.status, /./);
  });

  it('a WebSocket that speaks garbage costs an error reply or its connection, never the engine', async () => {
    const client = bench.owns(await ConsoleClient.open(url));
    const garbage = ['', '{', 'null', '[]', '{"type":"hello"}', '{"type":"__proto__"}', '"x"', '['.repeat(100_000)];
    garbage.push(JSON.stringify({ type: 'command', id: 1, name: 'toString', arguments: {} }));
    garbage.push(JSON.stringify({ type: 'ack', seq: -1, paintedMs: null }));
    for (const text of garbage) {
      client.socket.send(text);
    }
    client.socket.send(Buffer.alloc(1000, 7));
    await eventually('an error reply to each', 5000, () =>
      client.messages.filter(({ type }) => type === 'error').length === garbage.length ? true : null,
    );
    expect(await client.command('source.connect', { address: 'gopher://x' })).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/gopher:\/\/x.*expected/),
    });
    const patch = { 'publish.labelValue': 4711 };
    expect(await client.command('settings.update', { patch })).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/publish\.labelValue/),
    });
    const closed = new Promise<number>((resolve) => client.socket.once('close', resolve));
    client.socket.send('x'.repeat(MAX_TEXT_BYTES + 1));
    expect(await closed).toBe(1009);

    const old = new WebSocket(`ws://127.0.0.1:${port}/ws/console`);
    await new Promise((resolve) => old.once('open', resolve));
    const refused = new Promise<string>((resolve) => old.once('close', (_code, why) => resolve(String(why))));
    old.send(JSON.stringify({ type: 'hello', protocol: CONSOLE_PROTOCOL + 1, build: 'x' }));
    expect(await refused).toMatch(/protocol 2: expected 1; reload/);

    const raw = await say(port, `GET /ws/console HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n\r\n`);
    expect(raw).not.toMatch(/^HTTP\/1\.1 (101|5)/);
  });

  it('200 garbage requests give no 500, and frames go on', async () => {
    let state = 20251121;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const noise = (length: number) => String.fromCharCode(...Array.from({ length }, () => 33 + random(94)));
    const before = (await sampleOf(url)).frames_received;
    for (let i = 0; i < 200; i += 20) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => {
          const method = ['GET', 'POST', 'PUT', 'HEAD', 'BREW', noise(4)][random(6)];
          const target = `/${['', 'api/', 'ws/console', '%', '../'][random(5)]}${noise(random(60))}`;
          const header = [
            `Host: 127.0.0.1:${port}`,
            `X: ${noise(random(200))}`,
            `${noise(6)}`,
            `Range: bytes=${noise(5)}`,
          ];
          const chosen = header.filter(() => random(3) > 0).join('\r\n');
          return say(
            port,
            `${method} ${target} HTTP/1.${random(3)}\r\n${chosen}\r\n\r\n${noise(random(100))}`,
            QUIET_MS,
          );
        }),
      );
      for (const answer of answers) {
        expect(answer).not.toMatch(/^HTTP\/1\.\d 5/);
      }
    }
    await eventually('frames go on', 5000, async () => ((await sampleOf(url)).frames_received > before ? true : null));
  });
});

describe('what the engine listens on', () => {
  const bench = new TestBench();
  afterAll(() => bench.close());

  it.each(['0.0.0.0:0', '192.168.1.20:8050', '[::]:0'])('refuses to serve on %s, in words', async (http) => {
    const engine = bench.cli('engine', '--source', 'phantom', '--http', http, '--data-dir', bench.folder());
    expect(await engine.exited).toBe(1);
    expect(engine.stderr).toMatch(/http\.host ".+" is reachable from other machines.*use 127\.0\.0\.1/);
  });

  it('names who holds a port in use and offers another', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    bench.owns({ close: () => holder.close() });
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;
    const engine = bench.cli(
      'engine',
      '--source',
      'phantom',
      '--http',
      `127.0.0.1:${port}`,
      '--data-dir',
      bench.folder(),
    );
    expect(await engine.exited).toBe(1);
    expect(engine.stderr).toMatch(
      new RegExp(
        `port ${port} on 127\\.0\\.0\\.1 is in use by .+ \\(process ${process.pid}\\); choose another, e\\.g\\. \\d+`,
      ),
    );
  });

  it('serves on [::1] too, under an address a browser understands', async () => {
    const engine = bench.cli(
      'engine',
      '--source',
      'phantom',
      '--http',
      '[::1]:0',
      '--data-dir',
      bench.folder(),
      '--json',
    );
    const { url } = await engine.json<{ url: string }>();
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/$/);
    expect((await fetch(new URL('/api/snapshot', url))).status).toBe(200);
  });
});
