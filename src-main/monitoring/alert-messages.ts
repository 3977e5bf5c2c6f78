import { createHmac } from 'node:crypto';
import type { AlertEvent } from '../../src-shared/index.ts';
import { headline } from './alert-words.ts';

/** One request to a receiver. */
export interface AlertMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const isOver = ({ to }: AlertEvent): boolean => to === 'ok' || to === 'no-data';

/**
 * Standard Webhooks: same id at every try, new time stamp, one signature for each of the keys (more than one while a key
 * is being changed). `secrets`: `whsec_` and base64, separated by spaces.
 */
export function webhookMessage(event: AlertEvent, secrets: string, nowS: number): AlertMessage {
  const timestamp = String(Math.floor(nowS));
  const body = JSON.stringify({
    type: isOver(event) ? 'alert.resolved' : 'alert.raised',
    timestamp: new Date(event.ts * 1000).toISOString(),
    data: event,
  });
  const signatures = secrets
    .split(/\s+/)
    .filter((secret) => secret !== '')
    .map((secret) => `v1,${signed(secret, `${event.id}.${timestamp}.${body}`)}`);
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}

/** What Slack and its likes take. */
export function slackMessage(event: AlertEvent): AlertMessage {
  const { key, severity, text, advice } = event;
  const line = headline(key, severity, isOver(event), text);
  const words = isOver(event) ? line : `${line}\n${advice}`;
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: escaped }) };
}

function signed(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(content).digest('base64');
}
