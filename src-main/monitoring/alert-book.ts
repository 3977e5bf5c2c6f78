import { randomUUID } from 'node:crypto';
import type { Alert, AlertEvent, AlertSeverity, AlertState, Settings } from '../../src-shared/index.ts';
import type { Condition } from './alert-rules.ts';
import { alertAdvice, alertText } from './alert-words.ts';

/** How long conditions must last and be gone: settings `alerts.pendingS` and `alerts.recoverS`. */
export type AlertTiming = Pick<Settings, 'alerts.pendingS' | 'alerts.recoverS'>;

interface Entry {
  state: AlertState;
  severity: AlertSeverity;
  /** Newest words while it was not in order: what is said when it is over, too. */
  condition: Condition;
  sinceTs: number;
  /** Since when the level has been at least critical, below critical, in order, or unknown; null: it is not so now. */
  criticalTs: number | null;
  milderTs: number | null;
  calmTs: number | null;
  acknowledgedTs: number | null;
}

const SHOWN: readonly AlertState[] = ['warning', 'critical', 'recovering'];

/** Silences every alert. */
export const ALL_ALERTS = '*';

/**
 * The operator-facing state of every watched condition. A condition must last before it is an alert, and be gone for a
 * while, by a margin, before the alert is over; only changes of what is shown make events. All times are epoch seconds
 * handed in: it has no clock.
 */
export class AlertBook {
  readonly #entries = new Map<string, Entry>();
  readonly #silencedUntil = new Map<string, number>();

  /** The severity that is shown for `key` now: it is left only by a margin. */
  held(key: string): AlertSeverity | null {
    const entry = this.#entries.get(key);
    return entry !== undefined && SHOWN.includes(entry.state) ? entry.severity : null;
  }

  /** Every condition as it is now; those that are absent are in order. Returns what changed, in order. */
  update(conditions: readonly Condition[], timing: AlertTiming, ts: number): AlertEvent[] {
    const events: AlertEvent[] = [];
    const present = new Set(conditions.map(({ key }) => key));
    for (const condition of conditions) {
      this.#step(condition, timing, ts, events);
    }
    for (const [key, entry] of this.#entries) {
      if (!present.has(key)) {
        this.#step({ ...entry.condition, level: 'ok' }, timing, ts, events);
      }
      if (entry.state === 'ok' && !present.has(key)) {
        this.#entries.delete(key);
      }
    }
    return events;
  }

  /** pending, warning, critical and recovering, worst first. */
  active(ts: number): Alert[] {
    const rank: readonly AlertState[] = ['critical', 'warning', 'recovering', 'pending'];
    return [...this.#entries.values()]
      .filter(({ state }) => rank.includes(state))
      .sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state) || a.sinceTs - b.sinceTs)
      .map((entry) => this.#describe(entry, ts));
  }

