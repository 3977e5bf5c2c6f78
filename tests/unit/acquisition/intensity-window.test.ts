import { describe, expect, it } from 'vitest';
import { IntensityWindow } from '../../../src-main/acquisition/intensity-window.ts';

describe('IntensityWindow', () => {
  it('passes uint8 through as the same memory', () => {
    const raw = Uint8Array.of(1, 2, 3);
    expect(new IntensityWindow().to8Bit(raw, 'uint8', true)).toBe(raw);
  });

  it('maps the range seen to 0..255, in the byte order of the source', () => {
    const big = new Uint8Array(6);
    const view = new DataView(big.buffer);
    [-1000, 0, 1000].forEach((value, i) => {
      view.setInt16(2 * i, value, false);
    });
    expect([...new IntensityWindow().to8Bit(big, 'int16', false)]).toEqual([0, 128, 255]);
  });

  it('only ever widens, so that brightness does not pump', () => {
    const window = new IntensityWindow();
    const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
    window.to8Bit(bytes(0, 100), 'float32', true);
    expect([...window.to8Bit(bytes(50, 50), 'float32', true)]).toEqual([128, 128]);
  });

  it('shows not-a-number and infinity as black or white, never as garbage', () => {
    const bytes = new Uint8Array(Float32Array.of(0, 10, Number.NaN, Number.POSITIVE_INFINITY).buffer);
    expect([...new IntensityWindow().to8Bit(bytes, 'float32', true)]).toEqual([0, 255, 0, 255]);
  });
});
