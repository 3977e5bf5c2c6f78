/**
 * Blends two rows of 8-bit pixels four at a time: a 32-bit word holds four pixels, and each multiplication weighs two of
 * them in 16-bit lanes. Weights are 256ths that add up to 256, so that no lane can carry into its neighbour
 * (255 x 256 < 65536). Half the time of one pixel after another, on what was most of the pre-processing.
 */

const LANES = 0x00ff00ff;
/** What the lanes of a blend are to be divided by to give 0..1. */
export const PACKED_ROW_SCALE = 1 / (255 * 256);

/** Where pixel `u` of a blended row lies among its 16-bit values: a word's pixels come out in the order 0, 2, 1, 3. */
export function packedPosition(u: number): number {
  const within = u & 3;
  return within === 1 ? u + 1 : within === 2 ? u - 1 : u;
}

/** True where two rows of `pixels` can be blended this way: whole words, on a machine that keeps the low byte first. */
export function canPack(pixels: Uint8Array, strideU: number, strideV: number): boolean {
  return strideU === 1 && strideV % 4 === 0 && pixels.byteOffset % 4 === 0 && pixels.length % 4 === 0 && isLittleEndian;
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Blends `words` words from `first` and from `second` (indices into `pixels`, which is the picture as 32-bit words) into
 * `row`, two output words for each. `weight`: 0..256 of the first row; the second has the rest.
 */
export function blendPackedRows(
  pixels: Uint32Array,
  first: number,
  second: number,
  words: number,
  weight: number,
  row: Uint32Array,
): void {
  const rest = 256 - weight;
  for (let i = 0, out = 0, a = first, b = second; i < words; i++, out += 2, a++, b++) {
    const x = pixels[a]!;
    const y = pixels[b]!;
    row[out] = Math.imul(x & LANES, weight) + Math.imul(y & LANES, rest);
    row[out + 1] = Math.imul((x >>> 8) & LANES, weight) + Math.imul((y >>> 8) & LANES, rest);
  }
}
