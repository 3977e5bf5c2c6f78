import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../../src-main/pipeline/index.ts';

const item = (receivedMs: number) => ({ receivedMs });

describe('BoundedQueue', () => {
  it('is first in, first out', () => {
    const queue = new BoundedQueue(3);
    const items = [item(1), item(2), item(3)];
    for (const one of items) expect(queue.enqueueNowait(one)).toBeUndefined();
    expect([queue.tryDequeue(), queue.tryDequeue(), queue.tryDequeue()]).toEqual(items);
  });

  it('gives null when empty', () => {
    expect(new BoundedQueue(1).tryDequeue()).toBeNull();
  });

  it('pushes the oldest out when full, hands it back and counts it as full', () => {
    const queue = new BoundedQueue(2);
    const [oldest, middle, newest] = [item(1), item(2), item(3)] as const;
    queue.enqueueNowait(oldest);
    queue.enqueueNowait(middle);
    expect(queue.enqueueNowait(newest)).toBe(oldest);
    expect(queue.stats()).toMatchObject({ size: 2, drops: 1, drops_by_reason: { full: 1 }, enqueued: 3 });
    expect(queue.tryDequeue()).toBe(middle);
  });

  it('counts what is pushed out under the reason the caller gives', () => {
    const queue = new BoundedQueue(1);
    queue.enqueueNowait(item(1));
    queue.enqueueNowait(item(2), 'inference-down');
    expect(queue.stats().drops_by_reason).toMatchObject({ full: 0, 'inference-down': 1 });
  });

  it('never drops without a bound, however many come, and keeps their order', () => {
    const queue = new BoundedQueue(null);
    for (let i = 0; i < 1000; i++) expect(queue.enqueueNowait(item(i))).toBeUndefined();
    for (let i = 0; i < 1000; i++) expect(queue.tryDequeue()?.receivedMs).toBe(i);
    expect(queue.stats()).toMatchObject({ maxsize: null, drops: 0, enqueued: 1000 });
  });

  it('keeps order when its ring wraps while growing', () => {
    const queue = new BoundedQueue(null);
    for (let i = 0; i < 50; i++) queue.enqueueNowait(item(i));
    for (let i = 0; i < 40; i++) queue.tryDequeue();
    for (let i = 50; i < 200; i++) queue.enqueueNowait(item(i));
    const left = Array.from({ length: queue.size }, () => queue.tryDequeue()?.receivedMs);
    expect(left).toEqual(Array.from({ length: 160 }, (_, i) => i + 40));
  });

  it('drops what is older than the lag limit, but always keeps the newest', () => {
    const queue = new BoundedQueue(5);
    for (const received of [0, 10, 20, 30]) queue.enqueueNowait(item(received));
    expect(queue.dropOutdated(125, 100)).toEqual({ removed: [item(0), item(10), item(20)], remaining: 1 });
    expect(queue.dropOutdated(10_000, 100)).toEqual({ removed: [], remaining: 1 });
    expect(queue.stats().drops_by_reason.outdated).toBe(3);
  });

  it('remembers when back-pressure last removed something', () => {
    const queue = new BoundedQueue(3);
    queue.enqueueNowait(item(0));
    queue.enqueueNowait(item(1));
    queue.dropOutdated(5, 100, 42);
    expect(queue.stats().last_backpressure_ts).toBeNull();
    queue.dropOutdated(500, 100, 43);
    expect(queue.stats().last_backpressure_ts).toBe(43);
  });

  it('can be emptied under a reason', () => {
    const queue = new BoundedQueue(3);
    queue.enqueueNowait(item(1));
    queue.enqueueNowait(item(2));
    expect(queue.clear('source-changed')).toEqual([item(1), item(2)]);
    expect(queue.stats()).toMatchObject({ size: 0, drops_by_reason: { 'source-changed': 2 } });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses the size %s and says what is allowed', (size) => {
    expect(() => new BoundedQueue(size)).toThrow(`queue size ${size}: expected a whole number >= 1`);
  });

  it('tells of every item it drops, once', () => {
    const dropped: number[] = [];
    const queue = new BoundedQueue<{ receivedMs: number }>(2, ({ receivedMs }) => dropped.push(receivedMs));
    for (const receivedMs of [0, 10, 20]) queue.enqueueNowait({ receivedMs });
    queue.dropOutdated(200, 100);
    queue.tryDequeue();
    queue.enqueueNowait({ receivedMs: 30 });
    queue.clear('source-changed');
    expect(dropped).toEqual([0, 10, 30]);
  });
});
