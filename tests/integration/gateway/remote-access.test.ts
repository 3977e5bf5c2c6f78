import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { type RunningEngine, runEngine } from '../../../src-main/cli/index.ts';
import { CONSOLE_PROTOCOL, type EngineMessage } from '../../../src-shared/index.ts';
import { type Answer, ask, openSocket, socketProtocols, upgrade } from '../../support/http.ts';
import { eventually, TestBench } from '../../support/processes.ts';

const hasOpenssl = existsSync('/usr/bin/openssl');
if (!hasOpenssl) {
  console.warn('skipped: no openssl to make a certificate with');
}

const operate = randomBytes(32).toString('hex');
const view = randomBytes(32).toString('hex');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Everything an answer to nobody may hold: the refusal in words, or the page to sign in on. */
function expectNothingTold({ status, headers, body }: Answer, what: string): void {
  expect([401, 403], `${what}: ${status} ${body.slice(0, 200)}`).toContain(status);
  expect(headers['www-authenticate'], what).toMatch(/^Bearer /);
  expect(Object.keys(JSON.parse(body) as object).sort(), what).toEqual(['detail', 'status', 'title']);
}

describe.runIf(hasOpenssl)('an engine that other machines reach', () => {
  const bench = new TestBench();
  let engine: RunningEngine;
  let base: URL;
  let dataDir: string;
  const url = (route: string) => new URL(route, base);

  beforeAll(async () => {
    dataDir = bench.folder();
    const [cert, key, viewFile] = ['cert.pem', 'key.pem', 'view-token'].map((name) => path.join(dataDir, name)) as [
      string,
      string,
      string,
    ];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', [...made, '-subj', '/CN=engine', '-days', '2', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    writeFileSync(viewFile, view);
    chmodSync(viewFile, 0o600);
    writeFileSync(
      path.join(dataDir, 'settings.json'),
      JSON.stringify({
        revision: 1,
        settings: { 'http.tlsCertFile': cert, 'http.tlsKeyFile': key, 'http.viewTokenFile': viewFile },
      }),
    );
    process.env['ULTRAMOTION_OPERATE_TOKEN'] = operate;
    engine = await runEngine({
      source: 'phantom',
      http: { host: '0.0.0.0', port: 0 },
      publish: 'igtl-server://127.0.0.1:0',
      dataDir,
    });
    bench.owns(engine);
    base = new URL((engine.url as string).replace('0.0.0.0', '127.0.0.1'));
    await eventually('a figure', 20_000, () => engine.engine.latestKpi());
  });
  afterAll(() => bench.close());

  /** The routes themselves, with something in place of each parameter. */
  const routesOf = () =>
    engine.routes.map(({ method, url: route, access }) => ({
      method,
      access,
      route: route.replace('*', 'assets/x.js').replace(/:(\w+)/g, 'x'),
    }));

  it('takes the token out of the environment before anything else is started', () => {
    expect(process.env['ULTRAMOTION_OPERATE_TOKEN']).toBeUndefined();
  });

  it('speaks TLS only', async () => {
    expect(base.protocol).toBe('https:');
    await expect(ask(String(url('/api/snapshot')).replace('https:', 'http:'))).rejects.toThrow();
  });

  it('serves more than a handful of routes, so that the next tests say something', () => {
    expect(routesOf().length).toBeGreaterThan(10);
    expect(routesOf().filter(({ access }) => access === 'public')).toEqual([
      { method: 'POST', access: 'public', route: '/api/session' },
    ]);
  });

  const IMPOSTORS: [string, Record<string, string>][] = [
    ['no token', {}],
    ['a wrong token', bearer(randomBytes(32).toString('hex'))],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a cookie of its own making', { cookie: `__Host-ultramotion=${randomBytes(32).toString('base64url')}` }],
  ];
  it.each(IMPOSTORS)('tells nothing on any route to %s', async (_what, headers) => {
    for (const { method, route, access } of routesOf()) {
      if (access !== 'public' && method !== 'HEAD') {
        expectNothingTold(await ask(url(route), { method, headers }), `${method} ${route}`);
      }
    }
    expectNothingTold(await ask(url('/no/such/route'), { headers }), 'a route that is not there');
    expectNothingTold(await ask(url('/api/snapshot?token=x'), { method: 'DELETE', headers }), 'another method');
  });

  it('opens neither WebSocket to nobody, nor to a token in the query', async () => {
    for (const route of ['/ws/console', '/ws/metrics', '/ws/other']) {
      for (const [what, headers] of IMPOSTORS) {
        expectNothingTold(await upgrade(url(route), { headers }), `${route} ${what}`);
      }
      expectNothingTold(await upgrade(url(`${route}?token=${operate}&access_token=${operate}`)), route);
      expectNothingTold(await upgrade(url(route), { protocols: socketProtocols(`${operate}0`) }), route);
    }
  });

  it('answers whoever has a token, on the machine’s own addresses too', async () => {
    expect((await ask(url('/api/snapshot'), { headers: bearer(view) })).status).toBe(200);
    expect((await ask(url('/api/snapshot'), { headers: bearer(operate) })).status).toBe(200);
    const own = Object.values(os.networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal);
    if (own !== undefined) {
      const there = String(url('/api/snapshot')).replace('127.0.0.1', own.address);
      expect((await ask(there, { headers: bearer(view) })).status).toBe(200);
      expectNothingTold(await ask(there), there);
    }
  });

  it('refuses hosts and pages that are not its own even with a token', async () => {
    const { port } = base;
    for (const headers of [{ host: `evil.example:${port}` }, { origin: 'https://evil.example' }]) {
      expect((await ask(url('/api/snapshot'), { headers: { ...bearer(operate), ...headers } })).status).toBe(403);
    }
  });

  /** A console's conversation: what it hears, and a command's answer. */
  async function converse(
    socket: WebSocket,
    command: { name: string; arguments: unknown },
  ): Promise<{ heard: EngineMessage[]; answer: EngineMessage }> {
    const heard: EngineMessage[] = [];
    socket.on('message', (data, isBinary) => {
      if (!isBinary) heard.push(JSON.parse(String(data)) as EngineMessage);
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(JSON.stringify({ type: 'hello', protocol: CONSOLE_PROTOCOL, build: 'x' }));
    socket.send(JSON.stringify({ type: 'command', id: 1, ...command }));
    const answer = await eventually(
      'an answer to the command',
      10_000,
      () => heard.find(({ type }) => type === 'result' || type === 'error') ?? null,
    );
    socket.terminate();
    return { heard, answer };
  }
  const change = (opacity: number) => ({
    name: 'settings.update',
    arguments: { patch: { 'view.maskOpacity': opacity } },
  });
  const opacity = () => engine.engine.settings['view.maskOpacity'];

  it('lets a viewer look and change nothing', async () => {
    const before = opacity();
    const { heard, answer } = await converse(
      openSocket(url('/ws/console'), { protocols: socketProtocols(view) }),
      change(0.11),
    );
    expect(heard[0]).toMatchObject({ type: 'hello', role: 'view' });
    expect(heard.some(({ type }) => type === 'snapshot')).toBe(true);
    expect(answer).toMatchObject({ type: 'error', message: expect.stringMatching(/needs the role operate/) });
    for (const { method, route, access } of routesOf()) {
      if (access === 'operate') {
        const { status } = await ask(url(route), { method, headers: bearer(view) });
        expect(status, `${method} ${route}`).toBe(403);
      }
    }
    expect(opacity()).toBe(before);
  });

  it('lets an operator operate', async () => {
    const { heard, answer } = await converse(
      openSocket(url('/ws/console'), { headers: bearer(operate) }),
      change(0.12),
    );
    expect(heard[0]).toMatchObject({ type: 'hello', role: 'operate' });
    expect(answer).toMatchObject({ type: 'result' });
    expect(opacity()).toBe(0.12);
  });

  it('lets nobody who was let in decide who is let in', async () => {
    const patch = { 'http.host': '127.0.0.1', 'http.viewTokenFile': '/etc/hostname' };
    const command = { name: 'settings.update', arguments: { patch } };
    const { answer } = await converse(openSocket(url('/ws/console'), { headers: bearer(operate) }), command);
    expect(answer).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/http\.host, http\.viewTok.*itself/),
    });
    expect(engine.engine.settings['http.host']).toBe('0.0.0.0');
  });

  it('signs a browser in with a cookie, and out again together with its WebSockets', async () => {
    const page = await ask(url('/'), { headers: { accept: 'text/html', 'accept-language': 'fr-FR' } });
    expect(page.status).toBe(401);
    expect(page.body).toContain('Jeton d’accès');
    expect(page.headers['content-security-policy']).toMatch(/script-src 'sha256-/);

    const json = { 'content-type': 'application/json', origin: base.origin };
    const signIn = (token: string) =>
      ask(url('/api/session'), { method: 'POST', headers: json, body: JSON.stringify({ token }) });
    const wrong = await signIn(`${operate}x`);
    expect(wrong.status).toBe(401);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    const answer = await signIn(operate);
    expect(JSON.parse(answer.body)).toMatchObject({ who: 'operate-token', role: 'operate' });
    const [cookie] = (answer.headers['set-cookie']?.[0] ?? '').split(';', 1) as [string];
    expect(cookie).not.toContain(operate);

    expect((await ask(url('/'), { headers: { cookie, accept: 'text/html' } })).body).toContain('id="root"');
    expect(JSON.parse((await ask(url('/api/session'), { headers: { cookie } })).body)).toMatchObject({
      role: 'operate',
    });
    const socket = openSocket(url('/ws/console'), { headers: { cookie, origin: base.origin } });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    expect((await ask(url('/api/session'), { method: 'DELETE', headers: { cookie } })).status).toBe(204);
    expect(await closed).toBe(4401);
    expectNothingTold(await ask(url('/api/snapshot'), { headers: { cookie } }), 'after signing out');
  });

  it('answers 429 and says when to come back', async () => {
    let limited: Answer | null = null;
    for (let tries = 0; tries < 40 && limited === null; tries++) {
      const answer = await ask(url('/api/session'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: `wrong ${tries}` }),
      });
      limited = answer.status === 429 ? answer : null;
    }
    expect(Number(limited?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(url('/api/snapshot'), { headers: bearer(view) })).status).toBe(200);
  });

  it('takes a new token file without a restart, and the old token no longer', async () => {
    const next = randomBytes(32).toString('hex');
    writeFileSync(path.join(dataDir, 'view-token'), `${next}\n`);
    await eventually('the new token to be taken', 5000, async () =>
      (await ask(url('/api/snapshot'), { headers: bearer(next) })).status === 200 ? true : null,
    );
    expectNothingTold(await ask(url('/api/snapshot'), { headers: bearer(view) }), 'the old token');
  });

  it('keeps no secret in settings or snapshot', () => {
    const told = JSON.stringify(engine.engine.snapshot()) + readFileSync(path.join(dataDir, 'settings.json'), 'utf8');
    expect(told).not.toContain(operate);
    expect(told).not.toContain(view);
  });
});

