import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlertRoutes, type DeliveryClock, isForbidden, TRY_DELAYS_S } from '../../../src-main/monitoring/index.ts';
import { type AlertEvent, defaultSettings, type Settings } from '../../../src-shared/index.ts';
import { eventually } from '../../support/processes.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const LIMIT_MS = 10_000;
/** What a receiver has to answer in; no pause between two tries is as long. */
const ANSWER_MS = 15_000;

/** Time that passes only when a test says so. */
class HandClock implements DeliveryClock {
  nowMs = 0;
  #due: { atMs: number; run: () => void }[] = [];

  after(ms: number, run: () => void): () => void {
    const entry = { atMs: this.nowMs + ms, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  /** How long until the next thing is due, ms; null: nothing is. */
  get nextMs(): number | null {
    return this.#due.length === 0 ? null : Math.min(...this.#due.map(({ atMs }) => atMs)) - this.nowMs;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    const due = this.#due.filter(({ atMs }) => atMs <= this.nowMs);
    this.#due = this.#due.filter(({ atMs }) => atMs > this.nowMs);
    for (const { run } of due) run();
  }
}

interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A real receiver, that answers as it is told. */
class Receiver {
  readonly received: Received[] = [];
  /** `half`: begins its answer and never ends it. */
  answer: { status: number; headers?: http.OutgoingHttpHeaders } | 'hang' | 'half' = { status: 200 };
  readonly #server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      this.received.push({ headers: request.headers, body });
      if (this.answer === 'half') response.writeHead(200).write('it wi');
      else if (this.answer !== 'hang') response.writeHead(this.answer.status, this.answer.headers).end('as told');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const event = (id: string, patch: Partial<AlertEvent> = {}): AlertEvent => ({
  id,
  ts: 1_800_000_000,
  key: 'latency',
  code: 'latency-high',
  values: { p95Ms: 62, limitMs: 50 },
  from: 'pending',
  to: 'critical',
  severity: 'critical',
  text: 'latency (p95) is 62 ms, the limit is 50 ms <now>',
  advice: 'Look at which stage takes the time.',
  silenced: false,
  ...patch,
});

describe('alert routes', () => {
  let dataDir: string;
  let clock: HandClock;
  let receiver: Receiver;
  let url: string;
  const opened: AlertRoutes[] = [];
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(os.tmpdir(), 'routes-'));
    clock = new HandClock();
    receiver = new Receiver();
    url = await receiver.listen();
  });
  afterEach(async () => {
    for (const routes of opened.splice(0)) await routes.close();
    receiver.close();
    rmSync(dataDir, { recursive: true });
  });

  function open(patch: Partial<Settings> = {}): AlertRoutes {
    const routes = new AlertRoutes({
      dataDir,
      settings: { ...defaultSettings(), 'alerts.webhookUrl': url, 'alerts.webhookSecret': SECRET, ...patch },
      clock,
      random: () => 0,
      changed: () => {},
      failed: (_route, message) => {
        throw new Error(message);
      },
    });
    opened.push(routes);
    return routes;
  }
  const status = (routes: AlertRoutes, name = 'webhook') => routes.statuses().find(({ route }) => route === name)!;

  /** Lets whatever is due happen, for so long, each answer awaited. */
  async function passing(routes: AlertRoutes, seconds: number): Promise<void> {
    const endMs = clock.nowMs + seconds * 1000;
    while (clock.nextMs !== null && clock.nowMs + clock.nextMs <= endMs) {
      const before = receiver.received.length;
      clock.pass(clock.nextMs);
      await eventually('the next try is over', LIMIT_MS, () =>
        receiver.received.length > before &&
        clock.nextMs !== ANSWER_MS &&
        (clock.nextMs !== null || status(routes).waiting === 0)
          ? true
          : null,
      );
    }
    clock.nowMs = endMs;
  }

  it('signs as Standard Webhooks says, with every key there is', async () => {
    const other = `whsec_${Buffer.from('another key, 24 bytes or more').toString('base64')}`;
    const routes = open({ 'alerts.webhookSecret': `${SECRET} ${other}` });
    routes.deliver(event('alert_1'));
    await passing(routes, 1);
    const [{ headers, body }] = receiver.received as [Received];
    expect(headers['webhook-id']).toBe('alert_1');
    const signed = `alert_1.${headers['webhook-timestamp']}.${body}`;
    const signatures = [SECRET, other].map((secret) => {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    });
    expect(headers['webhook-signature']).toBe(signatures.join(' '));
    expect(JSON.parse(body)).toMatchObject({ type: 'alert.raised', data: { key: 'latency', to: 'critical' } });
  });

  it('sends Slack a text, with its special characters escaped', async () => {
    const routes = open({ 'alerts.webhookUrl': '', 'alerts.slackUrl': url });
    routes.deliver(event('alert_1'));
    clock.pass(0);
    await eventually('Slack has it', LIMIT_MS, () => (status(routes, 'slack').delivered === 1 ? true : null));
    const { text } = JSON.parse((receiver.received[0] as Received).body) as { text: string };
    expect(text).toBe(
      'CRITICAL latency: latency (p95) is 62 ms, the limit is 50 ms &lt;now&gt;\nLook at which stage takes the time.',
    );
  });

  it('tries again after 1 s, 5 s, 30 s, 5 min and 30 min, in order, with the same id', async () => {
    receiver.answer = { status: 500 };
    const routes = open();
    routes.deliver(event('alert_1'));
    routes.deliver(event('alert_2', { to: 'ok' }));
    const total = TRY_DELAYS_S.slice(0, 3).reduce<number>((sum, delay) => sum + delay, 0);
    await passing(routes, total);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['alert_1', 'alert_1', 'alert_1']);
    expect(status(routes)).toMatchObject({ waiting: 2, lastError: 'answered 500: as told' });
    receiver.answer = { status: 204 };
    await passing(routes, 60);
    expect(status(routes)).toMatchObject({ delivered: 2, waiting: 0, lastError: null });
    expect(receiver.received.at(-1)?.body).toContain('alert.resolved');
  });

