import type { FramePose, ScalarTypeName } from '../../src-shared/index.ts';
import { buildImageHeader, type ScalarType } from '../openigtlink/index.ts';
import type { Clip, ClipFormat, ClipFrame } from './clip.ts';

/** OpenIGTLink scalar codes (openigtlink.md section 2, IMAGE). */
export const SCALAR_CODES: Readonly<Record<ScalarTypeName, ScalarType>> = {
  int8: 2,
  uint8: 3,
  int16: 4,
  uint16: 5,
  int32: 6,
  uint32: 7,
  float32: 10,
  float64: 11,
};

export const SCALAR_NAMES: ReadonlyMap<number, ScalarTypeName> = new Map(
  Object.entries(SCALAR_CODES).map(([name, code]) => [code, name as ScalarTypeName]),
);

/** The 72 IMAGE header bytes of a clip's frame: as recorded, else as PlusServer would send them (little-endian pixels, RAS). */
export function imageHeaderOf(clip: Clip, frame: ClipFrame): Uint8Array {
  const format = frame.format ?? clip;
  const built = buildImageHeader({
    components: format.components,
    scalarType: SCALAR_CODES[format.scalarType],
    size: [format.size[0], format.size[1], 1],
    matrix: imageMatrix(format, frame),
  });
  const recorded = frame.imageHeader ?? null;
  return recorded !== null && isOfSamePicture(recorded, built) ? recorded : built;
}

/** Version, components, type, byte order and size; a file may say anything. */
function isOfSamePicture(recorded: Uint8Array, built: Uint8Array): boolean {
  return built.every((byte, at) => GEOMETRY_BYTES.has(at) || recorded[at] === byte);
}

/** Coordinate system, and the 12 floats. */
const GEOMETRY_BYTES: ReadonlySet<number> = new Set([5, ...Array.from({ length: 48 }, (_, i) => 12 + i)]);

/**
 * IMAGE's 12 floats: the three axis vectors and the position of the picture's CENTRE, mm (openigtlink.md section 2).
 * Without a calibrated geometry the voxel (0,0,0) lies at the origin.
 */
function imageMatrix(clip: ClipFormat, frame: ClipFrame): Float32Array {
  const m = frame.imageToReference ?? diagonal(clip.spacing ?? [1, 1, 1]);
  const [x, y] = [(clip.size[0] - 1) / 2, (clip.size[1] - 1) / 2];
  const at = (row: number, column: number): number => m[row * 4 + column] as number;
  const matrix = new Float32Array(12);
  for (let row = 0; row < 3; row++) {
    matrix[row] = at(row, 0);
    matrix[3 + row] = at(row, 1);
    matrix[6 + row] = at(row, 2);
    matrix[9 + row] = at(row, 0) * x + at(row, 1) * y + at(row, 3);
  }
  return matrix;
}

function diagonal([x, y, z]: readonly [number, number, number]): Float32Array {
  return Float32Array.of(x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, 0, 0, 0, 1);
}

/** The pose of a clip's frame: the transform of the wanted name, else the first valid one. */
export function poseOf(frame: ClipFrame, wanted: string): FramePose | null {
  const found = frame.transforms.find((t) => t.ok && (wanted === '' || t.name === wanted));
  return found === undefined ? null : { name: found.name, matrix: found.matrix, skewMs: 0 };
}
