import { describe, expect, it } from 'vitest';
import {
  blendChannel,
  fillGray,
  fillRgb,
  grayTable,
  MASK_COLOUR,
  maskedGrayTable,
  pixelWord,
  showsMask,
} from '../../../src-renderer/live/palette.ts';
import { chooseRenderer, isSoftwareRenderer } from '../../../src-renderer/live/picture-renderer.ts';
import { probeOf, withFault } from '../../../src-renderer/live/probe.ts';
import { type DisplayFrame, packMask } from '../../../src-shared/index.ts';

const bytesOf = (words: Uint32Array<ArrayBuffer>): number[] => [...new Uint8Array(words.buffer)];

describe('look-up tables', () => {
  it('show a gray value as itself, opaque', () => {
    expect(bytesOf(grayTable()).slice(4 * 200, 4 * 201)).toEqual([200, 200, 200, 255]);
  });

  it('make every masked pixel exactly the mask colour at opacity 1', () => {
    const flat = pixelWord(...MASK_COLOUR);
    expect(new Set(maskedGrayTable(1))).toEqual(new Set([flat]));
  });

  it('leave the picture as it is at opacity 0', () => {
    expect(maskedGrayTable(0)).toEqual(grayTable());
  });

  it('mix half and half at opacity 0.5, rounded', () => {
    expect(bytesOf(maskedGrayTable(0.5)).slice(4 * 101, 4 * 102)).toEqual([94, 141, 167, 255]);
    expect(blendChannel(0, 255, 0.5)).toBe(128);
  });
});

describe('filling a picture', () => {
  // 13 pixels: a byte of mask bits with some set, and a last byte that is not full.
  const pixels = Uint8Array.from({ length: 13 }, (_, index) => index * 10);
  const mask = Uint8Array.from([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);

  it('gives a masked pixel the masked table and every other one the gray table', () => {
    const out = new Uint32Array(13);
    const [gray, masked] = [grayTable(), maskedGrayTable(1)];
    fillGray(out, pixels, packMask(mask), gray, masked);
    expect([...out]).toEqual([...pixels].map((value, index) => (mask[index] === 1 ? masked : gray)[value]));
  });

  it('draws the picture alone without a mask', () => {
    const out = new Uint32Array(13);
    fillGray(out, pixels, null, grayTable(), maskedGrayTable(1));
    expect([...out]).toEqual([...pixels].map((value) => pixelWord(value, value, value)));
  });

  it('does the same for colour pictures', () => {
    const out = new Uint32Array(2);
    fillRgb(out, Uint8Array.of(10, 20, 30, 40, 50, 60), packMask(Uint8Array.of(0, 1)), 1);
    expect([...out]).toEqual([pixelWord(10, 20, 30), pixelWord(...MASK_COLOUR)]);
  });

  it('needs no mask that is hidden or wholly transparent', () => {
    expect(showsMask({ visible: true, opacity: 0.4 })).toBe(true);
    expect(showsMask({ visible: false, opacity: 0.4 })).toBe(false);
    expect(showsMask({ visible: true, opacity: 0 })).toBe(false);
  });
});

describe('the choice of renderer', () => {
  const card = { renderer: 'ANGLE (NVIDIA, NVIDIA RTX A2000 Direct3D11)' };
  const software = { renderer: 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)' };

  it('is WebGL on a graphics card and 2-D on a processor that plays one', () => {
    expect(chooseRenderer('auto', card, false)).toEqual({ kind: 'webgl', reason: 'hardware' });
    expect(chooseRenderer('auto', software, false)).toEqual({ kind: '2d', reason: 'software' });
  });

  it('is what the operator set, where that can be had', () => {
    expect(chooseRenderer('webgl', software, false)).toEqual({ kind: 'webgl', reason: 'chosen' });
    expect(chooseRenderer('2d', card, false)).toEqual({ kind: '2d', reason: 'chosen' });
    expect(chooseRenderer('webgl', { renderer: null }, false)).toEqual({ kind: '2d', reason: 'unavailable' });
  });

  it('does not go back to a WebGL that was lost', () => {
    expect(chooseRenderer('auto', card, true)).toEqual({ kind: '2d', reason: 'lost' });
    expect(chooseRenderer('webgl', card, true)).toEqual({ kind: '2d', reason: 'lost' });
  });

  it('knows the software renderers by name', () => {
    expect(isSoftwareRenderer('llvmpipe (LLVM 19.1.7, 256 bits)')).toBe(true);
    expect(isSoftwareRenderer('Microsoft Basic Render Driver')).toBe(true);
    expect(isSoftwareRenderer('Apple M2')).toBe(false);
  });
});

describe('deliberate faults', () => {
  const frame = (maskBits: Uint8Array | null): DisplayFrame => ({
    seq: 1,
    size: [3, 2],
    components: 1,
    sourceKind: 'demo',
    frameId: 1,
    frameIdOrigin: 'sequence',
    tsBits: 1n,
    mmPerPixel: [1, 1],
    scaleOrigin: 'source',
    receivedMs: 0,
    readyMs: 0,
    state: 'bone',
    score: null,
    pixels: new Uint8Array(6),
    maskBits,
    boxes: [],
  });

  it('do not exist without probe=1', () => {
    expect(probeOf(new URLSearchParams('fault=mirror'))).toBeNull();
    expect(probeOf(new URLSearchParams('probe=1&fault=mirror'))).toEqual({ fault: 'mirror' });
    expect(probeOf(new URLSearchParams('probe=1&fault=other'))).toEqual({ fault: 'none' });
  });

  it('mirror the mask left to right, row by row', () => {
    const faulty = withFault(frame(packMask(Uint8Array.of(1, 0, 0, 0, 1, 1))), null, 'mirror');
    expect(faulty.maskBits).toEqual(packMask(Uint8Array.of(0, 0, 1, 1, 1, 0)));
  });

  it('draw the mask of the frame before, or none on the first', () => {
    const before = frame(packMask(Uint8Array.of(1, 1, 1, 0, 0, 0)));
    const now = frame(packMask(Uint8Array.of(0, 0, 0, 1, 1, 1)));
    expect(withFault(now, before, 'one-frame-late').maskBits).toBe(before.maskBits);
    expect(withFault(now, null, 'one-frame-late').maskBits).toBeNull();
    expect(withFault(now, before, 'none')).toBe(now);
  });
});
