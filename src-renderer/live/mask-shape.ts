import { type Orientation, unpackMask } from '../../src-shared/index.ts';
import type { MaskShape } from './palette.ts';

type Size = readonly [columns: number, rows: number];

/** Lines are this share of the picture's shorter side wide, so that they look the same on any grid. */
const LINE_SHARE = 1 / 240;

/** Step towards the transducer in columns and rows (`Orientation`: N and F say which axis is depth, and which way). */
function towardsTransducer(orientation: Orientation): readonly [dx: number, dy: number] {
  const [x, y] = orientation;
  if (y === 'F' || y === 'N') {
    return [0, y === 'F' ? -1 : 1];
  }
  return [x === 'F' ? -1 : 1, 0];
}

/**
 * Makes the bits that are drawn for a mask: its border inside it, or its edge towards the transducer (the bone surface).
 * The mask itself is never changed; `fill` returns it as it is. One instance keeps its buffers from frame to frame.
 */
export class MaskShaper {
  #mask = new Uint8Array(0);
  #bits = new Uint8Array(0);

  shaped(bits: Uint8Array, size: Size, shape: MaskShape, orientation: Orientation): Uint8Array {
    if (shape === 'fill') {
      return bits;
    }
    const [columns, rows] = size;
    if (this.#mask.length !== columns * rows) {
      this.#mask = new Uint8Array(columns * rows);
      this.#bits = new Uint8Array(bits.length);
    }
    unpackMask(bits, this.#mask);
    this.#bits.fill(0);
    const steps =
      shape === 'surface'
        ? [towardsTransducer(orientation)]
        : ([
            [-1, 0],
            [1, 0],
            [0, -1],
            [0, 1],
          ] as const);
    const width = Math.max(1, Math.round(Math.min(columns, rows) * LINE_SHARE));
    for (const [dx, dy] of steps) {
      this.#drawEdge(size, dx, dy, width);
    }
    return this.#bits;
  }

  /** Sets the mask's pixels that have one outside the mask within `width` steps of (dx, dy). */
  #drawEdge([columns, rows]: Size, dx: number, dy: number, width: number): void {
    const mask = this.#mask;
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        if (mask[i] === 0) {
          continue;
        }
        for (let step = 1; step <= width; step++) {
          const x = column + dx * step;
          const y = row + dy * step;
          if (x < 0 || y < 0 || x >= columns || y >= rows || mask[y * columns + x] === 0) {
            this.#bits[i >> 3] = (this.#bits[i >> 3] as number) | (1 << (i & 7));
            break;
          }
        }
      }
    }
  }
}
