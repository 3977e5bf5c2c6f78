import { readFloats, viewOf, writeFloats } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

type Triple = readonly [number, number, number];

/** IMAGE content: 72 header bytes, then pixels (openigtlink.md section 2). */
export interface ImageContent {
  /** Full image, pixels along i, j, k. */
  readonly size: readonly [columns: number, rows: number, slices: number];
  readonly scalarType: ScalarType;
  readonly components: number;
  /** Byte order of the pixels; the header is big-endian always. */
  readonly endian: PixelEndian;
  readonly coordinate: Coordinate;
  /** i, j and k axis vectors (unit direction times mm per pixel), then the position of the image centre, mm. */
  readonly matrix: Float32Array;
  readonly subOffset: Triple;
  /** What the pixels cover; less than `size` is an update of a part of an earlier image. */
  readonly subSize: Triple;
  /** The 72 header bytes as received: geometry is passed on by copying them, never by recomputing. */
  readonly header: Uint8Array;
  /** View into the message's buffer: i fastest, then j, then k, components interleaved. */
  readonly pixels: Uint8Array;
}

/** 2 i8, 3 u8, 4 i16, 5 u16, 6 i32, 7 u32, 10 f32, 11 f64. */
export type ScalarType = 2 | 3 | 4 | 5 | 6 | 7 | 10 | 11;
/** 1 big, 2 little. */
export type PixelEndian = 1 | 2;
/** 1 RAS, 2 LPS. Receivers ignore it and take the numbers as RAS (openigtlink.md section 0). */
export type Coordinate = 1 | 2;

export const IMAGE_HEADER_BYTES = 72;

const IMAGE_HEADER_VERSION = 1;
const COMPONENTS_AT = 2;
const SCALAR_TYPE_AT = 3;
const ENDIAN_AT = 4;
const COORDINATE_AT = 5;
const SIZE_AT = 6;
const MATRIX_AT = 12;
const SUB_OFFSET_AT = 60;
const SUB_SIZE_AT = 66;
const MATRIX_FLOATS = 12;

const SCALAR_BYTES: ReadonlyMap<number, number> = new Map([
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [6, 4],
  [7, 4],
  [10, 4],
  [11, 8],
]);

/** Bytes of one component of one pixel; 0 for an undefined scalar type. */
export function scalarBytes(scalarType: number): number {
  return SCALAR_BYTES.get(scalarType) ?? 0;
}

/** @throws {MalformedMessage} naming the field, its value and the limit. Allocates nothing by the sizes it reads. */
export function parseImage(content: Uint8Array): ImageContent {
  if (content.byteLength < IMAGE_HEADER_BYTES) {
    throw new MalformedMessage('IMAGE', 'content', content.byteLength, `>= ${IMAGE_HEADER_BYTES} bytes`);
  }
  const view = viewOf(content);
  const version = view.getUint16(0);
  if (version !== IMAGE_HEADER_VERSION) throw new MalformedMessage('IMAGE', 'image header version', version, 1);
  const image = {
    size: tripleAt(view, SIZE_AT),
    scalarType: scalarTypeOf(content[SCALAR_TYPE_AT]!),
    components: content[COMPONENTS_AT]!,
    endian: oneOrTwo('pixel endian', content[ENDIAN_AT]!),
    coordinate: oneOrTwo('coordinate', content[COORDINATE_AT]!),
    matrix: readFloats(view, MATRIX_AT, MATRIX_FLOATS),
    subOffset: tripleAt(view, SUB_OFFSET_AT),
    subSize: tripleAt(view, SUB_SIZE_AT),
    header: content.subarray(0, IMAGE_HEADER_BYTES),
    pixels: content.subarray(IMAGE_HEADER_BYTES),
  };
  if (image.components === 0) throw new MalformedMessage('IMAGE', 'components', 0, '>= 1');
  checkExtent(image);
  return image;
}

function scalarTypeOf(code: number): ScalarType {
  if (!SCALAR_BYTES.has(code)) throw new MalformedMessage('IMAGE', 'scalar type', code, 'one of 2-7, 10, 11');
  return code as ScalarType;
}

function oneOrTwo(field: string, value: number): 1 | 2 {
  if (value !== 1 && value !== 2) throw new MalformedMessage('IMAGE', field, value, '1 or 2');
  return value;
}

function checkExtent(image: ImageContent): void {
  for (const axis of [0, 1, 2] as const) {
    const end = image.subOffset[axis] + image.subSize[axis];
    if (end > image.size[axis]) {
      throw new MalformedMessage('IMAGE', `sub-volume end along ${'ijk'[axis]}`, end, `<= ${image.size[axis]}`);
    }
  }
  const [columns, rows, slices] = image.subSize;
  // At most 65535^3 x 255 x 8 > 2^53: the product may round, but never down to what a body can hold.
  const expected = columns * rows * slices * image.components * scalarBytes(image.scalarType);
  if (image.pixels.byteLength !== expected) {
    throw new MalformedMessage('IMAGE', 'pixels', image.pixels.byteLength, expected);
  }
}

