/** Byte for byte; differing pictures differ early, so this costs next to nothing but on a frozen one. */
export function samePixels(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0;
}
