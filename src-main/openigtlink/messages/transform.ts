import { readFloats, viewOf, writeFloats } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/** TRANSFORM content: 12 float32, the columns of a 3x4 matrix, translation in mm last. */
export const TRANSFORM_BYTES = 48;
const COLUMN_FLOATS = 12;

/** 4x4, row-major, mm. @throws {MalformedMessage} unless the content is exactly 48 bytes. */
export function parseTransform(content: Uint8Array): Float32Array {
  if (content.byteLength !== TRANSFORM_BYTES) {
    throw new MalformedMessage('TRANSFORM', 'content', content.byteLength, `${TRANSFORM_BYTES} bytes`);
  }
  return readColumns(viewOf(content), 0);
}

/** @param matrix 4x4, row-major; its last row is not sent and taken as 0 0 0 1. */
export function buildTransform(matrix: Float32Array): Uint8Array {
  const content = new Uint8Array(TRANSFORM_BYTES);
  writeColumns(viewOf(content), 0, matrix);
  return content;
}

/** Reads the twelve floats of TRANSFORM, TDATA and IMAGE into a 4x4 row-major matrix, bit patterns kept. */
export function readColumns(view: DataView, offset: number): Float32Array {
  const columns = bitsOf(readFloats(view, offset, COLUMN_FLOATS));
  const matrix = new Float32Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  const rows = bitsOf(matrix);
  for (let at = 0; at < COLUMN_FLOATS; at++) rows[rowMajor(at)] = columns[at]!;
  return matrix;
}

export function writeColumns(view: DataView, offset: number, matrix: Float32Array): void {
  if (matrix.length !== 16 && matrix.length !== COLUMN_FLOATS) {
    throw new RangeError(`matrix of ${matrix.length} numbers: expected 16 (4x4, row-major)`);
  }
  const rows = bitsOf(matrix);
  const columns = new Float32Array(COLUMN_FLOATS);
  const bits = bitsOf(columns);
  for (let at = 0; at < COLUMN_FLOATS; at++) bits[at] = rows[rowMajor(at)]!;
  writeFloats(view, offset, columns);
}

const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);
/** Where element `at` of the column order lies in the row order. */
const rowMajor = (at: number) => (at % 3) * 4 + Math.floor(at / 3);
