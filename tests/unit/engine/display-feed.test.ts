import { describe, expect, it } from 'vitest';
import { DisplayFeed, type Painted } from '../../../src-main/engine/display-feed.ts';
import { decodeFrame, packMask, type ResultPacket, unpackMask } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';

const pair = (receivedMs: number, mask: Uint8Array | null = null): ResultPacket =>
  ({
    frame: aFrame({ receivedMs }),
    state: mask === null ? 'ai-off' : 'bone',
    result: mask === null ? null : { kind: 'mask', mask, bits: packMask(mask) },
    score: null,
  }) as unknown as ResultPacket;

function viewer(feed: DisplayFeed) {
  const shown: ReturnType<typeof decodeFrame>[] = [];
  const handle = feed.attach({ sendFrame: (bytes) => shown.push(decodeFrame(bytes)) });
  return { shown, handle };
}

describe('DisplayFeed', () => {
  it('sends a frame with the mask computed from that very frame', () => {
    const feed = new DisplayFeed();
    const { shown } = viewer(feed);
    const mask = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1);
    feed.offerPair(pair(5, mask));
    const out = new Uint8Array(12);
    unpackMask(shown[0]?.maskBits as Uint8Array, out);
    expect(out).toEqual(mask);
    expect(shown[0]?.receivedMs).toBe(5);
  });

  it('keeps at most two pictures in flight; the newest waits and the others count as coalesced', () => {
    const feed = new DisplayFeed();
    const { shown, handle } = viewer(feed);
    for (let i = 1; i <= 6; i++) feed.offerPair(pair(i));
    expect(shown.map((frame) => frame.receivedMs)).toEqual([1, 2]);
    expect(feed.coalesced).toBe(3);
    handle.ack(shown[0]?.seq as number, null);
    expect(shown.map((frame) => frame.receivedMs)).toEqual([1, 2, 6]);
  });

  it('writes a picture into the memory of one the console has taken, never of one it still reads', () => {
    const feed = new DisplayFeed();
    const sent: Uint8Array[] = [];
    const handle = feed.attach({ sendFrame: (bytes) => sent.push(bytes) });
    feed.offerPair(pair(1));
    feed.offerPair(pair(2));
    feed.offerPair(pair(3));
    handle.ack(1, null);
    handle.ack(1, null);
    feed.offerPair(pair(4));
    const [first, unread, reused] = sent;
    expect(sent).toHaveLength(3);
    expect(reused?.buffer).toBe(first?.buffer);
    expect(decodeFrame(reused as Uint8Array<ArrayBuffer>).receivedMs).toBe(3);
    expect(unread?.buffer).not.toBe(first?.buffer);
    expect(decodeFrame(unread as Uint8Array<ArrayBuffer>).receivedMs).toBe(2);
  });

  it('does not let one slow console hold back another', () => {
    const feed = new DisplayFeed();
    viewer(feed);
    const quick = viewer(feed);
    for (let i = 1; i <= 5; i++) {
      feed.offerPair(pair(i));
      quick.handle.ack(quick.shown.at(-1)?.seq as number, null);
    }
    expect(quick.shown.map((frame) => frame.receivedMs)).toEqual([1, 2, 3, 4, 5]);
  });

  it('shows raw frames only when no pair was completed for a while', () => {
    const feed = new DisplayFeed();
    const { shown } = viewer(feed);
    for (const receivedMs of [0, 100, 151]) feed.offerRaw(aFrame({ receivedMs }), 150);
    expect(shown.map((frame) => [frame.receivedMs, frame.state])).toEqual([[151, null]]);
  });

  it('shows every mask of a slow source, whose frames are further apart than the wait', () => {
    const feed = new DisplayFeed();
    const { shown, handle } = viewer(feed);
    for (const receivedMs of [0, 1000, 2000]) {
      feed.offerRaw(aFrame({ receivedMs }), 150);
      feed.offerPair(pair(receivedMs));
      handle.ack(shown.at(-1)?.seq as number, null);
    }
    expect(shown.map((frame) => [frame.receivedMs, frame.state])).toEqual([
      [0, 'ai-off'],
      [1000, 'ai-off'],
      [2000, 'ai-off'],
    ]);
  });

  it('adds the mask to a frame that was shown without it', () => {
    const feed = new DisplayFeed();
    const { shown } = viewer(feed);
    feed.offerRaw(aFrame({ receivedMs: 0 }), 150);
    feed.offerRaw(aFrame({ receivedMs: 200 }), 150);
    feed.offerPair(pair(200));
    expect(shown.map((frame) => [frame.receivedMs, frame.state])).toEqual([
      [200, null],
      [200, 'ai-off'],
    ]);
  });

  it('never shows a picture older than the last one', () => {
    const feed = new DisplayFeed();
    const { shown } = viewer(feed);
    feed.offerRaw(aFrame({ receivedMs: 0 }), 150);
    feed.offerRaw(aFrame({ receivedMs: 160 }), 150);
    feed.offerPair(pair(9));
    expect(shown.map((frame) => frame.receivedMs)).toEqual([160]);
  });

  it('holds the memory of a frame only while it waits for a console', () => {
    const feed = new DisplayFeed();
    const { shown, handle } = viewer(feed);
    let holders = 0;
    const lease = { hold: () => holders++, release: () => holders-- };
    const held = (receivedMs: number): ResultPacket => ({ ...pair(receivedMs), frame: aFrame({ receivedMs, lease }) });
    feed.offerPair(held(1));
    feed.offerPair(held(2));
    expect(holders).toBe(0);
    feed.offerPair(held(3));
    feed.offerPair(held(4));
    expect(holders).toBe(1);
    handle.ack(shown[0]?.seq as number, null);
    expect(holders).toBe(0);
  });

  it('tells when a console painted a picture, and when that one was ready', () => {
    const feed = new DisplayFeed();
    const { shown, handle } = viewer(feed);
    const told: Painted[] = [];
    const end = feed.onPainted((painted) => told.push(painted));
    feed.offerPair(pair(1));
    feed.offerPair(pair(2));
    handle.ack(shown[0]?.seq as number, 1e6);
    handle.ack(shown[1]?.seq as number, null);
    expect(told).toEqual([{ readyMs: shown[0]?.readyMs, paintedMs: 1e6 }]);
    end();
  });

  it('ends with its console', () => {
    const feed = new DisplayFeed();
    const { shown, handle } = viewer(feed);
    handle.detach();
    feed.offerPair(pair(1));
    expect(shown).toHaveLength(0);
  });
});
