import { describe, expect, it } from 'vitest';
import {
  type DisplayFrame,
  decodeFrame,
  encodeFrame,
  MAX_FRAME_BYTES,
  MalformedFrameMessage,
  packMask,
  RESULT_STATES,
  unpackMask,
} from '../../../src-shared/index.ts';

const HEADER_BYTES = 80;

/** Every value distinct and not exact in fewer bits than its field has. */
function frameOf(columns: number, rows: number, changes: Partial<DisplayFrame> = {}): DisplayFrame {
  const components = changes.components ?? 1;
  const pixels = Uint8Array.from({ length: columns * rows * components }, (_, index) => (index * 7) & 255);
  const mask = Uint8Array.from({ length: columns * rows }, (_, index) => (index % 3 === 0 ? 1 : 0));
  return {
    seq: 4_000_000_001,
    size: [columns, rows],
    components,
    sourceKind: 'simulated',
    frameId: 9_007_199_254_740_001,
    frameIdOrigin: 'source',
    tsBits: 0xfedc_ba98_7654_3210n,
    mmPerPixel: [0.1, 0.082],
    scaleOrigin: 'estimate',
    receivedMs: 123_456.789,
    readyMs: 123_470.123,
    state: 'bone',
    score: 0.5,
    pixels,
    maskBits: packMask(mask),
    boxes: [],
    ...changes,
  };
}

/** A well-formed message with one field overwritten. */
function spoiled(change: (view: DataView) => void): Uint8Array {
  const bytes = encodeFrame(frameOf(8, 2));
  change(new DataView(bytes.buffer));
  return bytes;
}

describe('picture messages', () => {
  it('carry what a detector found, labels in any script and as long as there is room', () => {
    const boxes = [
      { x0: 1.5, y0: -2.25, x1: 300, y1: 200.75, score: 0.75, label: 'bone' },
      { x0: 0, y0: 0, x1: 1, y1: 1, score: 0, label: 'os – vertèbre' },
    ];
    expect(decodeFrame(encodeFrame(frameOf(8, 2, { boxes }))).boxes).toEqual(boxes);
    expect(decodeFrame(encodeFrame(frameOf(8, 2, { boxes, maskBits: null }))).boxes).toEqual(boxes);
    const long = { ...boxes[0]!, label: 'é'.repeat(40) };
    expect(decodeFrame(encodeFrame(frameOf(8, 2, { boxes: [long] }))).boxes[0]?.label).toBe('é'.repeat(21));
    const many = Array.from({ length: 300 }, () => boxes[0]!);
    expect(decodeFrame(encodeFrame(frameOf(8, 2, { boxes: many }))).boxes).toHaveLength(255);
  });

  it('refuse a box that is none, and say what of it', () => {
    const bytes = encodeFrame(frameOf(8, 2, { boxes: [{ x0: 0, y0: 0, x1: 1, y1: 1, score: 1, label: '' }] }));
    const boxAt = bytes.length - 64;
    const withByte = (offset: number, value: number): Uint8Array => {
      const copy = bytes.slice();
      copy[boxAt + offset] = value;
      return copy;
    };
    expect(() => decodeFrame(withByte(20, 44))).toThrow(/box label bytes 44: expected <= 43/);
    const notANumber = bytes.slice();
    new DataView(notANumber.buffer).setFloat32(boxAt + 16, Number.NaN, true);
    expect(() => decodeFrame(notANumber)).toThrow(/box score NaN/);
    expect(() => decodeFrame(bytes.subarray(0, bytes.length - 1))).toThrow(/length/);
  });

  for (const [columns, rows] of [
    [640, 480],
    [1, 1],
    [7, 3],
    [501, 333],
  ] as const) {
    it(`come back as they were: ${columns} x ${rows}, gray and colour`, () => {
      for (const components of [1, 3] as const) {
        const frame = frameOf(columns, rows, { components });
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }
    });
  }

  it('carry every result state, every source kind and every scale origin', () => {
    for (const state of [...RESULT_STATES, null]) {
      expect(decodeFrame(encodeFrame(frameOf(8, 2, { state }))).state).toBe(state);
    }
    for (const sourceKind of ['live', 'simulated', 'replay', 'demo'] as const) {
      expect(decodeFrame(encodeFrame(frameOf(8, 2, { sourceKind }))).sourceKind).toBe(sourceKind);
    }
    for (const scaleOrigin of ['source', 'user', 'estimate'] as const) {
      expect(decodeFrame(encodeFrame(frameOf(8, 2, { scaleOrigin }))).scaleOrigin).toBe(scaleOrigin);
    }
  });

  it('tell no mask from an empty mask, and no score from a score of 0', () => {
    const without = decodeFrame(encodeFrame(frameOf(8, 2, { maskBits: null, score: null })));
    expect(without.maskBits).toBeNull();
    expect(without.score).toBeNull();
    const empty = decodeFrame(encodeFrame(frameOf(8, 2, { maskBits: new Uint8Array(2), score: 0 })));
    expect(empty.maskBits).toEqual(new Uint8Array(2));
    expect(empty.score).toBe(0);
  });

  it('are read where they lie inside a larger buffer, without copying the pixels', () => {
    const frame = frameOf(7, 3);
    const bytes = encodeFrame(frame);
    const larger = new Uint8Array(bytes.length + 24);
    larger.set(bytes, 13);
    const decoded = decodeFrame(larger.subarray(13, 13 + bytes.length));
    expect(decoded).toEqual(frame);
    expect(decoded.pixels.buffer).toBe(larger.buffer);
    expect(decoded.pixels.byteOffset).toBe(13 + HEADER_BYTES);
  });

  it('own their memory: the frame may change after encoding', () => {
    const frame = frameOf(8, 2);
    const bytes = encodeFrame(frame);
    const first = frame.pixels[1];
    frame.pixels.fill(0);
    expect(bytes[HEADER_BYTES + 1]).toBe(first);
  });
});

