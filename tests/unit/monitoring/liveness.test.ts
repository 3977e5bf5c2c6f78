import { beforeEach, describe, expect, it } from 'vitest';
import { LivenessMonitor } from '../../../src-main/monitoring/index.ts';

const PERIOD_MS = 40;

/** Frames at an even pace from `fromMs`, all different; returns the time of the last. */
function play(monitor: LivenessMonitor, fromMs: number, frames: number): number {
  for (let i = 0; i < frames; i++) monitor.frame(fromMs + i * PERIOD_MS, false);
  return fromMs + (frames - 1) * PERIOD_MS;
}

describe('LivenessMonitor', () => {
  let monitor: LivenessMonitor;
  beforeEach(() => {
    monitor = new LivenessMonitor();
    monitor.reset(true);
  });

  it('says NO SOURCE when none is wanted', () => {
    monitor.reset(false);
    expect(monitor.state(0)).toBe('NO SOURCE');
  });

  it('says CONNECTING until the link is up and two frames have come', () => {
    expect(monitor.state(0)).toBe('CONNECTING');
    monitor.linkChanged('connected', 10);
    expect(monitor.state(11)).toBe('CONNECTING');
    monitor.frame(20, false);
    expect(monitor.state(21)).toBe('CONNECTING');
    monitor.frame(60, false);
    expect(monitor.state(61)).toBe('LIVE');
  });

  it('says STALE after 250 ms without a frame at 25 frames/s', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    expect(monitor.state(last + 249)).toBe('LIVE');
    expect(monitor.state(last + 250)).toBe('STALE');
  });

  it('waits three frame periods where the source is slow', () => {
    monitor.linkChanged('connected', 0);
    for (let i = 0; i < 5; i++) monitor.frame(i * 200, false);
    expect(monitor.state(800 + 599)).toBe('LIVE');
    expect(monitor.state(800 + 600)).toBe('STALE');
  });

  it('says FROZEN when keep-alives come but pictures do not', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    monitor.keepAlive(last + 250);
    expect(monitor.state(last + 300)).toBe('STALE');
    monitor.keepAlive(last + 500);
    expect(monitor.state(last + 500)).toBe('FROZEN');
  });

  it('says FROZEN when the same picture comes for a second', () => {
    monitor.linkChanged('connected', 0);
    play(monitor, 0, 5);
    for (let t = 200; t < 1200; t += PERIOD_MS) monitor.frame(t, true);
    expect(monitor.state(1199)).toBe('LIVE');
    expect(monitor.state(1201)).toBe('FROZEN');
  });

  it('says LINK LOST after two seconds of nothing', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    expect(monitor.state(last + 1999)).toBe('STALE');
    expect(monitor.state(last + 2000)).toBe('LINK LOST');
  });

  it('says LINK LOST at once when the socket closes', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    monitor.linkChanged('connecting', last + 1);
    expect(monitor.state(last + 2)).toBe('LINK LOST');
  });

  it('keeps saying LINK LOST to a peer that takes the new connection and stays silent', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    monitor.linkChanged('connecting', last + 2000);
    monitor.linkChanged('connected', last + 2001);
    expect(monitor.state(last + 2002)).toBe('LINK LOST');
    monitor.keepAlive(last + 2500);
    expect(monitor.state(last + 2501)).toBe('STALE');
    play(monitor, last + 2600, 2);
    expect(monitor.state(last + 2600 + PERIOD_MS)).toBe('LIVE');
  });

  it('says ENDED when a recording is over, SOURCE FAILED when it cannot be opened', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    monitor.linkChanged('disconnected', last + 1);
    expect(monitor.state(last + 2)).toBe('ENDED');
    monitor.reset(true);
    monitor.linkChanged('failed', 0);
    expect(monitor.state(1)).toBe('SOURCE FAILED');
  });

  it.each([2, 1])('is LIVE on a source of only %i frames/s', (fps) => {
    monitor.linkChanged('connected', 0);
    const periodMs = 1000 / fps;
    for (let i = 0; i < 6; i++) monitor.frame(i * periodMs, false);
    expect(monitor.periodMs).toBe(periodMs);
    expect(monitor.state(5.9 * periodMs)).toBe('LIVE');
  });

  it('does not call the link lost while other messages than pictures come', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    for (let t = last; t < last + 5000; t += 100) monitor.heard(t);
    expect(monitor.state(last + 5000)).toBe('STALE');
  });

  it('is LIVE again only after two frames', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    expect(monitor.state(last + 400)).toBe('STALE');
    monitor.frame(last + 410, false);
    expect(monitor.state(last + 411)).toBe('STALE');
    monitor.frame(last + 450, false);
    expect(monitor.state(last + 451)).toBe('LIVE');
  });

  it('does not count a stall into the frame period', () => {
    monitor.linkChanged('connected', 0);
    const last = play(monitor, 0, 10);
    monitor.frame(last + 5000, false);
    monitor.frame(last + 5040, false);
    expect(monitor.periodMs).toBe(PERIOD_MS);
  });

  it('forgets the last source when another is chosen', () => {
    monitor.linkChanged('connected', 0);
    play(monitor, 0, 10);
    monitor.reset(true);
    expect(monitor.state(500)).toBe('CONNECTING');
    expect(monitor.frameAgeMs(500)).toBeNull();
  });
});
