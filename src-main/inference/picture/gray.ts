import type { GpuFrame } from '../../../src-shared/index.ts';

/** Rec. 601 weights in 1/256: what grayscale scanners' pictures are coded with; they add up to 256. */
const RED = 77;
const GREEN = 150;
const BLUE = 29;

/** Interleaved RGB to gray, one byte a pixel. `out` holds `rgb.length / 3` bytes. */
export function rgbToGray(rgb: Uint8Array, out: Uint8Array): void {
  const count = Math.min(out.length, Math.floor(rgb.length / 3));
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    out[i] = (RED * rgb[at]! + GREEN * rgb[at + 1]! + BLUE * rgb[at + 2]!) >> 8;
  }
}

/** Frames as gray pictures; colour ones are turned into memory that is used again. */
export class GrayPicture {
  #gray = new Uint8Array(0);

  of({ components, pixels, size }: Pick<GpuFrame, 'components' | 'pixels' | 'size'>): Uint8Array {
    if (components === 1) return pixels;
    const count = size[0] * size[1];
    if (this.#gray.length !== count) this.#gray = new Uint8Array(count);
    rgbToGray(pixels, this.#gray);
    return this.#gray;
  }
}