describe('the memory of a spent picture message', () => {
  it('takes the next one of its size, which says nothing of the one before', () => {
    const spent = encodeFrame(frameOf(8, 2, { seq: 1, score: 0.5, state: 'bone' }));
    spent.fill(0xff);
    const next = frameOf(8, 2, { seq: 2, score: null });
    const bytes = encodeFrame(next, spent);
    expect(bytes.buffer).toBe(spent.buffer);
    expect(bytes).toEqual(encodeFrame(next));
  });

  it('is left alone when the next one has another size', () => {
    const spent = encodeFrame(frameOf(8, 2, { seq: 1 }));
    const bytes = encodeFrame(frameOf(8, 3, { seq: 2 }), spent);
    expect(decodeFrame(bytes).seq).toBe(2);
    expect(decodeFrame(spent).seq).toBe(1);
  });
});

describe('refused picture messages', () => {
  const cases: readonly [name: string, bytes: () => Uint8Array, reason: RegExp][] = [
    ['shorter than a header', () => new Uint8Array(79), /length 79: expected >= 80/],
    [
      'longer than any picture',
      () => new Uint8Array(MAX_FRAME_BYTES + 1),
      new RegExp(`length ${MAX_FRAME_BYTES + 1}: expected <= ${MAX_FRAME_BYTES}`),
    ],
    ['of another layout version', () => spoiled((view) => view.setUint8(0, 1)), /version 1: expected 2/],
    ['of two components', () => spoiled((view) => view.setUint8(1, 2)), /components 2: expected 1 or 3/],
    ['of an unknown result state', () => spoiled((view) => view.setUint8(2, 6)), /state 6/],
    ['of an unknown source kind', () => spoiled((view) => view.setUint8(3, 4)), /source kind 4/],
    ['of an unknown scale origin', () => spoiled((view) => view.setUint8(68, 3)), /scale origin 3/],
    [
      'with fewer pixels than its size',
      () => spoiled((view) => view.setUint32(8, 9, true)),
      /pixel bytes 16: expected 18/,
    ],
    ['with a mask of another size', () => spoiled((view) => view.setUint32(76, 3, true)), /mask bytes 3: expected 2/],
    ['with a mask it says it has not', () => spoiled((view) => view.setUint8(69, 0)), /mask bytes 2: expected 0/],
    ['cut short', () => encodeFrame(frameOf(8, 2)).subarray(0, 97), /length 97: expected 98/],
    ['without columns', () => spoiled((view) => view.setUint32(8, 0, true)), /columns 0: expected 1 to 8192/],
    ['taller than a canvas', () => spoiled((view) => view.setUint32(12, 8193, true)), /rows 8193: expected 1 to 8192/],
  ];
  for (const [name, bytes, reason] of cases) {
    it(`are those ${name}, with the field, its value and the limit`, () => {
      expect(() => decodeFrame(bytes())).toThrow(reason);
      expect(() => decodeFrame(bytes())).toThrow(MalformedFrameMessage);
    });
  }
});

describe('mask bits', () => {
  it('put the first pixel into the least significant bit', () => {
    expect(packMask(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 1))).toEqual(Uint8Array.of(1, 2));
  });

  it('come back as they were for every length, with the value asked for', () => {
    for (let length = 0; length <= 33; length++) {
      const mask = Uint8Array.from({ length }, (_, index) => (index * 5 + length) & 1);
      const out = new Uint8Array(length);
      unpackMask(packMask(mask), out, 255);
      expect([...out]).toEqual([...mask].map((bit) => bit * 255));
    }
  });
});
