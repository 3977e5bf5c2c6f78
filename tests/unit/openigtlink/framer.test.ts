import { describe, expect, it } from 'vitest';
import { packMessage } from '../../../src-main/openigtlink/index.ts';
import { inEnglish, say } from '../../../src-shared/index.ts';
import { bytesOf, listen } from './vectors.ts';

const transform = bytesOf('transform_v1_general.bin');
const imageV2 = bytesOf('image_v2_meta.bin');

/** Park-Miller: the same bytes in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
}

/** An IMAGE-sized message whose body holds no zeros in a row, so that nothing in it looks like a header. */
function frame(bytes: number, seed: number, deviceName = 'Image_Reference'): Buffer {
  const next = generator(seed);
  const content = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) content[i] = 1 + (next() % 255);
  return packMessage({ type: 'IMAGE', deviceName, timestampBits: BigInt(seed), content: [content] }, 1);
}

const stamps = (outcome: ReturnType<typeof listen>) =>
  outcome.messages.map(({ header }) => Number(header.timestampBits));

describe('MessageFramer', () => {
  it('finds the messages wherever the stream is cut in two', () => {
    const stream = Buffer.concat([transform, imageV2, transform]);
    for (let cut = 0; cut <= stream.length; cut++) {
      const { framer, messages, problems } = listen();
      framer.push(stream.subarray(0, cut));
      framer.push(stream.subarray(cut));
      expect(messages.map(({ header }) => header.type)).toEqual(['TRANSFORM', 'IMAGE', 'TRANSFORM']);
      expect(problems).toEqual([]);
    }
  });

  it('finds them byte by byte, all joined in one chunk, and with empty bodies between', () => {
    const stream = Buffer.concat([bytesOf('get_status_v1.bin'), imageV2, bytesOf('get_image_v1.bin'), transform]);
    const types = ['GET_STATUS', 'IMAGE', 'GET_IMAGE', 'TRANSFORM'];
    const one = listen();
    one.framer.push(stream);
    expect(one.messages.map(({ header }) => header.type)).toEqual(types);
    const many = listen();
    for (const byte of stream) many.framer.push(Uint8Array.of(byte));
    expect(many.messages.map(({ header }) => header.type)).toEqual(types);
    expect(many.framer.counters).toMatchObject({ messages: 4, bytes: stream.length });
  });

  it('keeps nothing of a chunk: its memory may be reused at once', () => {
    const { framer, messages } = listen();
    const chunk = Buffer.from(imageV2);
    framer.push(chunk);
    chunk.fill(0);
    expect([...messages[0]!.content]).toEqual([...imageV2.subarray(70, 154)]);
    expect(messages[0]!.metadata.get('FrameNumber')).toBe('42');
  });

  it('drops a message whose CRC is wrong, names it, and stays in step', () => {
    const { framer, messages, problems } = listen();
    framer.push(Buffer.concat([bytesOf('bad_crc_image.bin'), transform]));
    expect(problems.map(({ kind }) => kind)).toEqual(['bad-crc']);
    expect(messages).toHaveLength(1);
    expect(framer.counters).toMatchObject({ badCrc: 1, resyncs: 0, skippedBytes: 0 });
  });

  it('delivers it all the same when the CRC is not to be checked', () => {
    const { framer, messages } = listen({ checkCrc: false });
    framer.push(Buffer.concat([bytesOf('bad_crc_image.bin'), transform]));
    expect(messages.map(({ header }) => header.type)).toEqual(['IMAGE', 'TRANSFORM']);
  });

  it('refuses a body over the limit by name and both numbers, before it asks for memory, and finds the next message', () => {
    const { framer, messages, problems } = listen();
    const header = Buffer.from(transform.subarray(0, 58));
    header.writeBigUInt64BE(4n * 1024n ** 3n, 42);
    const before = process.memoryUsage().arrayBuffers;
    framer.push(header);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    expect(problems[0]).toEqual({
      kind: 'too-large',
      what: say('igtl.too-large', { type: 'TRANSFORM', device: 'ProbeToTracker', found: 2 ** 32, limit: 2 ** 26 }),
    });
    expect(inEnglish(problems[0]!.what)).toBe('TRANSFORM ProbeToTracker body 4294967296: expected <= 67108864 bytes');
    framer.push(Buffer.concat([frame(1000, 5), transform]));
    expect(messages.map(({ header: { type } }) => type)).toEqual(['IMAGE', 'TRANSFORM']);
    expect(framer.counters).toMatchObject({ tooLarge: 1, resyncs: 1 });
  });

  it('accepts a body of exactly the limit and refuses one byte more', () => {
    const atLimit = listen({ maxMessageBytes: 48 });
    atLimit.framer.push(transform);
    expect(atLimit.messages).toHaveLength(1);
    const above = listen({ maxMessageBytes: 47 });
    above.framer.push(transform);
    expect(above.problems[0]!.kind).toBe('too-large');
  });
});

