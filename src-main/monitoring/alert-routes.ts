import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { AlertEvent, AlertRouteStatus, Settings } from '../../src-shared/index.ts';
import { type AlertMessage, slackMessage, webhookMessage } from './alert-messages.ts';
import { DeadLetterFile } from './dead-letter-file.ts';
import { type DeliveryClock, DeliveryQueue, type Outcome } from './delivery-queue.ts';
import { AddressForbidden, type PostAnswer, post } from './post.ts';

export const REMOTE_ROUTES = ['webhook', 'slack'] as const;
export type RemoteRoute = (typeof REMOTE_ROUTES)[number];

/** A route cannot be used as it is set up; the message says what is missing. */
export class RouteNotSet extends Error {
  override readonly name = 'RouteNotSet';
}

export interface AlertRoutesOptions {
  /** Dead letters go to `alerts/` in it; null: nothing is sent anywhere. */
  readonly dataDir: string | null;
  readonly settings: Settings;
  readonly clock?: DeliveryClock;
  readonly random?: () => number;
  /** The state of a route changed. */
  readonly changed: () => void;
  /** An event could not even be kept, with why. */
  readonly failed: (route: RemoteRoute, message: string) => void;
}

/** As Standard Webhooks recommends: a receiver that needs longer should answer first and work then. */
const ANSWER_MS = 15_000;
/** Whoever pressed the button waits for it, and so do the commands after it. */
const TEST_ANSWER_MS = 3000;

/** Timers that do not keep the engine from ending. */
const systemClock: DeliveryClock = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

interface Route {
  readonly queue: DeliveryQueue;
  readonly dead: DeadLetterFile;
}

/** Sends changes of alerts to receivers elsewhere: a signed webhook and Slack. Nothing here waits for any of them. */
export class AlertRoutes {
  readonly #routes: ReadonlyMap<RemoteRoute, Route>;
  readonly #clock: DeliveryClock;
  readonly #underWay = new Set<AbortController>();
  #settings: Settings;

  constructor({ dataDir, settings, clock = systemClock, random = Math.random, changed, failed }: AlertRoutesOptions) {
    this.#settings = settings;
    this.#clock = clock;
    const names = dataDir === null ? [] : REMOTE_ROUTES;
    this.#routes = new Map(
      names.map((name) => {
        const file = path.join(dataDir ?? '', 'alerts', `dead-letters-${name}.jsonl`);
        const dead = new DeadLetterFile(file, (message) => failed(name, message));
        const send = (event: AlertEvent) => this.#send(name, event);
        return [name, { dead, queue: new DeliveryQueue({ send, clock, dead, random, changed }) }];
      }),
    );
  }

  configure(settings: Settings): void {
    this.#settings = settings;
  }

  /** To every route that is set up. */
  deliver(event: AlertEvent): void {
    for (const [name, { queue }] of this.#routes) {
      if (this.#missing(name) === null) {
        queue.add(event);
      }
    }
  }

  /** One event that says it is a test, sent once and now. @throws {RouteNotSet} */
  async test(name: RemoteRoute): Promise<Outcome> {
    const missing = this.#missing(name);
    if (missing !== null) {
      throw new RouteNotSet(missing);
    }
    return this.#send(name, testEvent(), TEST_ANSWER_MS);
  }

  /** Sends the dead letters again; returns how many. */
  async replay(name: RemoteRoute): Promise<number> {
    return (await this.#routes.get(name)?.queue.replay()) ?? 0;
  }

  statuses(): AlertRouteStatus[] {
    return [...this.#routes].map(([route, { queue, dead }]) => ({
      route,
      enabled: this.#missing(route) === null,
      delivered: queue.delivered,
      waiting: queue.waiting,
      dead: dead.count,
      lastError: queue.lastError,
    }));
  }

  /** Waits for no receiver: what is under way counts as not taken. */
  async close(): Promise<void> {
    await Promise.all([...this.#routes.values()].map(({ queue }) => queue.close()));
    for (const request of this.#underWay) {
      request.abort('before the engine ended');
    }
  }

  /** What is missing before this route can be used; null: nothing. */
  #missing(name: RemoteRoute): string | null {
    const settings = this.#settings;
    if (name === 'slack') {
      return settings['alerts.slackUrl'] === '' ? 'alerts.slackUrl is not set' : null;
    }
    if (settings['alerts.webhookUrl'] === '') {
      return 'alerts.webhookUrl is not set';
    }
    return settings['alerts.webhookSecret'] === ''
      ? 'alerts.webhookSecret is not set: webhooks are always signed'
      : null;
  }

  async #send(name: RemoteRoute, event: AlertEvent, timeoutMs = ANSWER_MS): Promise<Outcome> {
    const missing = this.#missing(name);
    if (missing !== null) {
      return { ok: false, reason: missing, retryAfterS: null, isFinal: true };
    }
    const settings = this.#settings;
    const url = name === 'slack' ? settings['alerts.slackUrl'] : settings['alerts.webhookUrl'];
    const message: AlertMessage =
      name === 'slack'
        ? slackMessage(event)
        : webhookMessage(event, settings['alerts.webhookSecret'], Date.now() / 1000);
    const request = new AbortController();
    const callOff = this.#clock.after(timeoutMs, () => request.abort(`in ${timeoutMs / 1000} s`));
    this.#underWay.add(request);
    try {
      const allowLinkLocal = settings['alerts.allowLinkLocal'];
      return outcomeOf(await post({ url, ...message, signal: request.signal, allowLinkLocal }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, reason, retryAfterS: null, isFinal: error instanceof AddressForbidden };
    } finally {
      callOff();
      this.#underWay.delete(request);
    }
  }
}

/** Only 2xx is success: a redirection says that the address is wrong. */
export function outcomeOf({ status, retryAfter, text }: PostAnswer): Outcome {
  if (status >= 200 && status < 300) {
    return { ok: true };
  }
  const words = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  const reason = `answered ${status}${words === '' ? '' : `: ${words}`}`;
  return { ok: false, reason, retryAfterS: secondsOf(retryAfter), isFinal: status === 410 };
}

/** `Retry-After`: seconds, or a date. */
function secondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) {
    return null;
  }
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

function testEvent(): AlertEvent {
  return {
    id: `alert_${randomUUID()}`,
    ts: Date.now() / 1000,
    key: 'test',
    code: 'problem',
    values: { problem: 'test', message: 'this is a test' },
    from: 'ok',
    to: 'warning',
    severity: 'warning',
    text: 'this is a test of this route; nothing is wrong',
    advice: 'Nothing has to be done.',
    silenced: false,
  };
}