export interface ImageHeaderFields {
  readonly size: readonly [columns: number, rows: number, slices: number];
  readonly scalarType: number;
  readonly matrix: Float32Array;
  /** Default 1. */
  readonly components?: number;
  /** Default little, what every common host has in memory. */
  readonly endian?: PixelEndian;
  /** Default RAS. */
  readonly coordinate?: Coordinate;
  /** Default 0, 0, 0. */
  readonly subOffset?: Triple;
  /** Default: the whole image. */
  readonly subSize?: Triple;
}

/** The 72 bytes in front of the pixels. @throws {RangeError} when a number does not fit its field. */
export function buildImageHeader(fields: ImageHeaderFields): Uint8Array {
  const { size, scalarType, matrix, components = 1, endian = 2, coordinate = 1 } = fields;
  if (matrix.length !== MATRIX_FLOATS) throw new RangeError(`IMAGE matrix of ${matrix.length}: expected 12 numbers`);
  if (!(components >= 1 && components <= 255))
    throw new RangeError(`IMAGE components ${components}: expected 1 to 255`);
  if (!SCALAR_BYTES.has(scalarType)) throw new RangeError(`IMAGE scalar type ${scalarType}: expected 2-7, 10 or 11`);
  const header = new Uint8Array(IMAGE_HEADER_BYTES);
  const view = viewOf(header);
  view.setUint16(0, IMAGE_HEADER_VERSION);
  header[COMPONENTS_AT] = components;
  header[SCALAR_TYPE_AT] = scalarType;
  header[ENDIAN_AT] = endian;
  header[COORDINATE_AT] = coordinate;
  setTriple(view, SIZE_AT, size);
  writeFloats(view, MATRIX_AT, matrix);
  setTriple(view, SUB_OFFSET_AT, fields.subOffset ?? [0, 0, 0]);
  setTriple(view, SUB_SIZE_AT, fields.subSize ?? size);
  return header;
}

/** Header and pixels in one piece; for sending, pass header and pixels as two parts instead. */
export function buildImage(image: ImageHeaderFields & { readonly pixels: Uint8Array }): Uint8Array {
  const content = new Uint8Array(IMAGE_HEADER_BYTES + image.pixels.byteLength);
  content.set(buildImageHeader(image));
  content.set(image.pixels, IMAGE_HEADER_BYTES);
  return content;
}

/** Byte order and geometry of an IMAGE's 72 header bytes, for those who keep these without the pixels. */
export function readImageHeader(header: Uint8Array): Pick<ImageContent, 'endian' | 'matrix' | 'size'> {
  const view = viewOf(header);
  return {
    endian: header[ENDIAN_AT] === 1 ? 1 : 2,
    matrix: readFloats(view, MATRIX_AT, MATRIX_FLOATS),
    size: tripleAt(view, SIZE_AT),
  };
}

/** Length of each axis vector: mm per pixel along i, j, k. */
export function spacingOf(image: Pick<ImageContent, 'matrix'>): [i: number, j: number, k: number] {
  const length = (axis: number) =>
    Math.hypot(image.matrix[3 * axis]!, image.matrix[3 * axis + 1]!, image.matrix[3 * axis + 2]!);
  return [length(0), length(1), length(2)];
}

/** Position of voxel (0, 0, 0) in mm: the centre less half the extent between first and last voxel along each axis. */
export function originOf(image: Pick<ImageContent, 'matrix' | 'size'>): [x: number, y: number, z: number] {
  const at = (row: number) => {
    let position = image.matrix[9 + row]!;
    for (let axis = 0; axis < 3; axis++) position -= (image.matrix[3 * axis + row]! * (image.size[axis]! - 1)) / 2;
    return position;
  };
  return [at(0), at(1), at(2)];
}

/** True when the pixels cover the whole image rather than update a part of it. */
export function isWholeImage(image: Pick<ImageContent, 'size' | 'subSize'>): boolean {
  return image.subSize.every((length, axis) => length === image.size[axis]);
}

function tripleAt(view: DataView, offset: number): [number, number, number] {
  return [view.getUint16(offset), view.getUint16(offset + 2), view.getUint16(offset + 4)];
}

function setTriple(view: DataView, offset: number, values: Triple): void {
  values.forEach((value, i) => {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new RangeError(`IMAGE size or offset ${value}: expected 0 to 65535`);
    }
    view.setUint16(offset + 2 * i, value);
  });
}
