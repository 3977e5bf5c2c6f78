import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cine } from '../../../src-renderer/live/cine.ts';
import { CineRing } from '../../../src-renderer/live/cine-ring.ts';
import type { DisplayFrame } from '../../../src-shared/index.ts';

const PERIOD_MS = 20;

/** A frame whose pixels and mask say which one it is. */
function frame(seq: number, bytes = 800): DisplayFrame {
  return {
    seq,
    size: [bytes, 1],
    components: 1,
    sourceKind: 'live',
    frameId: seq,
    frameIdOrigin: 'source',
    tsBits: BigInt(seq),
    mmPerPixel: [0.1, 0.1],
    scaleOrigin: 'source',
    receivedMs: seq * PERIOD_MS,
    readyMs: seq * PERIOD_MS,
    state: 'bone',
    score: null,
    pixels: new Uint8Array(bytes).fill(seq),
    maskBits: seq % 3 === 0 ? null : new Uint8Array(bytes / 8).fill(255 - (seq % 200)),
    boxes: [],
  };
}

const isItself = ({ seq, pixels, maskBits }: DisplayFrame): boolean =>
  pixels.every((value) => value === seq % 256) &&
  (seq % 3 === 0 ? maskBits === null : (maskBits?.every((value) => value === 255 - (seq % 200)) ?? false));

const framesOf = (ring: CineRing): DisplayFrame[] =>
  Array.from({ length: ring.length }, (_, index) => ring.at(index) as DisplayFrame);

describe('the ring of the last seconds', () => {
  it('keeps exactly the span asked for, each frame with its own pixels and mask, in memory that stops growing', () => {
    const ring = new CineRing(1000, 1 << 20, 4096);
    let allocated = 0;
    for (let seq = 0; seq < 500; seq++) {
      ring.add(frame(seq));
      if (seq === 200) allocated = ring.allocatedBytes;
    }
    const kept = framesOf(ring);
    expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, index) => 449 + index));
    expect(kept.every(isItself)).toBe(true);
    expect(ring.shortened).toBe(false);
    expect(ring.allocatedBytes).toBe(allocated);
  });

  it('gives up the oldest at its limit in bytes, and says that it is shortened', () => {
    const ring = new CineRing(10_000, 16_384, 4096);
    for (let seq = 0; seq < 100; seq++) ring.add(frame(seq));
    const kept = framesOf(ring);
    expect(ring.shortened).toBe(true);
    expect(ring.allocatedBytes).toBeLessThanOrEqual(16_384);
    expect(kept.at(-1)?.seq).toBe(99);
    expect(kept.length).toBeGreaterThan(8);
    expect(kept.every(isItself)).toBe(true);
  });

  it('holds frames that grow and shrink, and passes over one that is larger than all its memory', () => {
    const ring = new CineRing(60_000, 16_384, 4096);
    for (let seq = 0; seq < 60; seq++) ring.add(frame(seq, seq % 5 === 0 ? 8000 : 400));
    expect(framesOf(ring).every(isItself)).toBe(true);
    ring.add(frame(60, 40_000));
    expect(framesOf(ring).at(-1)?.seq).toBe(59);
    expect(ring.allocatedBytes).toBeLessThanOrEqual(16_384);
  });

  it('forgets what is too old when the span is shortened', () => {
    const ring = new CineRing(1000, 1 << 20, 4096);
    for (let seq = 0; seq <= 50; seq++) ring.add(frame(seq));
    ring.setSpan(200);
    expect(ring.length).toBe(11);
  });
});

describe('freeze and cine', () => {
  const shown: number[] = [];
  let cine: Cine;
  beforeEach(() => {
    vi.useFakeTimers();
    shown.length = 0;
    cine = new Cine(10_000, ({ seq }) => shown.push(seq));
    for (let seq = 0; seq < 10; seq++) cine.offer(frame(seq));
  });
  afterEach(() => vi.useRealTimers());

  it('stops at the picture on screen, keeps nothing that comes after, and goes back to the newest', () => {
    expect(cine.freeze(7)).toBe(true);
    expect(shown).toEqual([7]);
    cine.offer(frame(10));
    expect(cine.report(5)).toMatchObject({ index: 7, count: 10, beforeLastMs: 2 * PERIOD_MS, feedAgeMs: 5 });
    expect(cine.unfreeze()?.seq).toBe(10);
    expect(cine.report(5)).toBeNull();
  });

  it('goes frame by frame and not beyond its ends', () => {
    cine.freeze(null);
    cine.step(-1);
    cine.step(-100);
    cine.step(3);
    cine.seek(Number.MAX_SAFE_INTEGER);
    expect(shown).toEqual([9, 8, 0, 3, 9]);
  });

  it('plays at the pace of the pictures, from the start when it stands at the end', () => {
    cine.freeze(null);
    cine.play();
    vi.advanceTimersByTime(3 * PERIOD_MS);
    expect(shown).toEqual([9, 0, 1, 2, 3]);
    expect(cine.report(0)?.playing).toBe(true);
    cine.pause();
    vi.advanceTimersByTime(1000);
    expect(shown.at(-1)).toBe(3);
  });

  it('has nothing to stop at before the first picture', () => {
    expect(new Cine(1000, () => {}).freeze(null)).toBe(false);
  });
});
