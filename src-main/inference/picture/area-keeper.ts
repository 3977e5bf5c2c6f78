import type { ImageArea } from './beam-view.ts';

/** An edge that moved less than this (share of the frame) has not moved: speckle at the border flickers. */
const TOLERANCE = 0.02;

/**
 * Keeps the image area still while the picture's edges only flicker. Every other size costs the model new memory, and a
 * crop that jumps makes its mask tremble.
 */
export class AreaKeeper {
  #kept: ImageArea | null = null;
  #key = '';

  /** The area to use for a frame in which `found` was found. `key`: another one means another picture. */
  keep(found: ImageArea, size: readonly [columns: number, rows: number], key: string): ImageArea {
    const kept = this.#kept;
    const reachU = TOLERANCE * size[0];
    const reachV = TOLERANCE * size[1];
    const isStill =
      kept !== null &&
      key === this.#key &&
      Math.abs(kept.u0 - found.u0) <= reachU &&
      Math.abs(kept.u1 - found.u1) <= reachU &&
      Math.abs(kept.v0 - found.v0) <= reachV &&
      Math.abs(kept.v1 - found.v1) <= reachV;
    if (isStill) return kept;
    this.#kept = found;
    this.#key = key;
    return found;
  }
}
