import { describe, expect, it } from 'vitest';
import { UpstreamGaps } from '../../../src-main/engine/upstream-gaps.ts';
import { aFrame } from '../../support/frames.ts';

const meta = (frameId: number, frameIdOrigin: 'source' | 'sequence' = 'source') =>
  aFrame({ meta: { frameId, frameIdOrigin } }).meta;

describe('UpstreamGaps', () => {
  it('is null, not zero, where the source sends no FrameNumber', () => {
    const gaps = new UpstreamGaps();
    gaps.frame(meta(0, 'sequence'));
    gaps.frame(meta(5, 'sequence'));
    expect(gaps.lost).toBeNull();
  });

  it('counts the numbers that never came', () => {
    const gaps = new UpstreamGaps();
    for (const id of [1, 2, 5, 6, 10]) gaps.frame(meta(id));
    expect(gaps.lost).toBe(5);
  });

  it('does not take a new numbering for a loss', () => {
    const gaps = new UpstreamGaps();
    for (const id of [100, 101, 0, 1]) gaps.frame(meta(id));
    gaps.restart();
    gaps.frame(meta(5000));
    expect(gaps.lost).toBe(0);
  });
});
