import { beforeEach, describe, expect, it } from 'vitest';
import { MaskOrder } from '../../../src-main/recording/mask-order.ts';
import { packMask, type RawFrame, type ResultPacket } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';

function packetOf(frame: RawFrame): ResultPacket {
  const bits = packMask(new Uint8Array(12).fill(1));
  return {
    frame,
    state: 'bone',
    result: { kind: 'mask', mask: new Uint8Array(12), bits, boxes: null },
    score: 0.5,
    reason: null,
    modelId: 'm',
    provider: 'cpu',
    trace: {
      ...{ receivedMs: 0, dequeuedMs: 1, preprocessedMs: 2, runStartMs: 3, runEndMs: 8 },
      ...{ postprocessedMs: 9, sentMs: 10, modelWaitMs: 0, detailMs: {} },
    },
  };
}

describe('MaskOrder', () => {
  let order: MaskOrder;
  let frames: RawFrame[];
  const taken = (nowMs: number): string[] => order.take(nowMs).map(({ seq, state }) => `${seq} ${state}`);

  beforeEach(() => {
    order = new MaskOrder();
    frames = [0, 1, 2, 3].map(() => aFrame({ receivedMs: 0 }));
    for (const [seq, frame] of frames.entries()) order.add(frame, seq);
  });
  const handOverAll = (): void => {
    for (const frame of frames) order.handedOver(frame);
  };

  it('gives results in the order of their frames, however they come', () => {
    handOverAll();
    for (const seq of [1, 0, 3, 2]) order.result(packetOf(frames[seq] as RawFrame), 10);
    expect(taken(20)).toEqual(['0 bone', '1 bone', '2 bone', '3 bone']);
    expect(order.pending).toBe(0);
    expect(order.bytes).toBe(0);
  });

  it('waits for a frame that was overtaken only for a moment, then it has no result', () => {
    handOverAll();
    order.result(packetOf(frames[2] as RawFrame), 100);
    expect(taken(150)).toEqual([]);
    expect(taken(400)).toEqual(['0 none', '1 none', '2 bone']);
    order.result(packetOf(frames[0] as RawFrame), 410);
    expect(taken(420)).toEqual([]);
  });

  it('gives up on frames whose result never comes', () => {
    handOverAll();
    expect(taken(1999)).toEqual([]);
    expect(taken(2001)).toEqual(['0 none', '1 none', '2 none', '3 none']);
  });

  it('holds masks back until the archive has the frame, and counts their bytes', () => {
    order.result(packetOf(frames[0] as RawFrame), 10);
    expect(taken(20)).toEqual([]);
    expect(order.bytes).toBe(2);
    order.handedOver(frames[0] as RawFrame);
    expect(taken(30)).toEqual(['0 bone']);
    expect(order.bytes).toBe(0);
  });

  it('keeps a copy of the mask: its memory is another’s', () => {
    handOverAll();
    const packet = packetOf(frames[0] as RawFrame);
    order.result(packet, 10);
    if (packet.result?.kind === 'mask') packet.result.bits.fill(0);
    const [mask] = order.take(20);
    expect([...(mask?.bits ?? [])]).toEqual([255, 15]);
    expect(mask?.inferenceMs).toBe(5);
  });
});
