import { describe, expect, it } from 'vitest';
import { buildImageHeader, packMessage, parseImage } from '../../../src-main/openigtlink/index.ts';
import { maskDeviceName, maskHeader, maskMessage } from '../../../src-main/publishing/index.ts';
import { aFrame } from '../../support/frames.ts';

/** A 4 x 3 RGB 16-bit big-endian LPS source with an oblique, non-round geometry: everything a mask must and must not copy. */
const SOURCE_HEADER = buildImageHeader({
  size: [4, 3, 1],
  scalarType: 5,
  components: 3,
  endian: 1,
  coordinate: 2,
  matrix: Float32Array.of(0.1, 0.017, -0.3, 1e-7, 0.25, 0.001, 0.5, -0.5, 2, 123.456, -7.25, 1e6),
});

describe('maskHeader', () => {
  const header = maskHeader(SOURCE_HEADER);

  it('keeps the coordinate byte, the size and the 12 geometry floats bit for bit', () => {
    expect(header.subarray(5, 60)).toEqual(SOURCE_HEADER.subarray(5, 60));
  });

  it('describes one uint8 component over the whole picture', () => {
    const mask = new Uint8Array(72 + 12);
    mask.set(header);
    expect(parseImage(mask)).toMatchObject({
      components: 1,
      scalarType: 3,
      endian: 2,
      subOffset: [0, 0, 0],
      subSize: [4, 3, 1],
    });
  });

  it('leaves the source’s own bytes alone, also when they are a Buffer, whose slice is no copy', () => {
    const source = Buffer.from(SOURCE_HEADER);
    maskHeader(source);
    expect(source.equals(SOURCE_HEADER)).toBe(true);
  });
});

describe('maskMessage', () => {
  const { meta } = aFrame({ meta: { sourceImageHeader: SOURCE_HEADER } });
  const mask = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1);

  it('carries the source’s 64 time-stamp bits and the label value where bone is', () => {
    const bytes = packMessage(maskMessage(meta, mask, 255), 1);
    expect(bytes.readBigUInt64BE(34)).toBe(meta.tsBits);
    expect([...bytes.subarray(58 + 72)]).toEqual([...mask].map((bone) => bone * 255));
  });

  it('is all zero without bone', () => {
    expect(
      packMessage(maskMessage(meta, null, 1), 1)
        .subarray(58 + 72)
        .every((value) => value === 0),
    ).toBe(true);
  });

  it('says the frame number only to peers that speak version 2', () => {
    const message = maskMessage(meta, mask, 1);
    expect(packMessage(message, 2).includes('FrameNumber7')).toBe(true);
    expect(packMessage(message, 1).includes('FrameNumber')).toBe(false);
  });
});

describe('maskDeviceName', () => {
  it('keeps masks that are not of the patient apart by name', () => {
    expect(['live', 'simulated', 'replay', 'demo'].map((kind) => maskDeviceName(kind as 'live'))).toEqual([
      'BoneMask',
      'BoneMask',
      'BoneMask_Replay',
      'BoneMask_Demo',
    ]);
  });
});
