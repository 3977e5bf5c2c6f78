import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** A rectangle on the desktop, in the screen's own pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const coordinate = z.number().int().min(-100_000).max(100_000);
const length = z.number().int().min(1).max(100_000);
const placeSchema = z.object({
  bounds: z.object({ x: coordinate, y: coordinate, width: length, height: length }),
  isMaximized: z.boolean(),
  isFullScreen: z.boolean(),
});
export type WindowPlace = Readonly<z.infer<typeof placeSchema>>;

/** So much of a window must lie on some display that a hand can find and move it. */
const MIN_VISIBLE_PIXELS = 100;

/** Where the window was when it was last closed; null when that is not known or lies on a display that is gone. */
export function usablePlace(place: WindowPlace | null, displays: readonly Rectangle[]): WindowPlace | null {
  const isVisible = (display: Rectangle): boolean => {
    const { x, y, width, height } = (place as WindowPlace).bounds;
    const across = Math.min(x + width, display.x + display.width) - Math.max(x, display.x);
    const down = Math.min(y + height, display.y + display.height) - Math.max(y, display.y);
    // The title bar is what a window is moved by: its top must not be above the display.
    return across >= MIN_VISIBLE_PIXELS && down >= MIN_VISIBLE_PIXELS && y >= display.y;
  };
  return place !== null && displays.some(isVisible) ? place : null;
}

/** The desktop's only file: where its window was. A file that cannot be read or written costs the place, never the start. */
export class PlaceFile {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, 'window.json');
  }

  read(): WindowPlace | null {
    try {
      return placeSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      return null;
    }
  }

  write(place: WindowPlace): void {
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      const half = `${this.#file}.tmp`;
      writeFileSync(half, JSON.stringify(place));
      renameSync(half, this.#file);
    } catch (error) {
      process.stderr.write(`the window's place was not saved: ${String(error)}\n`);
    }
  }
}