  /** What is not over, as conditions at the severity that is shown: health is the worst of them. */
  notOver(): Condition[] {
    return [...this.#entries.values()]
      .filter(({ state }) => SHOWN.includes(state))
      .map(({ condition, severity }) => ({ ...condition, level: severity }));
  }

  /** Somebody has taken note; a worse severity asks again. False: there is no such alert. */
  acknowledge(key: string, ts: number): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || !SHOWN.includes(entry.state)) {
      return false;
    }
    entry.acknowledgedTs ??= ts;
    return true;
  }

  /** Changes of `key` (or {@link ALL_ALERTS}) are not sent until then; now or earlier ends the silence. */
  silence(key: string, untilTs: number, ts: number): void {
    if (untilTs > ts) {
      this.#silencedUntil.set(key, untilTs);
    } else {
      this.#silencedUntil.delete(key);
    }
  }

  #step(condition: Condition, timing: AlertTiming, ts: number, events: AlertEvent[]): void {
    const entry = this.#entryOf(condition, ts);
    const { level } = condition;
    note(entry, level, ts);
    if (level === 'warning' || level === 'critical') {
      entry.condition = condition;
      entry.severity = entry.state === 'pending' ? level : entry.severity;
    }
    const to = nextState(entry, level, timing, ts);
    if (to === entry.state) {
      return;
    }
    const from = entry.state;
    if (to === 'warning' || to === 'critical') {
      // A worse one is news even to whoever has taken note of the milder one.
      entry.acknowledgedTs = to === 'critical' && entry.severity === 'warning' ? null : entry.acknowledgedTs;
    }
    const wasShown = SHOWN.includes(from);
    const severityBefore = entry.severity;
    entry.state = to;
    entry.sinceTs = ts;
    if (to === 'pending') {
      entry.severity = level as AlertSeverity;
      entry.acknowledgedTs = null;
    } else if (to === 'warning' || to === 'critical') {
      entry.severity = to;
    }
    const isShown = SHOWN.includes(to);
    if (wasShown !== isShown || (isShown && entry.severity !== severityBefore)) {
      events.push(this.#event(entry, from, ts));
    }
  }

  #entryOf(condition: Condition, ts: number): Entry {
    const known = this.#entries.get(condition.key);
    if (known !== undefined) {
      return known;
    }
    const entry: Entry = {
      state: condition.level === null ? 'no-data' : 'ok',
      severity: 'warning',
      condition,
      sinceTs: ts,
      criticalTs: null,
      milderTs: null,
      calmTs: null,
      acknowledgedTs: null,
    };
    this.#entries.set(condition.key, entry);
    return entry;
  }

  #describe({ condition, state, severity, sinceTs, acknowledgedTs }: Entry, ts: number): Alert {
    const { key, code, values } = condition;
    const words = { text: alertText(condition), advice: alertAdvice(code) };
    const silencedUntilTs = this.#silencedUntilOf(key, ts);
    return { key, code, values, state, severity, ...words, sinceTs, acknowledgedTs, silencedUntilTs };
  }

  #event({ condition, state, severity }: Entry, from: AlertState, ts: number): AlertEvent {
    const { key, code, values } = condition;
    const words = { text: alertText(condition), advice: alertAdvice(code) };
    const silenced = this.#silencedUntilOf(key, ts) !== null;
    return { id: `alert_${randomUUID()}`, ts, key, code, values, from, to: state, severity, ...words, silenced };
  }

  #silencedUntilOf(key: string, ts: number): number | null {
    for (const name of [key, ALL_ALERTS]) {
      const until = this.#silencedUntil.get(name);
      if (until !== undefined && until > ts) {
        return until;
      }
      this.#silencedUntil.delete(name);
    }
    return null;
  }
}

/** Keeps since when the level has been what it is. */
function note(entry: Entry, level: Condition['level'], ts: number): void {
  const isBad = level === 'warning' || level === 'critical';
  entry.criticalTs = level === 'critical' ? (entry.criticalTs ?? ts) : null;
  entry.milderTs = level === 'warning' ? (entry.milderTs ?? ts) : null;
  entry.calmTs = isBad ? null : (entry.calmTs ?? ts);
}

function nextState(entry: Entry, level: Condition['level'], timing: AlertTiming, ts: number): AlertState {
  const hasLasted = (since: number | null, limitS: number): boolean => since !== null && ts - since >= limitS;
  const calm = level === null ? 'no-data' : 'ok';
  const isBad = level === 'warning' || level === 'critical';
  switch (entry.state) {
    case 'ok':
    case 'no-data':
      if (!isBad) {
        return calm;
      }
      return timing['alerts.pendingS'] === 0 ? level : 'pending';
    case 'pending':
      if (!isBad) {
        return calm;
      }
      if (!hasLasted(entry.sinceTs, timing['alerts.pendingS'])) {
        return 'pending';
      }
      return hasLasted(entry.criticalTs, timing['alerts.pendingS']) ? 'critical' : 'warning';
    case 'recovering':
      if (isBad) {
        return entry.severity;
      }
      return hasLasted(entry.calmTs, timing['alerts.recoverS']) ? calm : 'recovering';
    case 'warning':
    case 'critical':
      if (!isBad) {
        return timing['alerts.recoverS'] === 0 ? calm : 'recovering';
      }
      if (entry.state === 'warning' && hasLasted(entry.criticalTs, timing['alerts.pendingS'])) {
        return 'critical';
      }
      return entry.state === 'critical' && hasLasted(entry.milderTs, timing['alerts.recoverS'])
        ? 'warning'
        : entry.state;
  }
}
