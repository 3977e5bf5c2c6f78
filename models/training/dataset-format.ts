/** What the training scripts read. One file per array; the format is described in README.md beside this file. */

/** Boxes kept per picture; unused ones are NaN. */
export const MAX_BOXES = 8;

/** Raised when the same recipe gives other pictures or labels, so that older datasets are rendered again. dataset.py reads it. */
export const DATASET_EDITION = 3;

export interface DatasetRecipe {
  /** Seed of the first picture; picture i has seed + i. */
  readonly seed: number;
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly mmPerPixel: number | 'stretch';
  readonly boneFree: number;
  /** Share of pictures that are a frame of the demo's sweeps (PhantomScene) instead of a varied phantom. */
  readonly sweeps: number;
}

/** Arrays over all pictures, in shared memory. */
export interface DatasetArrays {
  /** count x rows x columns. */
  readonly pictures: Uint8Array<SharedArrayBuffer>;
  /** count x rows x columns: 0 not bone, 1 bone, 2 bone that cannot be seen (to be left out of a loss). */
  readonly labels: Uint8Array<SharedArrayBuffer>;
  /** count x columns: row of the surface, NaN: none. */
  readonly surfaces: Float32Array<SharedArrayBuffer>;
  /** count x MAX_BOXES x [left, top, right, bottom], pixels, right and bottom not included; NaN: none. */
  readonly boxes: Float32Array<SharedArrayBuffer>;
  /** count x [x, y], mm per pixel. */
  readonly spacings: Float32Array<SharedArrayBuffer>;
}

/** What one thread renders: pictures first to end, end not included. */
export interface DatasetShare extends DatasetArrays {
  readonly recipe: DatasetRecipe;
  readonly first: number;
  readonly end: number;
}

export function newArrays({ count, columns, rows }: DatasetRecipe): DatasetArrays {
  const bytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length));
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length)).fill(Number.NaN);
  return {
    pictures: bytes(count * rows * columns),
    labels: bytes(count * rows * columns),
    surfaces: floats(count * columns),
    boxes: floats(count * MAX_BOXES * 4),
    spacings: floats(count * 2),
  };
}
