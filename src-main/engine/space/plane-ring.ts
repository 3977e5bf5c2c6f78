import type { SpacePlane } from '../../../src-shared/index.ts';
import type { Affine } from './affine.ts';

interface KnownPlane {
  readonly tsBits: bigint;
  readonly size: readonly [columns: number, rows: number];
  readonly affine: Affine;
}

/** Where the last pictures lay, so that a console puts the picture it shows where that very picture was taken. */
export class PlaneRing {
  readonly #planes: KnownPlane[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(plane: KnownPlane): void {
    this.#planes.push(plane);
    if (this.#planes.length > this.#limit) {
      this.#planes.shift();
    }
  }

  /** Of the picture with these time-stamp bits, else the newest; null when there is none. */
  find(tsBits: bigint | null): SpacePlane | null {
    const plane = this.#planes.findLast((known) => known.tsBits === tsBits) ?? this.#planes.at(-1);
    return plane === undefined
      ? null
      : {
          tsBits: plane.tsBits.toString(16).padStart(16, '0'),
          size: plane.size,
          imageToReference: [...plane.affine],
        };
  }

  clear(): void {
    this.#planes.length = 0;
  }
}
