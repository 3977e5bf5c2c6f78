import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  alertsSchema,
  healthSchema,
  historySchema,
  pipelineSchema,
  sampleSchema,
} from '../../../src-main/gateway/schemas.ts';
import {
  type CommandResults,
  commandSchemas,
  type KpiSample,
  METRICS,
  settingsSchema,
} from '../../../src-shared/index.ts';
import { ask, openSocket } from '../../support/http.ts';
import { eventually, TestBench } from '../../support/processes.ts';
import { serveEngine } from '../../support/served-engine.ts';

type Served = Awaited<ReturnType<typeof serveEngine>>;

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object; summary?: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: Record<string, object> }>> };
}

describe('the API', () => {
  const bench = new TestBench();
  let engine: Served;
  const get = async (route: string) => {
    const answer = await ask(engine.at(route));
    return { ...answer, json: () => JSON.parse(answer.body) as never };
  };
  const send = (method: string, route: string, body: unknown) =>
    ask(engine.at(route), { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  beforeAll(async () => {
    engine = await serveEngine(bench, {
      'kpi.intervalS': 0.2,
      'alerts.slackUrl': 'https://hooks.example/T0/B0/hidden',
    });
    await eventually('masks', 40_000, () => ((engine.engine.monitoring.latest()?.fps_out ?? 0) > 1 ? true : null));
  });
  afterAll(() => bench.close());

  it.each<[string, z.ZodType]>([
    ['/api/metrics/latest', sampleSchema.strict()],
    ['/api/metrics/history?last=5', historySchema],
    ['/api/health', healthSchema],
    ['/api/health/ready', healthSchema],
    ['/api/pipeline', pipelineSchema],
    ['/api/alerts', alertsSchema],
    ['/api/settings', settingsSchema],
  ])('answers GET %s as it is documented', async (route, schema) => {
    const answer = await get(route);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(schema.safeParse(answer.json()).error).toBeUndefined();
  });

  it('describes every route, with its errors and the unit of every figure', async () => {
    const api = (await get('/openapi.json')).json() as OpenApi;
    expect(api.openapi).toBe('3.1.0');
    const described = Object.entries(api.paths).flatMap(([route, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
    );
    const files = /^\/(\*|dashboard|index\.html|docs.*)?$/;
    const served = engine.routes.filter(({ method, url }) => method !== 'HEAD' && !files.test(url));
    expect(described.sort()).toEqual(
      served.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`).sort(),
    );
    const references = JSON.stringify(api.paths).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name] of references) {
      expect(api.components.schemas, `schema ${name}`).toHaveProperty(name as string);
    }
    const sample = api.components.schemas['KpiSample']?.properties ?? {};
    for (const { name, unit } of METRICS.filter(({ name }) => name in sample)) {
      expect(sample[name], name).toMatchObject({ unit, description: expect.any(String) });
    }
    expect(Object.keys(sample)).toContain('latency_p95_ms');
  });

  it('gives history as rows, from memory and by time, and as CSV', async () => {
    await eventually('ten samples', 20_000, () => (engine.engine.monitoring.recent(20).length >= 10 ? true : null));
    const data = async (route: string) =>
      ((await get(route)).json() as { data: (KpiSample & { count?: number })[] }).data;
    const last = await data('/api/metrics/history?last=10');
    expect(last).toHaveLength(10);
    expect(last.map(({ ts }) => ts)).toEqual(last.map(({ ts }) => ts).sort((a, b) => a - b));
    const [from, to] = [last[2]?.ts as number, last[8]?.ts as number];
    const between = await data(`/api/metrics/history?from=${from}&to=${to}`);
    expect(between.map(({ ts }) => ts)).toEqual(last.slice(2, 9).map(({ ts }) => ts));
    const merged = await data(`/api/metrics/history?from=${from}&to=${to}&points=2`);
    expect(merged.length).toBeLessThanOrEqual(2);
    expect(merged.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(7);

    const csv = await get(`/api/metrics/history?from=${from}&to=${to}&format=csv`);
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    const [names, ...lines] = csv.body
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    // Figures of others come after our own.
    expect(names?.slice(0, METRICS.length)).toEqual(METRICS.map(({ name }) => name));
    expect(names).toContain('engine_loop_delay_ms');
    expect(lines.map(([ts]) => Number(ts))).toEqual(between.map(({ ts }) => ts));
    const column = (names ?? []).indexOf('fps_in');
    expect(lines.map((line) => Number(line[column]))).toEqual(between.map(({ fps_in }) => fps_in));
  });

  it.each([
    ['/api/metrics/history?last=0', /last/],
    ['/api/metrics/history?last=1e9', /last/],
    ['/api/metrics/history?format=xml', /format/],
    ['/api/metrics/history?from=yesterday', /from/],
    ['/api/metrics/history?lats=3', /lats/],
  ])('refuses %s and names the parameter', async (route, words) => {
    const answer = await get(route);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatch(words);
  });

  it('changes settings, refuses what is not one, and shows no secret', async () => {
    const good = await send('PATCH', '/api/settings', { 'view.maskOpacity': 0.31 });
    expect(JSON.parse(good.body)).toMatchObject({ settings: { 'view.maskOpacity': 0.31 }, needRestart: [] });
    expect(engine.engine.settings['view.maskOpacity']).toBe(0.31);
    for (const bad of [{ 'view.maskOpacity': 7 }, { 'no.such': 1 }, [], 'text']) {
      expect((await send('PATCH', '/api/settings', bad)).status, JSON.stringify(bad)).toBe(400);
    }
    const owners = await send('PATCH', '/api/settings', { 'gpu.probe': '/tmp/mine', 'http.insecure': true });
    expect(owners.status).toBe(422);
    expect(JSON.parse(owners.body).detail).toMatch(/http\.insecure, gpu\.probe: set on the machine itself/);
    for (const route of ['/api/settings', '/api/snapshot']) {
      expect((await get(route)).body, route).not.toContain('hidden');
    }
    // Sent back as they were shown, masks leave the secrets as they are.
    expect((await send('PATCH', '/api/settings', (await get('/api/settings')).json())).status).toBe(200);
    expect(engine.engine.settings['alerts.slackUrl']).toContain('hidden');
  });

  it('gives every command of the console’s table', async () => {
    const posts = engine.routes.filter(({ url }) => url.startsWith('/api/commands/')).map(({ url }) => url.slice(14));
    expect(posts).toEqual(Object.keys(commandSchemas));
    expect((await send('POST', '/api/commands/source.connect', { address: 'gopher://x' })).status).toBe(422);
    expect((await send('POST', '/api/commands/source.connect', { adress: 'phantom' })).status).toBe(400);
    const history = await send('POST', '/api/commands/metrics.history', { figures: ['fps_in', 'health'], points: 5 });
    const { value } = JSON.parse(history.body);
    expect(Object.keys(value.series)).toEqual(['fps_in', 'health']);
    expect(value.series.fps_in.values).toHaveLength(value.ts.length);
    const unknown = await send('POST', '/api/commands/metrics.history', { figures: ['fps'], points: 5 });
    expect(JSON.parse(unknown.body).detail).toMatch(/figure "fps"/);
    expect((await send('POST', '/api/commands/alerts.acknowledge', { key: 'no such alert' })).status).toBe(422);
  });

  it('bundles logs for support: made by a command, fetched by its name, and no other file is', async () => {
    // No shape of a secret: it is known by being one of the settings.
    writeFileSync(
      path.join(engine.dataDir, 'logs', 'pipeline.log.1'),
      'x | said="https://hooks.example/T0/B0/hidden"\n',
    );
    const made = await send('POST', '/api/commands/logs.bundle', {});
    expect(made.status).toBe(200);
    const { name, file, bytes, entries } = JSON.parse(made.body).value as CommandResults['logs.bundle'];
    expect(file).toBe(path.join(engine.dataDir, 'bundles', name));
    expect(entries).toEqual(expect.arrayContaining(['logs/kpi.log', 'logs/pipeline.log', 'logs/pipeline.log.1']));
    const answer = await fetch(engine.at(`/api/logs/bundles/${name}`));
    expect(answer.headers.get('content-type')).toBe('application/gzip');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    const packed = Buffer.from(await answer.arrayBuffer());
    expect(packed.byteLength).toBe(bytes);
    const text = gunzipSync(packed).toString('latin1');
    expect(text).toContain('igt.kpi | ts=');
    expect(text).toContain('x | said="********"');
    expect(text).not.toContain('hidden');
    for (const other of [
      'settings.json',
      '..%2Fsettings.json',
      '../../settings.json',
      'ultramotion-logs-20260101T000000Z.tar.gz',
    ]) {
      expect((await get(`/api/logs/bundles/${other}`)).status, other).toBe(404);
    }
  });

  it('takes nothing but JSON: a form of another page cannot command', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const body = '{"address":"phantom:2"}';
      const headers = { 'content-type': type };
      const answer = await ask(engine.at('/api/commands/source.connect'), { method: 'POST', headers, body });
      expect(answer.status, type).toBe(415);
    }
  });

  it('is not ready, in words, while its source cannot be used', async () => {
    expect((await get('/api/health/live')).status).toBe(200);
    const missing = `${engine.dataDir}/recordings/missing.mha`;
    expect((await send('POST', '/api/commands/source.connect', { address: missing })).status).toBe(200);
    await eventually('503', 10_000, async () => ((await get('/api/health/ready')).status === 503 ? true : null));
    expect((await get('/api/health/ready')).body).toMatch(/source cannot be used/);
    expect((await get('/api/health/live')).status).toBe(200);
    expect((await send('POST', '/api/commands/source.connect', { address: 'phantom' })).status).toBe(200);
    await eventually('200', 20_000, async () => ((await get('/api/health/ready')).status === 200 ? true : null));
  });

  it('tells the same figures over REST and WebSocket: the newest at once, then each', async () => {
    const heard: KpiSample[] = [];
    const socket = openSocket(engine.at('/ws/metrics'));
    socket.on('message', (data) => heard.push(JSON.parse(String(data)) as KpiSample));
    await eventually('six samples', 20_000, () => (heard.length >= 6 ? true : null));
    socket.terminate();
    const kept = new Map(engine.engine.monitoring.recent(100).map((sample) => [sample.ts, sample]));
    for (const sample of heard) {
      expect(sample).toEqual(kept.get(sample.ts));
    }
    expect(new Set(heard.map(({ ts }) => ts)).size).toBe(heard.length);
  });

  it('has a page that shows the description, under the console’s own security policy', async () => {
    expect((await get('/docs')).headers['location']).toBe('/docs/');
    const page = await get('/docs/');
    expect(page.status).toBe(200);
    for (const [, file] of page.body.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) {
      expect((await get(`/docs/${file}`)).status, file).toBe(200);
    }
    expect(page.body).not.toMatch(/<script>|https?:\/\//);
  });
});