describe('a sender that starts its message again from the first byte', () => {
  const fresh = frame(5000, 7);

  for (const stopped of [1, 30, 41, 50, 57, 58, 59, 600, 2500, 4999, 5057]) {
    it(`after ${stopped} bytes: the fresh message is found inside the broken one, nothing after it is lost`, () => {
      const outcome = listen();
      outcome.framer.push(frame(5000, 6));
      outcome.framer.push(Buffer.concat([fresh.subarray(0, stopped), fresh, frame(5000, 8), frame(5000, 9)]));
      expect(stamps(outcome)).toEqual([6, 7, 8, 9]);
      expect(outcome.framer.counters.resyncs).toBe(1);
    });
  }

  it('several times in a row, as PlusServer does up to ten times', () => {
    const outcome = listen();
    const tries = [700, 1500, 58, 3000, 4000].map((bytes) => fresh.subarray(0, bytes));
    outcome.framer.push(Buffer.concat([...tries, fresh, frame(5000, 8)]));
    expect(stamps(outcome)).toEqual([7, 8]);
  });

  it('and goes on with the next message instead: only the broken one is lost', () => {
    const outcome = listen();
    outcome.framer.push(Buffer.concat([fresh.subarray(0, 2000), frame(5000, 8), frame(5000, 9), frame(5000, 10)]));
    expect(stamps(outcome)).toEqual([8, 9, 10]);
  });

  it('is found in any chunks', () => {
    const stream = Buffer.concat([fresh.subarray(0, 2000), fresh, frame(5000, 8), frame(5000, 9)]);
    for (const size of [1, 17, 58, 999, 4096]) {
      const outcome = listen();
      for (let at = 0; at < stream.length; at += size) outcome.framer.push(stream.subarray(at, at + size));
      expect(stamps(outcome)).toEqual([7, 8, 9]);
    }
  });
});

describe('a damaged size within the limit', () => {
  it('does not swallow the good messages that follow: they are found while its body is still open', () => {
    let clockMs = 0;
    const outcome = listen({ now: () => clockMs });
    const damaged = frame(1000, 1);
    damaged.writeBigUInt64BE(60_000_000n, 42);
    outcome.framer.push(damaged);
    for (let i = 2; i < 60; i++) {
      clockMs += 33;
      outcome.framer.push(frame(1000, i));
    }
    const seen = stamps(outcome);
    expect(seen.slice(0, 1)).toEqual([2]);
    expect(seen.at(-1)).toBe(59);
    expect(seen).toHaveLength(58);
    expect(outcome.framer.counters.resyncs).toBe(1);
  });
});

