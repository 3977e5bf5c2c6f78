/**
 * Masks between processes and to consoles: one bit a pixel, row-major, least significant bit first. An eighth of the
 * bytes, and cheaper to pack and unpack than the difference costs to copy. Both directions work on several pixels at a
 * time and pass over what is not bone, most of any mask: they are on the path of every frame.
 */

/** Bytes of a bit-packed mask of so many pixels. */
export const maskBitsLength = (pixels: number): number => (pixels + 7) >> 3;

/** `mask`: one byte a pixel, 0/1. `bits`: memory to pack into, of `maskBitsLength` bytes; new when absent. */
export function packMask(mask: Uint8Array, bits: Uint8Array = new Uint8Array(maskBitsLength(mask.length))): Uint8Array {
  bits.fill(0);
  const words = wordsOf(mask);
  const groups = words.length >> 3;
  for (let group = 0; group < groups; group++) {
    const at = group << 3;
    const upper = words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!;
    if ((upper | words[at + 4]! | words[at + 5]! | words[at + 6]! | words[at + 7]!) === 0) continue;
    for (let k = 0; k < 4; k++)
      bits[4 * group + k] = nibble(words[at + 2 * k]!) | (nibble(words[at + 2 * k + 1]!) << 4);
  }
  for (let i = groups << 5; i < mask.length; i++) {
    bits[i >> 3] = bits[i >> 3]! | (mask[i]! << (i & 7));
  }
  return bits;
}

/** The whole 32-bit words of `bytes`; none where they do not lie as such. */
const wordsOf = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, length >> 2) : new Uint32Array(0);

/** Four 0/1 bytes of a little-endian word as four bits, the first byte lowest. */
const nibble = (word: number): number => (word | (word >>> 7) | (word >>> 14) | (word >>> 21)) & 0xf;

/** Eight bytes of 0/1 for each value of a byte, as two little-endian words. */
const SPREAD = new Uint32Array(512);
for (let value = 0; value < 256; value++) {
  for (let bit = 0; bit < 8; bit++) {
    const word = 2 * value + (bit >> 2);
    SPREAD[word] = ((SPREAD[word] as number) | (((value >> bit) & 1) << (8 * (bit & 3)))) >>> 0;
  }
}

/** Where the bytes of a packed mask that hold bone begin and end (not included); [0, 0] without any. */
export function boneSpan(bits: Uint8Array): readonly [from: number, end: number] {
  const words = wordsOf(bits);
  let first = 0;
  let last = words.length;
  while (first < last && words[first] === 0) first++;
  while (last > first && words[last - 1] === 0) last--;
  let from = first * 4;
  // What is no whole word lies at the end.
  let end = bits.length > words.length * 4 ? bits.length : last * 4;
  while (from < end && bits[from] === 0) from++;
  while (end > from && bits[end - 1] === 0) end--;
  return from === end ? [0, 0] : [from, end];
}

/** Inverse of `packMask` into `out`, one byte a pixel; `on` (1..255) is the value written for bone. */
export function unpackMask(bits: Uint8Array, out: Uint8Array, on = 1): void {
  const words = wordsOf(out);
  const packed = wordsOf(bits);
  const groups = Math.min(packed.length, words.length >> 3);
  out.fill(0);
  for (let group = 0; group < groups; group++) {
    if (packed[group] === 0) continue;
    for (let byte = group << 2; byte < (group + 1) << 2; byte++) {
      const value = bits[byte]!;
      // Bytes of 0/1 times a value below 256 never carry into their neighbour.
      words[2 * byte] = SPREAD[2 * value]! * on;
      words[2 * byte + 1] = SPREAD[2 * value + 1]! * on;
    }
  }
  for (let i = groups << 5; i < out.length; i++) {
    out[i] = (bits[i >> 3]! >> (i & 7)) & 1 ? on : 0;
  }
}
