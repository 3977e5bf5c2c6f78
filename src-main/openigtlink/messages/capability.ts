import { readFixedText, writeFixedText } from '../bytes.ts';
import { buildRecords, parseRecords } from './records.ts';

const TYPE_BYTES = 12;

/** CAPABILITY: message types, 12 bytes each. @throws {MalformedMessage} unless the content is a multiple of 12 bytes. */
export function parseCapability(content: Uint8Array): readonly string[] {
  return parseRecords('CAPABILITY', content, TYPE_BYTES, (bytes) => readFixedText(bytes, 0, TYPE_BYTES));
}

export function buildCapability(types: readonly string[]): Uint8Array {
  return buildRecords(types, TYPE_BYTES, (type, bytes) => writeFixedText(bytes, 0, TYPE_BYTES, type));
}
