import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from '../../../src-renderer/live/backoff.ts';
import { ClockMap } from '../../../src-renderer/live/clock.ts';

describe('ClockMap', () => {
  it('knows nothing before the first round trip', () => {
    const clock = new ClockMap();
    expect(clock.toEngine(5)).toBeNull();
    expect(clock.toConsole(5)).toBeNull();
  });

  it('takes the middle of a round trip for the moment the engine looked at its clock', () => {
    const clock = new ClockMap();
    clock.add({ sentMs: 100, engineMs: 5002, receivedMs: 104 });
    expect(clock.toEngine(200)).toBe(5100);
    expect(clock.toConsole(5100)).toBe(200);
  });

  it('believes the quickest round trip, whatever came before or after it', () => {
    const clock = new ClockMap();
    clock.add({ sentMs: 0, engineMs: 1090, receivedMs: 100 });
    clock.add({ sentMs: 200, engineMs: 1201, receivedMs: 202 });
    clock.add({ sentMs: 300, engineMs: 1310, receivedMs: 380 });
    expect(clock.toEngine(0)).toBe(1000);
  });

  it('follows a drifting clock: an old round trip is forgotten after twelve newer ones', () => {
    const clock = new ClockMap();
    clock.add({ sentMs: 0, engineMs: 1000, receivedMs: 0 });
    for (let index = 1; index <= 12; index++) {
      clock.add({ sentMs: index * 100, engineMs: index * 100 + 1012, receivedMs: index * 100 + 4 });
    }
    expect(clock.toEngine(0)).toBe(1010);
  });

  it('ignores an answer from before the question and a time that is none', () => {
    const clock = new ClockMap();
    clock.add({ sentMs: 10, engineMs: 1000, receivedMs: 9 });
    clock.add({ sentMs: 10, engineMs: Number.NaN, receivedMs: 11 });
    expect(clock.toEngine(0)).toBeNull();
  });

  it('forgets all of it when the engine is another process', () => {
    const clock = new ClockMap();
    clock.add({ sentMs: 0, engineMs: 1000, receivedMs: 0 });
    clock.reset();
    expect(clock.toEngine(0)).toBeNull();
  });
});

describe('reconnectDelayMs', () => {
  it('tries at once, then waits longer each time, never more than two seconds', () => {
    const waits = [0, 1, 2, 3, 20].map((attempt) => reconnectDelayMs(attempt, 0));
    expect(waits).toEqual([0, 250, 375, 562.5, 2000]);
  });

  it('spreads consoles over at most a quarter of the wait', () => {
    expect(reconnectDelayMs(1, 1)).toBe(187.5);
  });
});
