import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FrameReader, writeFrame } from '../../../src-main/inference/frame-pipe.ts';
import type { GpuFrame } from '../../../src-shared/index.ts';

const frame = (handle: number, bytes = 12): GpuFrame => ({
  handle,
  size: [bytes, 1],
  components: 1,
  pixels: Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + handle) & 255),
  scale: { mmPerPixel: [0.1, 0.12], origin: 'source' },
  orientation: 'MF',
  receivedMs: 1.25,
  dequeuedMs: 2.5,
});

function onTheWire(...frames: readonly GpuFrame[]): Buffer {
  const pipe = new PassThrough();
  for (const one of frames) writeFrame(pipe, one);
  return pipe.read() as Buffer;
}

describe('the frame pipe', () => {
  it('carries frames whole, wherever the pieces are cut', () => {
    const frames = [frame(1), frame(2, 5)];
    const bytes = onTheWire(...frames);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const read: GpuFrame[] = [];
      const reader = new FrameReader((one) => read.push({ ...one, pixels: one.pixels.slice() }));
      reader.push(bytes.subarray(0, cut));
      reader.push(bytes.subarray(cut));
      expect(read).toEqual(frames);
    }
  });

  it('uses memory that was given back for the next frame of that size', () => {
    const read: GpuFrame[] = [];
    const reader = new FrameReader((one) => read.push(one));
    reader.push(onTheWire(frame(1)));
    reader.release(read[0]?.pixels as Uint8Array);
    reader.push(onTheWire(frame(2)));
    expect(read[1]?.pixels).toBe(read[0]?.pixels);
    expect(read[1]?.pixels).toEqual(frame(2).pixels);
  });

  it('does not reuse memory that was not given back, nor that of another size', () => {
    const read: GpuFrame[] = [];
    const reader = new FrameReader((one) => read.push(one));
    reader.push(onTheWire(frame(1), frame(2)));
    expect(read[0]?.pixels).toEqual(frame(1).pixels);
    reader.release(read[0]?.pixels as Uint8Array);
    reader.push(onTheWire(frame(3, 20)));
    expect(read[2]?.pixels).toHaveLength(20);
  });

  it('refuses lengths that no engine writes instead of taking memory for them', () => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(Buffer.from('ffffffff00000001', 'hex'))).toThrow(/out of step/);
  });
});
