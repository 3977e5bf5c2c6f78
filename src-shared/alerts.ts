import type { ConditionWords } from './health.ts';

/**
 * ok -> pending (the condition must last) -> warning or critical -> recovering (it must be gone for a while, and by a
 * margin) -> ok. no-data: what it is judged by has no value now, or not enough samples have been taken.
 */
export const ALERT_STATES = ['ok', 'pending', 'warning', 'critical', 'recovering', 'no-data'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export type AlertSeverity = 'warning' | 'critical';

/** One watched condition that is not in order. */
export interface Alert extends ConditionWords {
  readonly state: AlertState;
  /** pending: what it would become. warning, critical: what it is. recovering: what it was. */
  readonly severity: AlertSeverity;
  /** What happened and what to do, in English; consoles say it in their own language by `code` and `values`. */
  readonly text: string;
  readonly advice: string;
  /** Epoch seconds since when it is in this state. */
  readonly sinceTs: number;
  /** Epoch seconds when somebody took note of it; null: nobody has. A worse severity asks again. */
  readonly acknowledgedTs: number | null;
  /** Epoch seconds until when changes are not sent to the routes; null: they are. */
  readonly silencedUntilTs: number | null;
}

/** One change of state. This is what the routes deliver: one event per change, never one per sample. */
export interface AlertEvent extends ConditionWords {
  /** Unique for ever: `webhook-id`. */
  readonly id: string;
  /** Epoch seconds. */
  readonly ts: number;
  readonly from: AlertState;
  readonly to: AlertState;
  readonly severity: AlertSeverity;
  readonly text: string;
  readonly advice: string;
  /** Changes of a silenced alert are kept in the history and not sent. */
  readonly silenced: boolean;
}

export const ALERT_ROUTES = ['log', 'console', 'webhook', 'slack'] as const;
export type AlertRouteName = (typeof ALERT_ROUTES)[number];

/** How a route that sends to a receiver is doing. */
export interface AlertRouteStatus {
  readonly route: AlertRouteName;
  readonly enabled: boolean;
  readonly delivered: number;
  /** Events that wait for delivery or for the next try. */
  readonly waiting: number;
  /** Events given up after the last try; they are kept on disk and can be sent again. */
  readonly dead: number;
  /** What the receiver said last when it did not take an event; null when it did. */
  readonly lastError: string | null;
}

/** What `alerts.list` and `/api/alerts` give. */
export interface AlertOverview {
  /** pending, warning, critical and recovering. */
  readonly active: readonly Alert[];
  /** Newest first, bounded. */
  readonly history: readonly AlertEvent[];
  readonly routes: readonly AlertRouteStatus[];
}
