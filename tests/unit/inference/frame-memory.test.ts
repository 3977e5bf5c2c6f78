import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { FrameMemory, FrameMemoryReader, SLOT_BYTES } from '../../../src-main/inference/frame-memory.ts';

const hasTmpfs = existsSync('/dev/shm');
if (!hasTmpfs) console.warn('skipped: no /dev/shm here; frames go to the inference process as messages');

describe.skipIf(!hasTmpfs)('frame memory', () => {
  let memory: FrameMemory;
  afterEach(() => memory.close());
  const open = (): FrameMemoryReader => {
    memory = FrameMemory.create() as FrameMemory;
    return new FrameMemoryReader(memory.descriptor);
  };
  const picture = (mark: number): Uint8Array => Uint8Array.from({ length: 1000 }, (_, i) => (i * 7 + mark) & 255);

  it('carries pictures to whoever has its descriptor, several at a time', () => {
    const reader = open();
    const slots = [1, 2, 3].map((mark) => memory.write(picture(mark)) as number);
    expect(new Set(slots).size).toBe(3);
    expect(slots.map((slot) => reader.read(slot, 1000))).toEqual([1, 2, 3].map(picture));
  });

  it('reads into memory that was given back, and only then', () => {
    const reader = open();
    const first = reader.read(memory.write(picture(1)) as number, 1000);
    const second = reader.read(memory.write(picture(2)) as number, 1000);
    expect(second).not.toBe(first);
    expect(first).toEqual(picture(1));
    reader.release(first);
    expect(reader.read(memory.write(picture(3)) as number, 1000)).toBe(first);
    expect(first).toEqual(picture(3));
  });

  it('leaves a picture that does not fit to another way', () => {
    open();
    expect(memory.write(new Uint8Array(SLOT_BYTES + 1))).toBeNull();
  });

  it('says so when a slot holds less than announced', () => {
    const reader = open();
    const slot = memory.write(picture(1)) as number;
    expect(() => reader.read(slot, 1001)).toThrow(/slot 0 holds 1000 bytes: expected 1001/);
  });
});
