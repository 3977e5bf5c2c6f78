import { type PhantomFrame, type PhantomOptions, PhantomScene } from '../../../src-main/phantom/index.ts';
import type { GpuFrame, Orientation } from '../../../src-shared/index.ts';

export const phantomFrame = (options: PhantomOptions, index = 0): PhantomFrame =>
  new PhantomScene(options).render(index);

export function gpuFrame(
  pixels: Uint8Array,
  size: readonly [number, number],
  mmPerPixel: readonly [number, number],
  rest: Partial<GpuFrame> = {},
): GpuFrame {
  return {
    handle: 0,
    series: 0,
    size,
    components: 1,
    pixels,
    scale: { mmPerPixel, origin: 'source' },
    orientation: 'MF',
    receivedMs: 0,
    dequeuedMs: 0,
    ...rest,
  };
}

export interface Turned {
  readonly pixels: Uint8Array;
  readonly size: readonly [number, number];
}

/**
 * The same anatomy as a source of another orientation would send it, written per pixel from what the letters mean:
 * M and U are the picture's right and left side, F and N its lower and upper one.
 */
export function turnedTo(
  orientation: Orientation,
  pixels: Uint8Array,
  [width, height]: readonly [number, number],
): Turned {
  const depthAlongX = 'FN'.includes(orientation[0]!);
  const size = depthAlongX ? ([height, width] as const) : ([width, height] as const);
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < size[1]; y++) {
    for (let x = 0; x < size[0]; x++) {
      const along = { [orientation[0]!]: [x, size[0]], [orientation[1]!]: [y, size[1]] } as Record<
        string,
        [number, number]
      >;
      const u = along.M?.[0] ?? along.U![1] - 1 - along.U![0];
      const v = along.F?.[0] ?? along.N![1] - 1 - along.N![0];
      out[y * size[0] + x] = pixels[v * width + u]!;
    }
  }
  return { pixels: out, size };
}

/** A linear picture bent into a convex one: probe radius and half opening angle given, black outside. */
export function sectorOf(
  frame: PhantomFrame,
  [columns, rows]: readonly [number, number],
  {
    radiusMm,
    halfAngle,
    mmPerPixel,
    size,
  }: { radiusMm: number; halfAngle: number; mmPerPixel: number; size: readonly [number, number] },
  sourceMmPerPixel: number,
): Uint8Array {
  const [width, height] = size;
  const out = new Uint8Array(width * height);
  const apex = radiusMm * Math.cos(halfAngle);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = (x - (width - 1) / 2) * mmPerPixel;
      const down = y * mmPerPixel + apex;
      const angle = Math.atan2(along, down);
      const row = Math.round((Math.hypot(along, down) - radiusMm) / sourceMmPerPixel);
      const column = Math.round(((angle / halfAngle + 1) / 2) * (columns - 1));
      if (Math.abs(angle) <= halfAngle && row >= 0 && row < rows)
        out[y * width + x] = frame.pixels[row * columns + column]!;
    }
  }
  return out;
}

/** `picture` set into a black frame with the furniture of a scanner's screen: text, gray scale, depth ruler. */
export function onScreen(
  picture: Uint8Array,
  [width, height]: readonly [number, number],
  level = 0,
): {
  readonly pixels: Uint8Array;
  readonly size: readonly [number, number];
  readonly at: readonly [number, number];
} {
  const size = [width + 300, height + 120] as const;
  const at = [160, 60] as const;
  const pixels = new Uint8Array(size[0] * size[1]).fill(level);
  const box = (x0: number, y0: number, x1: number, y1: number, value: (x: number, y: number) => number): void => {
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) pixels[y * size[0] + x] = value(x, y);
  };
  box(at[0], at[1], at[0] + width, at[1] + height, (x, y) => picture[(y - at[1]) * width + (x - at[0])]!);
  const glyphs = (x: number, y: number): number => (((x >> 2) + (y >> 2)) % 2 === 0 ? 230 : level);
  box(10, 10, 130, 26, glyphs);
  box(200, 20, 320, 36, glyphs);
  box(200, size[1] - 30, 330, size[1] - 14, glyphs);
  for (let row = 100; row < size[1] - 60; row += 60) box(20, row, 100, row + 12, glyphs);
  box(size[0] - 40, 80, size[0] - 24, size[1] - 80, (_, y) => 255 - (y % 256));
  for (let row = 80; row < size[1] - 60; row += 50)
    box(at[0] + width + 20, row, at[0] + width + 28, row + 2, () => 200);
  return { pixels, size, at };
}
