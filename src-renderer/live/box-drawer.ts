import type { Box, DisplayFrame } from '../../src-shared/index.ts';

/** A line must be seen whatever the picture's size on screen: one source pixel for each so many of its shorter side. */
const PIXELS_PER_LINE_WIDTH = 240;
/** White and black by turns, so many line widths each: seen on bone as in its shadow, and never taken for the mask. */
const DASH_WIDTHS = 5;

/**
 * Draws the boxes a detector found into the picture itself, so that they lie on the very frame they
 * were found on, whichever renderer draws it and however the picture is turned, enlarged or captured.
 */
export class BoxDrawer {
  #pixels = new Uint8Array(0);

  /** `frame` with its boxes in its pixels; without boxes the same frame. The pixels are written anew by the next call. */
  drawnOn(frame: DisplayFrame): DisplayFrame {
    if (frame.boxes.length === 0) {
      return frame;
    }
    if (this.#pixels.length !== frame.pixels.length) {
      this.#pixels = new Uint8Array(frame.pixels.length);
    }
    this.#pixels.set(frame.pixels);
    for (const box of frame.boxes) {
      drawBox(this.#pixels, frame, box);
    }
    return { ...frame, pixels: this.#pixels };
  }
}

function drawBox(pixels: Uint8Array, { size: [columns, rows], components }: DisplayFrame, box: Box): void {
  const width = Math.max(1, Math.round(Math.min(columns, rows) / PIXELS_PER_LINE_WIDTH));
  const dash = DASH_WIDTHS * width;
  const inside = (value: number, limit: number): number => Math.max(0, Math.min(limit - 1, Math.round(value)));
  const [left, right] = [inside(box.x0, columns), inside(box.x1, columns)];
  const [top, bottom] = [inside(box.y0, rows), inside(box.y1, rows)];
  const paint = (column: number, row: number): void => {
    const shade = Math.floor((column + row) / dash) % 2 === 0 ? 255 : 0;
    const at = (row * columns + column) * components;
    pixels.fill(shade, at, at + components);
  };
  for (let line = 0; line < width; line++) {
    for (let column = left; column <= right; column++) {
      paint(column, Math.min(top + line, bottom));
      paint(column, Math.max(bottom - line, top));
    }
    for (let row = top; row <= bottom; row++) {
      paint(Math.min(left + line, right), row);
      paint(Math.max(right - line, left), row);
    }
  }
}
