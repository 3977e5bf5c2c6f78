/** Memory for one mask at a time, used again from frame to frame: a source rarely changes its size. */
export class MaskMemory {
  #mask = new Uint8Array(0);

  /** All zeros; the mask of the call before is overwritten. */
  blank(pixels: number): Uint8Array {
    if (this.#mask.length === pixels) return this.#mask.fill(0);
    this.#mask = new Uint8Array(pixels);
    return this.#mask;
  }
}
