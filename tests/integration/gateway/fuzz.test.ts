import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startEngine, TestBench } from '../../support/processes.ts';
import { sampleOf } from '../../support/streams.ts';

const REQUESTS = 10_000;
const AT_ONCE = 24;

/** Not what is measured: an engine that has little else to do answers sooner. */
const SOURCE_FPS = '10';
/** A machine at work on other things takes its time; hanging for ever is what would fail. */
const LIMIT_MS = 600_000;
const ANSWER_MS = 60_000;

/** Routes whose requests have the engine open, close or write something. */
const SLOW = /commands\/(source|publisher|recording|models|settings|logs)|api\/settings/;

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** The same requests in every run. */
function randomFrom(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  return { below, pick };
}
const { below, pick } = randomFrom(20261121);

/** Nothing here names another machine: what a request makes the engine do stays on this one. */
const STRINGS = [
  '',
  ' ',
  'phantom',
  'phantom:7',
  'x'.repeat(5000),
  '../../etc/passwd',
  '/dev/zero',
  'null',
  '%00',
  '\u0000',
];
STRINGS.push(
  'igtl://127.0.0.1:1',
  'http://127.0.0.1:1/',
  'http://[::1',
  '{{7*7}}',
  "' or 1=1 --",
  '\ud800',
  '💀',
  '1e999',
);
const NUMBERS = [0, -1, 1, 0.5, 300, 1e9, -1e308, 2 ** 53, Number.MIN_VALUE];
const anything = (): unknown =>
  pick([null, true, [], {}, [[[]]], pick(NUMBERS), pick(STRINGS), { a: { b: pick(STRINGS) } }]);

/** A value that the schema takes more often than not. */
function madeFor(schema: Schema, depth = 0): unknown {
  if (below(6) === 0 || depth > 5) return anything();
  if (schema.enum !== undefined) return pick(schema.enum);
  if (schema.anyOf !== undefined) return madeFor(pick(schema.anyOf), depth + 1);
  switch (schema.type) {
    case 'object': {
      const all = Object.entries(schema.properties ?? {});
      const few = all.length > 8 ? [pick(all), pick(all)] : all;
      const found = Object.fromEntries(few.map(([key, one]) => [key, madeFor(one, depth + 1)]));
      return below(8) === 0 ? { ...found, [pick(STRINGS)]: anything() } : found;
    }
    case 'array':
      return (schema.prefixItems ?? [schema.items ?? {}]).map((one) => madeFor(one, depth + 1));
    case 'number':
    case 'integer':
      return pick(NUMBERS);
    case 'boolean':
      return below(2) === 0;
    case 'string':
      return pick(STRINGS);
    default:
      return anything();
  }
}

const noise = (length: number) => String.fromCharCode(...Array.from({ length }, () => 33 + below(94)));

describe('10,000 requests made up from the description and from nothing', () => {
  const bench = new TestBench();
  let engine: Awaited<ReturnType<typeof startEngine>>;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const unanswered: string[] = [];

  beforeAll(async () => {
    const dataDir = bench.folder();
    const settings = { 'http.requestsPerMinute': 10_000_000, 'log.mode': 'perf' };
    writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));
    engine = await startEngine(bench, 'phantom', '--fps', SOURCE_FPS, '--data-dir', dataDir);
  });
  afterAll(async () => {
    agent.destroy();
    await bench.close();
  });

  const ask = (route: string, method: string, headers: Record<string, string>, body?: string) =>
    new Promise<number>((resolve) => {
      const target = new URL(engine.url);
      const options = { host: target.hostname, port: target.port, path: route, method, headers, agent };
      try {
        const asked = request(options, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        });
        // The server hangs up on what is no HTTP; that it still lives is asked afterwards.
        asked.on('error', () => resolve(0)).end(body);
        asked.setTimeout(ANSWER_MS, () => {
          unanswered.push(`${method} ${route}`.slice(0, 200));
          asked.destroy();
        });
      } catch {
        // Node refuses to send such a header or path.
        resolve(0);
      }
    });

  async function described(): Promise<{ route: string; method: string; operation: Operation }[]> {
    const answer = await fetch(new URL('/openapi.json', engine.url));
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Operation>> };
    return Object.entries(paths).flatMap(([route, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route, method: method.toUpperCase(), operation })),
    );
  }

  it('give no 500 and end nothing', { timeout: LIMIT_MS }, async () => {
    const operations = await described();
    const statuses = new Map<number, number>();
    const failures: string[] = [];
    const one = async (): Promise<void> => {
      const { route, method, operation } = pick(operations);
      // Opening a source takes its time, and recordings take room: a few of those are enough.
      if (SLOW.test(route) && below(20) > 0) {
        return one();
      }
      const query = (operation.parameters ?? []).map(
        ({ name, schema }) => `${name}=${encodeURIComponent(String(madeFor(schema)).toWellFormed())}`,
      );
      const schema = operation.requestBody?.content['application/json']?.schema;
      const whole = JSON.stringify(schema === undefined ? anything() : madeFor(schema)) ?? '';
      const body = below(10) === 0 ? whole.slice(0, below(whole.length + 1)) + noise(below(20)) : whole;
      const target =
        below(8) === 0 ? `${route}/${noise(below(20))}` : `${route}?${below(8) === 0 ? noise(20) : query.join('&')}`;
      const headers: Record<string, string> = {
        'content-type': below(12) === 0 ? noise(10) : 'application/json',
        ...(below(15) === 0 && { [noise(5).replace(/[^\w]/g, 'x')]: noise(below(200)) }),
        ...(below(20) === 0 && { accept: 'text/html', 'accept-language': noise(5), cookie: noise(40) }),
        ...(below(40) === 0 && { upgrade: 'websocket', connection: 'upgrade' }),
      };
      const verb = below(12) === 0 ? pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']) : method;
      const hasBody = verb !== 'GET' && verb !== 'HEAD';
      const status = await ask(target, verb, headers, hasBody ? body : undefined);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500 && !(status === 503 && route === '/api/health/ready')) {
        failures.push(`${status} ${verb} ${target.slice(0, 200)} ${body.slice(0, 300)}`);
      }
    };
    let left = REQUESTS;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await one();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(failures).toEqual([]);
    expect(unanswered).toEqual([]);
    const count = (...wanted: number[]) => wanted.reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
    // Not all were refused at the door, and not all were let through.
    expect(count(200, 204), JSON.stringify([...statuses])).toBeGreaterThan(REQUESTS / 10);
    expect(count(400, 404, 415, 422)).toBeGreaterThan(REQUESTS / 10);

    // What a request breaks in the program is written to its log, whatever the answer was.
    expect(engine.process.stderr).not.toMatch(/http\.fault|uncaught|unhandled/i);
    const connected = await ask(
      '/api/commands/source.connect',
      'POST',
      { 'content-type': 'application/json' },
      '{"address":"phantom"}',
    );
    expect(connected).toBe(200);
    const { frames_received: before } = await sampleOf(engine.url);
    // However slow the settings that were made up: one frame a second is the least.
    await eventually('frames go on', ANSWER_MS, async () =>
      (await sampleOf(engine.url)).frames_received > before + 3 ? true : null,
    );
    expect(engine.process.child.exitCode).toBeNull();
  });
});
