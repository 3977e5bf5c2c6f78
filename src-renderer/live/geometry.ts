/** Where the picture lies on screen. CSS pixels throughout; no DOM, so that it can be tested as arithmetic. */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A spacing that cannot be used (zero, negative, not a number) draws square pixels rather than nothing. */
function pixelAspect(mmPerPixel: readonly [x: number, y: number]): number {
  const aspect = mmPerPixel[0] / mmPerPixel[1];
  return Number.isFinite(aspect) && aspect > 0 ? aspect : 1;
}

/**
 * The largest centred rectangle of the picture's physical aspect that fits `area`, on whole device pixels, so that no
 * edge is blurred by lying between two of them.
 *
 * Null when there is no area or no picture to lay out.
 */
export function letterbox(
  area: readonly [width: number, height: number],
  size: readonly [columns: number, rows: number],
  mmPerPixel: readonly [x: number, y: number],
  devicePixelRatio = 1,
): Rectangle | null {
  if (area[0] <= 0 || area[1] <= 0 || size[0] <= 0 || size[1] <= 0) {
    return null;
  }
  const aspect = (size[0] * pixelAspect(mmPerPixel)) / size[1];
  const fitted = area[0] / area[1] > aspect ? [area[1] * aspect, area[1]] : [area[0], area[0] / aspect];
  const onDevice = (length: number): number => Math.max(1, Math.floor(length * devicePixelRatio)) / devicePixelRatio;
  const width = onDevice(fitted[0] as number);
  const height = onDevice(fitted[1] as number);
  const centre = (free: number): number => Math.floor((free / 2) * devicePixelRatio) / devicePixelRatio;
  return { x: centre(area[0] - width), y: centre(area[1] - height), width, height };
}
