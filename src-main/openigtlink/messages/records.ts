import { viewOf } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/** Contents that are a plain array of records of one size: TDATA, QTDATA, POINT, LBMETA, IMGMETA, CAPABILITY. */
export function parseRecords<T>(
  type: string,
  content: Uint8Array,
  recordBytes: number,
  parse: (bytes: Uint8Array, view: DataView) => T,
): readonly T[] {
  if (content.byteLength % recordBytes !== 0) {
    throw new MalformedMessage(type, 'content', content.byteLength, `a multiple of ${recordBytes} bytes`);
  }
  return Array.from({ length: content.byteLength / recordBytes }, (_, i) => {
    const record = content.subarray(i * recordBytes, (i + 1) * recordBytes);
    return parse(record, viewOf(record));
  });
}

/** Reserved bytes, which the reference library often leaves uninitialised, are written 0. */
export function buildRecords<T>(
  records: readonly T[],
  recordBytes: number,
  write: (record: T, bytes: Uint8Array, view: DataView) => void,
): Uint8Array {
  const content = new Uint8Array(records.length * recordBytes);
  records.forEach((record, i) => {
    const bytes = content.subarray(i * recordBytes, (i + 1) * recordBytes);
    write(record, bytes, viewOf(bytes));
  });
  return content;
}
