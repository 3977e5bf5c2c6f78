import { describe, expect, it } from 'vitest';
import { BoxDrawer } from '../../../src-renderer/live/box-drawer.ts';
import type { Box, DisplayFrame } from '../../../src-shared/index.ts';

const GRAY = 100;
const box = (x0: number, y0: number, x1: number, y1: number): Box => ({ x0, y0, x1, y1, score: 0.5, label: 'bone' });

function frameOf(columns: number, rows: number, components: 1 | 3, boxes: readonly Box[]): DisplayFrame {
  const pixels = new Uint8Array(columns * rows * components).fill(GRAY);
  return { size: [columns, rows], components, pixels, boxes } as unknown as DisplayFrame;
}

/** Places that differ from the gray they had, as `column,row`. */
function drawn({ size: [columns], components, pixels }: DisplayFrame): string[] {
  const places = new Set<string>();
  pixels.forEach((value, index) => {
    const pixel = Math.floor(index / components);
    if (value !== GRAY) places.add(`${pixel % columns},${Math.floor(pixel / columns)}`);
  });
  return [...places].sort();
}

describe('boxes of a detector', () => {
  it.each([1, 3] as const)('are drawn on the edge of the box alone, with %i components', (components) => {
    const result = new BoxDrawer().drawnOn(frameOf(20, 12, components, [box(2, 3, 5, 6)]));
    const edge = [2, 3, 4, 5].flatMap((a) => [`${a},3`, `${a},6`, `2,${a + 1}`, `5,${a + 1}`]);
    expect(drawn(result)).toEqual([...new Set(edge)].sort());
    const shades = new Set(result.pixels.filter((value) => value !== GRAY));
    expect([...shades].every((shade) => shade === 0 || shade === 255)).toBe(true);
  });

  it('are seen on white and on black: both shades are in a long line', () => {
    const { pixels } = new BoxDrawer().drawnOn(frameOf(64, 8, 1, [box(0, 1, 63, 6)]));
    expect(new Set(pixels.subarray(64, 128))).toEqual(new Set([0, 255]));
  });

  it('stay within the picture, and leave the picture they were found on as it was', () => {
    const frame = frameOf(10, 10, 1, [box(-5, -5, 30, 4)]);
    const result = new BoxDrawer().drawnOn(frame);
    expect(drawn(result)).toContain('9,4');
    expect(drawn(frame)).toEqual([]);
    const empty = frameOf(4, 4, 1, []);
    expect(new BoxDrawer().drawnOn(empty)).toBe(empty);
  });

  it('grow with the picture, so that a large one does not lose them', () => {
    const result = new BoxDrawer().drawnOn(frameOf(1440, 960, 1, [box(100, 100, 400, 400)]));
    const column = Array.from({ length: 8 }, (_, row) => result.pixels[(100 + row) * 1440 + 250]);
    expect(column.filter((value) => value !== GRAY)).toHaveLength(4);
  });
});
