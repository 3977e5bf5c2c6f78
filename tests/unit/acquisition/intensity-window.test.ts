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

  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const ramp = (from: number, to: number) =>
    floats(...Array.from({ length: 1001 }, (_, i) => from + ((to - from) * i) / 1000));
  const learnt = (from: number, to: number): IntensityWindow => {
    const window = new IntensityWindow();
    for (let i = 0; i < 40; i++) window.to8Bit(ramp(from, to), 'float32', true);
    return window;
  };
  /** What 50 is shown as, without the window seeing more than values it knows. */
  const shownAs = (window: IntensityWindow, value: number) =>
    window.to8Bit(floats(...Array.from({ length: 1001 }, () => value)), 'float32', true)[0] as number;

  it('does not narrow, so that brightness does not pump', () => {
    const window = learnt(0, 100);
    expect(shownAs(window, 50)).toBe(128);
    expect(shownAs(window, 50)).toBe(128);
  });

  it('is not set by single outliers: the rest of the picture keeps its brightness', () => {
    const values = Array.from({ length: 1001 }, (_, i) => i / 10);
    const shown = new IntensityWindow().to8Bit(floats(...values.with(7, 1e9).with(9, 2e9)), 'float32', true);
    expect(shown[500]).toBeGreaterThan(120);
    expect(shown[500]).toBeLessThan(136);
    expect([shown[7], shown[9]]).toEqual([255, 255]);
  });

  it('darkens by a few percent at most for one picture of other values, and follows when they stay', () => {
    const window = learnt(0, 100);
    window.to8Bit(ramp(0, 1000), 'float32', true);
    expect(shownAs(window, 50)).toBeGreaterThan(122);
    for (let i = 0; i < 200; i++) window.to8Bit(ramp(0, 1000), 'float32', true);
    expect(shownAs(window, 500)).toBe(128);
  });

  it('learns from the first pictures that show something, however long it was dark before', () => {
    const window = new IntensityWindow();
    for (let i = 0; i < 100; i++) expect(shownAs(window, 0)).toBe(0);
    window.to8Bit(ramp(0, 1000), 'float32', true);
    expect(shownAs(window, 500)).toBe(128);
  });

  it('starts anew when told to, and for pictures of another type or size', () => {
    const window = learnt(0, 100);
    window.reset();
    expect([...window.to8Bit(floats(0, 2, 10), 'float32', true)]).toEqual([0, 51, 255]);
    expect([...window.to8Bit(floats(0, 40, 80, 200), 'float32', true)]).toEqual([0, 51, 102, 255]);
    const unsigned = new Uint8Array(Uint32Array.of(0, 800, 1600, 4000).buffer);
    expect([...window.to8Bit(unsigned, 'uint32', true)]).toEqual([0, 51, 102, 255]);
  });

  const types = [
    ['int8', Int8Array.of(-100, -60, 100)],
    ['int16', Int16Array.of(-30_000, -18_000, 30_000)],
    ['uint16', Uint16Array.of(0, 12_000, 60_000)],
    ['int32', Int32Array.of(-2e9, -1.2e9, 2e9)],
    ['uint32', Uint32Array.of(0, 0.8e9, 4e9)],
    ['float32', Float32Array.of(-1, -0.6, 1)],
    ['float64', Float64Array.of(-1e300, -0.6e300, 1e300)],
  ] as const;
  for (const [type, values] of types) {
    it(`reads ${type} in either byte order and at any place in memory`, () => {
      const memory = new Uint8Array(values.byteLength + 3);
      memory.set(new Uint8Array(values.buffer), 3);
      const little = memory.subarray(3);
      expect([...new IntensityWindow().to8Bit(little, type, true)]).toEqual([0, 51, 255]);
      const big = Uint8Array.from(little).reverse();
      expect([...new IntensityWindow().to8Bit(big, type, false)]).toEqual([255, 51, 0]);
      expect([...little]).toEqual([...new Uint8Array(values.buffer)]);
    });
  }

  it('shows not-a-number and infinity as black or white, never as garbage', () => {
    const bytes = new Uint8Array(Float32Array.of(0, 10, Number.NaN, Number.POSITIVE_INFINITY).buffer);
    expect([...new IntensityWindow().to8Bit(bytes, 'float32', true)]).toEqual([0, 255, 0, 255]);
  });
});
