import { describe, expect, it } from 'vitest';
import { letterbox } from '../../../src-renderer/live/geometry.ts';

describe('letterbox', () => {
  it('fills the height of a wide area and centres the picture', () => {
    expect(letterbox([1000, 480], [640, 480], [0.1, 0.1])).toEqual({ x: 180, y: 0, width: 640, height: 480 });
  });

  it('fills the width of a tall area', () => {
    expect(letterbox([320, 900], [640, 480], [0.1, 0.1])).toEqual({ x: 0, y: 330, width: 320, height: 240 });
  });

  it('draws millimetres, not pixels: twice the spacing along x doubles the width', () => {
    const box = letterbox([2000, 400], [400, 400], [0.2, 0.1]);
    expect(box).toEqual({ x: 600, y: 0, width: 800, height: 400 });
  });

  it('never leaves the area and never misses its aspect by more than one device pixel', () => {
    for (const area of [
      [953, 637],
      [1519, 977],
      [301, 1000],
    ] as const) {
      for (const ratio of [1, 1.25, 1.5, 2]) {
        const box = letterbox(area, [501, 333], [0.17, 0.09], ratio);
        expect(box).not.toBeNull();
        if (box !== null) {
          expect(box.x + box.width).toBeLessThanOrEqual(area[0]);
          expect(box.y + box.height).toBeLessThanOrEqual(area[1]);
          const aspect = (501 * 0.17) / (333 * 0.09);
          expect(Math.abs(box.width - box.height * aspect)).toBeLessThanOrEqual((1 + aspect) / ratio);
        }
      }
    }
  });

  it('lies on whole device pixels at a fractional pixel ratio', () => {
    const box = letterbox([953, 637], [640, 480], [0.1, 0.1], 1.25);
    for (const edge of [box?.x, box?.y, box?.width, box?.height]) {
      expect(Number.isInteger((edge ?? Number.NaN) * 1.25)).toBe(true);
    }
  });

  it('takes square pixels for a spacing that cannot be one', () => {
    const square = letterbox([640, 480], [640, 480], [1, 1]);
    for (const spacing of [
      [0, 0],
      [Number.NaN, 1],
      [-1, 1],
      [1, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(letterbox([640, 480], [640, 480], spacing)).toEqual(square);
    }
  });

  it('has no place for a picture without an area', () => {
    expect(letterbox([0, 480], [640, 480], [1, 1])).toBeNull();
    expect(letterbox([640, 480], [0, 480], [1, 1])).toBeNull();
  });
});
