import { beforeEach, describe, expect, it } from 'vitest';
import { UpstreamTruth } from '../../../src-main/monitoring/index.ts';
import type { FrameMeta } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';

/** Epoch ms at monotonic 0. */
const EPOCH_MS = 1_700_000_000_000;

describe('UpstreamTruth', () => {
  let nowMs = 0;
  let upstream: UpstreamTruth;
  beforeEach(() => {
    nowMs = 0;
    upstream = new UpstreamTruth(() => EPOCH_MS + nowMs);
  });

  const meta = (patch: Partial<FrameMeta>): FrameMeta =>
    aFrame({ meta: { sourceKind: 'live', frameIdOrigin: 'sequence', ts: 0, ...patch } }).meta;

  /** A picture stamped `stampMs` after the epoch and received `delayMs` later, when the source's clock is `aheadMs` ahead. */
  function send(stampMs: number, delayMs = 0, patch: Partial<FrameMeta> = {}, aheadMs = 0): void {
    nowMs = stampMs + delayMs;
    upstream.frame(meta({ ts: (EPOCH_MS + stampMs + aheadMs) / 1000, ...patch }), nowMs, false);
  }

  describe('losses by FrameNumber', () => {
    const numbered = (...ids: number[]): void => {
      for (const frameId of ids) upstream.frame(meta({ frameId, frameIdOrigin: 'source' }), 0, false);
    };

    it('are null, not zero, where the source sends none', () => {
      for (const frameId of [0, 5]) upstream.frame(meta({ frameId }), 0, false);
      expect(upstream.figures(0).lost).toBeNull();
    });

    it('are the numbers that never came', () => {
      numbered(1, 2, 5, 6, 10);
      expect(upstream.figures(0).lost).toBe(5);
    });

    it('are none where a new numbering begins, or a new link', () => {
      numbered(100, 101, 0, 1);
      upstream.linkRestarted();
      numbered(5000);
      expect(upstream.figures(0).lost).toBe(0);
    });
  });

  it('counts pictures that are the same as the one before', () => {
    for (const identical of [false, true, true, false]) upstream.frame(meta({}), 0, identical);
    expect(upstream.figures(0).duplicates).toBe(2);
  });

  describe("the source's own rate", () => {
    it('is taken from its stamps and numbers: frames lost on the way do not lower it', () => {
      for (let i = 0; i < 60; i += 3) send(i * 40, 0, { frameId: i, frameIdOrigin: 'source' });
      expect(upstream.figures(nowMs).sourceFps).toBeCloseTo(25, 1);
    });

    it('is not known before a few intervals, nor after another source was chosen', () => {
      send(0);
      send(40);
      expect(upstream.figures(nowMs).sourceFps).toBeNull();
      for (let i = 2; i < 30; i++) send(i * 40);
      expect(upstream.figures(nowMs).sourceFps).not.toBeNull();
      upstream.sourceChanged();
      expect(upstream.figures(nowMs).sourceFps).toBeNull();
    });

    it('is kept while the source is slower for a minute, and followed when it stays slow', () => {
      const second = (fps: number): void => {
        const from = nowMs;
        for (let i = 1; i <= fps; i++) send(from + (i * 1000) / fps);
        upstream.figures(nowMs);
      };
      for (let s = 0; s < 120; s++) second(50);
      for (let s = 0; s < 60; s++) second(20);
      expect(upstream.figures(nowMs).sourceFps).toBeCloseTo(50, 0);
      for (let s = 0; s < 600; s++) second(20);
      expect(upstream.figures(nowMs).sourceFps).toBeCloseTo(20, 0);
    });

    it('is taken from when pictures came, where they carry no stamp', () => {
      for (let i = 0; i < 20; i++) upstream.frame(meta({}), i * 100, false);
      expect(upstream.figures(2000).sourceFps).toBeCloseTo(10, 1);
      expect(upstream.figures(2000).jitterMs).toBeNull();
    });
  });

  it('says how uneven the source is, not how uneven the network is', () => {
    for (let i = 0; i < 100; i++) send(i * 40, i % 7);
    expect(upstream.figures(nowMs).jitterMs).toBeLessThan(0.01);
    for (let i = 100; i < 200; i++) send(i * 40 + (i % 2) * 6, 0);
    expect(upstream.figures(nowMs).jitterMs).toBeGreaterThan(5);
  });

  describe('clocks', () => {
    /** `minutes` of pictures every 250 ms, delayed by 3 ms and up to 40 ms more. */
    function play(minutes: number, aheadMs: (stampMs: number) => number): void {
      const from = nowMs;
      for (let i = 0; i < minutes * 240; i++) {
        const stampMs = from + i * 250;
        send(stampMs, 3 + ((i * 7919) % 41), {}, aheadMs(stampMs));
      }
    }

    it('differ by the apparent offset, which includes the shortest delay', () => {
      play(1, () => -500);
      expect(upstream.figures(nowMs).clockOffsetMs).toBeCloseTo(503, 0);
    });

    it('drift: 100 ppm faster here is seen after some minutes of a jittery network', () => {
      play(0.5, (t) => -t * 1e-4);
      expect(upstream.figures(nowMs).clockDriftPpm).toBeNull();
      play(6, (t) => -t * 1e-4);
      expect(Math.abs((upstream.figures(nowMs).clockDriftPpm ?? 0) - 100)).toBeLessThan(10);
    });

    it('that were set are not taken for drifting ones', () => {
      play(3, () => 0);
      play(3, () => 7200_000);
      const { clockOffsetMs, clockDriftPpm } = upstream.figures(nowMs);
      expect(Math.abs(clockDriftPpm ?? 0)).toBeLessThan(10);
      expect(clockOffsetMs).toBeCloseTo(-7_199_997, 0);
    });

    it('are not compared with the stamps of a recording', () => {
      for (let i = 0; i < 50; i++) send(i * 40, 0, { sourceKind: 'replay' });
      expect(upstream.figures(nowMs)).toMatchObject({ clockOffsetMs: null, clockDriftPpm: null, jitterMs: null });
    });
  });
});
