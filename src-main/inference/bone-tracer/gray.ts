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
