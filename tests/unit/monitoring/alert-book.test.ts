import { describe, expect, it } from 'vitest';
import { ALL_ALERTS, AlertBook, type Condition } from '../../../src-main/monitoring/index.ts';

const TIMING = { 'alerts.pendingS': 3, 'alerts.recoverS': 5 } as const;

/** An alert book fed once a second, with what it said at each change. */
class Seconds {
  readonly book = new AlertBook();
  readonly said: string[] = [];
  ts = 1000;

  feed(level: Condition['level'], seconds: number): this {
    for (let i = 0; i < seconds; i++) {
      this.step([{ key: 'latency', code: 'latency-high', level, values: { p95Ms: this.ts, limitMs: 50 } }]);
    }
    return this;
  }

  step(conditions: Condition[]): void {
    for (const { key, from, to, silenced } of this.book.update(conditions, TIMING, this.ts)) {
      this.said.push(`${this.ts - 1000} ${key} ${from} -> ${to}${silenced ? ' (silenced)' : ''}`);
    }
    this.ts++;
  }

  get state(): string {
    return this.book.active(this.ts)[0]?.state ?? 'none';
  }
}

describe('AlertBook', () => {
  it('makes one event of a breach, however long it lasts, and one of its end', () => {
    const alerts = new Seconds().feed('ok', 5).feed('critical', 600).feed('ok', 60);
    expect(alerts.said).toEqual(['8 latency pending -> critical', '610 latency recovering -> ok']);
  });

  it('says nothing of what does not last', () => {
    const alerts = new Seconds().feed('critical', 3);
    expect(alerts.state).toBe('pending');
    alerts.feed('ok', 10).feed('warning', 2).feed('ok', 10);
    expect(alerts.said).toEqual([]);
    expect(alerts.state).toBe('none');
  });

  it('does not take a short pause for the end', () => {
    const alerts = new Seconds().feed('warning', 10).feed('ok', 4);
    expect(alerts.state).toBe('recovering');
    alerts.feed('warning', 10).feed('ok', 4).feed('warning', 10);
    expect(alerts.said).toEqual(['3 latency pending -> warning']);
  });

  it('says that it gets worse, and that it gets milder once it stays so', () => {
    const alerts = new Seconds().feed('warning', 10).feed('critical', 10).feed('warning', 10);
    expect(alerts.said).toEqual([
      '3 latency pending -> warning',
      '13 latency warning -> critical',
      '25 latency critical -> warning',
    ]);
  });

  it('becomes what it has been long enough: a peak while it was pending is not critical', () => {
    expect(new Seconds().feed('warning', 3).feed('critical', 1).feed('warning', 3).said).toEqual([
      '3 latency pending -> warning',
    ]);
  });

  it('says that there is nothing to judge by any more', () => {
    const alerts = new Seconds().feed('critical', 5).feed(null, 10);
    expect(alerts.said.at(-1)).toBe('10 latency recovering -> no-data');
  });

  it('takes a condition that is gone from the list for over', () => {
    const alerts = new Seconds().feed('warning', 5);
    for (let i = 0; i < 6; i++) alerts.step([]);
    expect(alerts.said.at(-1)).toBe('10 latency recovering -> ok');
    expect(alerts.book.notOver()).toEqual([]);
  });

  it('keeps who took note of it until it gets worse', () => {
    const alerts = new Seconds().feed('warning', 5);
    expect(alerts.book.acknowledge('latency', 42)).toBe(true);
    expect(alerts.book.active(alerts.ts)[0]?.acknowledgedTs).toBe(42);
    alerts.feed('critical', 5);
    expect(alerts.book.active(alerts.ts)[0]?.acknowledgedTs).toBeNull();
    expect(alerts.book.acknowledge('nothing', 42)).toBe(false);
  });

  it.each(['latency', ALL_ALERTS])('marks the changes while %s is silenced, and only then', (key) => {
    const alerts = new Seconds();
    alerts.book.silence(key, 1010, 1000);
    alerts.feed('critical', 20).feed('ok', 20);
    expect(alerts.said).toEqual(['3 latency pending -> critical (silenced)', '25 latency recovering -> ok']);
    alerts.book.silence(key, 1100, alerts.ts);
    alerts.book.silence(key, 0, alerts.ts);
    alerts.feed('critical', 10);
    expect(alerts.said.at(-1)).toMatch(/critical$/);
  });

  it('says the value it was raised by even while it recovers, in English and in parts', () => {
    const alerts = new Seconds().feed('critical', 5).feed('ok', 2);
    const [alert] = alerts.book.active(alerts.ts);
    expect(alert).toMatchObject({ state: 'recovering', severity: 'critical', values: { p95Ms: 1004, limitMs: 50 } });
    expect(alert?.text).toBe('latency (p95) is 1004 ms, the limit is 50 ms');
  });
});