  it('loses nothing to a receiver that answers 500 for an hour, and delays nobody', async () => {
    receiver.answer = { status: 500 };
    const routes = open();
    for (let i = 0; i < 20; i++) routes.deliver(event(`alert_${i}`));
    await passing(routes, 3600);
    expect(status(routes).delivered).toBe(0);
    expect(status(routes).waiting + status(routes).dead).toBe(20);
    expect(status(routes).dead).toBeGreaterThan(0);
    receiver.answer = { status: 200 };
    receiver.received.length = 0;
    await routes.replay('webhook');
    await passing(routes, 3600);
    expect(status(routes)).toMatchObject({ delivered: 20, waiting: 0, dead: 0 });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  });

  it.each(['hang', 'half'] as const)(
    'loses nothing to a receiver that answers nothing (%s) for an hour: each try has 15 s, and the other route goes on',
    async (answer) => {
      receiver.answer = answer;
      const other = new Receiver();
      const routes = open({ 'alerts.slackUrl': await other.listen() });
      for (let i = 0; i < 20; i++) routes.deliver(event(`alert_${i}`));
      await eventually('the other route has them all', LIMIT_MS, () => {
        clock.pass(0);
        return status(routes, 'slack').delivered === 20 ? true : null;
      });
      other.close();
      const limits: number[] = [];
      const endMs = clock.nowMs + 3_600_000;
      while (clock.nowMs + (clock.nextMs ?? Number.POSITIVE_INFINITY) <= endMs) {
        const waitMs = clock.nextMs as number;
        const isUnderWay = receiver.received.length > limits.length;
        clock.pass(waitMs);
        if (isUnderWay) {
          limits.push(waitMs);
          await eventually('it is given up', LIMIT_MS, () => (clock.nextMs !== null ? true : null));
        } else {
          await eventually('the next try is under way', LIMIT_MS, () =>
            receiver.received.length > limits.length ? true : null,
          );
        }
      }
      expect(new Set(limits)).toEqual(new Set([ANSWER_MS]));
      expect(status(routes)).toMatchObject({
        delivered: 0,
        lastError: expect.stringMatching(/did not answer in 15 s$/),
      });
      expect(status(routes).waiting + status(routes).dead).toBe(20);
      expect(status(routes).dead).toBeGreaterThan(0);

      receiver.answer = { status: 200 };
      receiver.received.length = 0;
      await routes.replay('webhook');
      await passing(routes, 60);
      expect(status(routes)).toMatchObject({ delivered: 20, waiting: 0, dead: 0 });
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
    },
  );

  it('waits as long as the receiver asks it to', async () => {
    receiver.answer = { status: 429, headers: { 'retry-after': '120' } };
    const routes = open();
    routes.deliver(event('alert_1'));
    await passing(routes, 1);
    expect(clock.nextMs).toBeGreaterThan(118_000);
  });

  it('keeps what still waits when it is closed, and sends it when asked to after a restart', async () => {
    receiver.answer = 'hang';
    const first = open();
    first.deliver(event('alert_1'));
    clock.pass(0);
    await eventually('it is under way', LIMIT_MS, () => (receiver.received.length === 1 ? true : null));
    await first.close();
    receiver.answer = { status: 200 };
    const second = open();
    await eventually('the dead letter is found', LIMIT_MS, () => (status(second).dead === 1 ? true : null));
    expect(await second.replay('webhook')).toBe(1);
    await passing(second, 1);
    expect(status(second)).toMatchObject({ delivered: 1, dead: 0 });
  });

  it('tests a route at once and says what came of it', async () => {
    const routes = open();
    expect(await routes.test('webhook')).toEqual({ ok: true });
    receiver.answer = { status: 302, headers: { location: 'http://127.0.0.1:1/' } };
    expect(await routes.test('webhook')).toMatchObject({ ok: false, reason: 'answered 302: as told' });
    await expect(routes.test('slack')).rejects.toThrow('alerts.slackUrl is not set');
    await expect(open({ 'alerts.webhookSecret': '' }).test('webhook')).rejects.toThrow(/always signed/);
  });

  it('never posts to link-local and metadata addresses, however they are written', async () => {
    for (const host of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '2852039166', '100.100.100.200']) {
      const routes = open({ 'alerts.webhookUrl': `http://${host}/latest/meta-data` });
      expect(await routes.test('webhook'), host).toMatchObject({ ok: false, isFinal: true });
    }
    expect(isForbidden('10.0.0.5')).toBe(false);
    expect(isForbidden('::1')).toBe(false);
  });
});
