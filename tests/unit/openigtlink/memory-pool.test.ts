import { describe, expect, it } from 'vitest';
import {
  MessageFramer,
  type OutgoingMessage,
  packMessage,
  type ReceivedMessage,
} from '../../../src-main/openigtlink/index.ts';
import { MemoryPool } from '../../../src-main/openigtlink/memory-pool.ts';
import { PackedMessage } from '../../../src-main/openigtlink/packed-message.ts';

const LARGE = 100_000;
const message = (fill: number): OutgoingMessage => ({
  type: 'PICTURE',
  deviceName: 'd',
  timestampBits: 1n,
  content: [new Uint8Array(LARGE).fill(fill)],
});

describe('MemoryPool', () => {
  it('gives memory out again once it was given back, and only for the same size', () => {
    const pool = new MemoryPool();
    const first = pool.take(LARGE);
    expect(pool.take(LARGE)).not.toBe(first);
    pool.give(first);
    expect(pool.take(LARGE + 1)).not.toBe(first);
    expect(pool.take(LARGE)).toBe(first);
    expect(pool.take(LARGE)).not.toBe(first);
  });

  it('keeps no more than a few buffers, and none that are small', () => {
    const pool = new MemoryPool();
    const all = Array.from({ length: 50 }, () => pool.take(LARGE));
    for (const buffer of all) pool.give(buffer);
    const again = new Set(Array.from({ length: 50 }, () => pool.take(LARGE)));
    expect(all.filter((buffer) => again.has(buffer)).length).toBe(12);
    const small = pool.take(100);
    pool.give(small);
    expect(pool.take(100)).not.toBe(small);
  });
});

describe('PackedMessage', () => {
  it('gives its memory back when the last of several peers is done with it', () => {
    const pool = new MemoryPool();
    const packed = new PackedMessage(message(1), 1, pool);
    packed.hold();
    packed.hold();
    packed.release();
    packed.release();
    expect(pool.take(packed.bytes.byteLength)).not.toBe(packed.bytes);
    packed.release();
    expect(pool.take(packed.bytes.byteLength)).toBe(packed.bytes);
  });
});

describe('MessageFramer', () => {
  it('uses the memory of a message that was released for the next one, never that of one that was not', () => {
    const received: ReceivedMessage[] = [];
    const framer = new MessageFramer(
      { maxMessageBytes: 1 << 20, checkCrc: true },
      { message: (m) => received.push(m), problem: () => {}, giveUp: () => {} },
    );
    for (const fill of [1, 2]) framer.push(packMessage(message(fill), 1));
    expect(received.map(({ content }) => content[0])).toEqual([1, 2]);
    received[0]?.release();
    framer.push(packMessage(message(3), 1));
    expect(received[2]?.content.buffer).toBe(received[0]?.content.buffer);
    expect(received.map(({ content }) => content[LARGE - 1])).toEqual([3, 2, 3]);
  });
});
