import { readImageHeader } from '../../openigtlink/index.ts';

/** 3 x 4, row-major: (column, row, slice, 1) in pixels -> mm. */
export type Affine = Float64Array;

const COORDINATE_AT = 5;
const LPS = 2;
/** Shorter axes, and axes more parallel than this, span no picture. */
const MIN_AXIS_MM = 1e-6;
const MIN_SINE = 1e-3;

/** `as the header says`: receivers ignore the byte, but whoever writes it means it (openigtlink.md section 0). */
export const coordinatesOf = (header: Uint8Array): 'RAS' | 'LPS' => (header[COORDINATE_AT] === LPS ? 'LPS' : 'RAS');

/**
 * What the 12 IMAGE floats say, in the header's own coordinates: three axis vectors, then the position of the picture's
 * CENTRE; pixel (0, 0) lies half the picture before it (openigtlink.md section 2).
 */
export function affineOfImage(header: Uint8Array): Affine {
  const { matrix, size } = readImageHeader(header);
  const at = (index: number): number => matrix[index] as number;
  const affine = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    const [i, j, k] = [at(row), at(3 + row), at(6 + row)];
    affine[row * 4] = i;
    affine[row * 4 + 1] = j;
    affine[row * 4 + 2] = k;
    affine[row * 4 + 3] = at(9 + row) - (i * (size[0] - 1)) / 2 - (j * (size[1] - 1)) / 2 - (k * (size[2] - 1)) / 2;
  }
  return affine;
}

/** `pose` (4 x 4, row-major) x `affine`. */
export function posed(pose: Float32Array, affine: Affine): Affine {
  const product = new Float64Array(12);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = column === 3 ? (pose[row * 4 + 3] as number) : 0;
      for (let k = 0; k < 3; k++) {
        sum += (pose[row * 4 + k] as number) * (affine[k * 4 + column] as number);
      }
      product[row * 4 + column] = sum;
    }
  }
  return product;
}

/** Pixels of so many mm, the first in the origin. */
export function affineOfSpacing([x, y]: readonly [x: number, y: number]): Affine {
  return Float64Array.of(x, 0, 0, 0, 0, y, 0, 0, 0, 0, 1, 0);
}

/** The first three rows of a 4 x 4. */
export const affineOfPose = (pose: Float32Array): Affine => Float64Array.from(pose.subarray(0, 12));

/** LPS numbers as RAS, and back: x and y change sign. */
export function turnedLpsRas(affine: Affine): Affine {
  return affine.map((value, index) => (index < 8 ? -value : value));
}

/** Lengths of the first two columns: mm per pixel. */
export function pixelSize(affine: Affine): readonly [x: number, y: number] {
  const length = (column: number): number =>
    Math.hypot(affine[column] as number, affine[4 + column] as number, affine[8 + column] as number);
  return [length(0), length(1)];
}

/** Finite, and its first two axes span a plane. */
export function spansPlane(affine: Affine): boolean {
  if (!affine.every(Number.isFinite)) {
    return false;
  }
  const [x, y] = pixelSize(affine);
  const at = (index: number): number => affine[index] as number;
  const cross = Math.hypot(at(4) * at(9) - at(8) * at(5), at(8) * at(1) - at(0) * at(9), at(0) * at(5) - at(4) * at(1));
  return x > MIN_AXIS_MM && y > MIN_AXIS_MM && cross > MIN_SINE * x * y;
}

/** A rigid or scaling 4 x 4: finite, last row 0 0 0 1, axes that span space. */
export function isPose(matrix: Float32Array): boolean {
  const isLastRow = matrix[12] === 0 && matrix[13] === 0 && matrix[14] === 0 && matrix[15] === 1;
  return matrix.length === 16 && isLastRow && spansPlane(affineOfPose(matrix));
}

/** How far the corners of a picture of `size` lie apart under `a` and `b` at most, mm. */
export function largestShift(a: Affine, b: Affine, [columns, rows]: readonly [number, number]): number {
  let most = 0;
  for (const column of [0, columns - 1]) {
    for (const row of [0, rows - 1]) {
      let square = 0;
      for (let axis = 0; axis < 12; axis += 4) {
        const difference = (index: number): number => (a[axis + index] as number) - (b[axis + index] as number);
        square += (difference(0) * column + difference(1) * row + difference(3)) ** 2;
      }
      most = Math.max(most, square);
    }
  }
  return Math.sqrt(most);
}