describe('framing that cannot be found again', () => {
  it('is given up after the larger of 1 MiB and twice the largest recent message, and nothing is taken until reset', () => {
    const outcome = listen();
    outcome.framer.push(Buffer.alloc(500_000, 0xaa));
    expect(outcome.gaveUp).toBe(false);
    outcome.framer.push(Buffer.alloc(600_000, 0xaa));
    expect(outcome.gaveUp).toBe(true);
    expect(inEnglish(outcome.problems.at(-1)!.what)).toMatch(/no good message found in 1099942 bytes/);
    outcome.framer.push(transform);
    expect(outcome.messages).toHaveLength(0);
    outcome.framer.reset();
    outcome.framer.push(transform);
    expect(outcome.messages).toHaveLength(1);
  });

  it('is given up at the limit set when it was lost, whatever bodies the searched bytes announce', () => {
    const fake = Buffer.from(transform.subarray(0, 58));
    fake.writeBigUInt64BE(60_000_000n, 42);
    const outcome = listen();
    outcome.framer.push(Buffer.alloc(58, 0xaa));
    for (let i = 0; i < 12; i++) outcome.framer.push(Buffer.concat([fake, Buffer.alloc(100_000, 0xaa)]));
    expect(outcome.gaveUp).toBe(true);
    expect(outcome.framer.counters.skippedBytes).toBeLessThan(1_200_000);
  });

  it('is given up one MiB beyond the message limit at most, however large the last message was', () => {
    const outcome = listen({ maxMessageBytes: 2_000_000 });
    outcome.framer.push(frame(1_900_000, 3));
    outcome.framer.push(Buffer.alloc(3_000_000, 0xaa));
    expect(outcome.gaveUp).toBe(false);
    outcome.framer.push(Buffer.alloc(100_000, 0xaa));
    expect(outcome.gaveUp).toBe(true);
  });

  it('is given up after a second', () => {
    let clockMs = 0;
    const outcome = listen({ now: () => clockMs });
    outcome.framer.push(Buffer.alloc(100, 0xaa));
    clockMs = 999;
    outcome.framer.push(Buffer.alloc(100, 0xaa));
    expect(outcome.gaveUp).toBe(false);
    clockMs = 1001;
    outcome.framer.push(Buffer.alloc(100, 0xaa));
    expect(outcome.gaveUp).toBe(true);
  });

  it('is given up when the bytes are made to cost: thousands of plausible headers that announce each other', () => {
    const header = Buffer.from(transform.subarray(0, 58));
    header.writeBigUInt64BE(500_000n, 42);
    const outcome = listen();
    outcome.framer.push(Buffer.alloc(58, 0xaa));
    outcome.framer.push(Buffer.concat(Array.from({ length: 17_000 }, () => header)));
    expect(outcome.gaveUp).toBe(true);
  });
});

describe('seeded noise', () => {
  it('between, inside and in place of messages never throws or hangs, and the good ones after it are found', () => {
    const next = generator(20251017);
    const originals = ['image_v2_meta.bin', 'transform_v1_general.bin', 'status_v1_ok.bin', 'tdata_v1_2.bin'].map(
      bytesOf,
    );
    for (let round = 0; round < 400; round++) {
      let clockMs = 0;
      const outcome = listen({ now: () => clockMs });
      const noisy = Buffer.concat(Array.from({ length: 6 }, () => originals[next() % originals.length]!));
      for (let i = 0; i < 1 + (next() % 12); i++) noisy[next() % noisy.length] = next() & 0xff;
      const start = next() % noisy.length;
      const stream = noisy.subarray(start, start + (next() % (noisy.length - start)));
      for (let at = 0; at < stream.length; ) {
        const size = 1 + (next() % 200);
        outcome.framer.push(stream.subarray(at, at + size));
        at += size;
      }
      // 30 messages a second; lost framing is found again or given up, after which a client connects anew.
      for (let i = 0; i < 40 && !outcome.gaveUp; i++) {
        clockMs += 33;
        outcome.framer.push(frame(2000, 1000 + i));
      }
      if (outcome.gaveUp) outcome.framer.reset();
      outcome.framer.push(frame(2000, 5000));
      expect(stamps(outcome).at(-1)).toBe(5000);
    }
  });
});