describe('what must not be served', () => {
  const bench = new TestBench();
  afterAll(() => bench.close());

  it.each<[string, Record<string, string>, RegExp]>([
    ['beyond loopback without a token', {}, /"0\.0\.0\.0" is reachable from other machines, and no token/],
    ['without TLS', { ULTRAMOTION_OPERATE_TOKEN: operate }, /"0\.0\.0\.0".*without TLS/],
    ['with a placeholder', { ULTRAMOTION_OPERATE_TOKEN: 'change_me_secure_token' }, /operate token.*openssl rand/],
    [
      'with a token file that is not there',
      { ULTRAMOTION_VIEW_TOKEN_FILE: '/nowhere/token' },
      /ENOENT.*\/nowhere\/token/,
    ],
  ])('is not: %s', async (_what, env, words) => {
    for (const [name, value] of Object.entries(env)) process.env[name] = value;
    try {
      const options = { source: 'phantom', http: { host: '0.0.0.0', port: 0 }, dataDir: bench.folder() };
      await expect(runEngine(options)).rejects.toThrow(words);
    } finally {
      for (const name of Object.keys(env)) delete process.env[name];
    }
  });

  it('is with the insecure switch, and the operator sees that', async () => {
    process.env['ULTRAMOTION_OPERATE_TOKEN'] = operate;
    process.env['ULTRAMOTION_HTTP_INSECURE'] = '1';
    try {
      const options = { source: 'phantom', http: { host: '0.0.0.0', port: 0 }, dataDir: bench.folder() };
      const engine = bench.owns(await runEngine({ ...options, publish: 'igtl-server://127.0.0.1:0' }));
      const { problems } = engine.engine.snapshot();
      expect(problems.find(({ key }) => key === 'http.access')?.message).toMatch(/without TLS \(http\.insecure\)/);
      const there = (engine.url as string).replace('0.0.0.0', '127.0.0.1');
      expectNothingTold(await ask(new URL('/api/snapshot', there)), 'without a token');
    } finally {
      delete process.env['ULTRAMOTION_HTTP_INSECURE'];
    }
  });
});
