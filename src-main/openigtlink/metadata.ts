import { bufferOf, viewOf } from './bytes.ts';
import { MalformedMessage } from './errors.ts';

/**
 * The version-2 body: extended header (12) | content | metadata index | metadata data (openigtlink.md section 1.3).
 * Index: u16 count, then per entry u16 key length, u16 encoding, u32 value length. Data: key0 value0 key1 value1 …
 */
export interface ExtendedBody {
  readonly content: Uint8Array;
  readonly metadata: ReadonlyMap<string, string>;
  readonly messageId: number;
}

export const EXTENDED_HEADER_BYTES = 12;
const COUNT_BYTES = 2;
const INDEX_ENTRY_BYTES = 8;
/** IANA MIBenum numbers of the encodings that we write. */
const US_ASCII = 3;
const UTF_8 = 106;
/** Far more than any sender has, and half of what the index's u16 size allows: each entry costs two strings. */
const MAX_ENTRIES = 4096;
/** Keys are names of fields; the longest known are about 40 bytes. They travel into maps and messages to the operator. */
const MAX_KEY_BYTES = 256;
/** No sender on the reference library can write more: see MAX_DATA_BYTES. */
const MAX_VALUE_BYTES = 64 * 1024;
/** Library 3.1 keeps this size in 16 bits while parsing and rejects a message with more. */
const MAX_DATA_BYTES = 0xffff;
const NO_METADATA: ReadonlyMap<string, string> = new Map();
const NOT_ASCII = /[^\0-\x7f]/;

/**
 * Splits a version-2 body. An empty body is tolerated (old senders' version-2 queries) and has empty content.
 * @throws {MalformedMessage} when a size reaches outside what contains it, or metadata is beyond its limits.
 */
export function splitExtendedBody(type: string, body: Uint8Array): ExtendedBody {
  if (body.byteLength === 0) return { content: body, metadata: NO_METADATA, messageId: 0 };
  if (body.byteLength < EXTENDED_HEADER_BYTES) {
    throw new MalformedMessage(type, 'version-2 body', body.byteLength, `>= ${EXTENDED_HEADER_BYTES} bytes`);
  }
  const view = viewOf(body);
  const extendedBytes = view.getUint16(0);
  const indexBytes = view.getUint16(2);
  const dataBytes = view.getUint32(4);
  if (extendedBytes < EXTENDED_HEADER_BYTES) {
    throw new MalformedMessage(type, 'extended header', extendedBytes, `>= ${EXTENDED_HEADER_BYTES} bytes`);
  }
  const contentEnd = body.byteLength - indexBytes - dataBytes;
  if (contentEnd < extendedBytes) {
    const room = Math.max(0, body.byteLength - extendedBytes);
    throw new MalformedMessage(type, 'metadata', indexBytes + dataBytes, `<= ${room} bytes, what the body leaves`);
  }
  return {
    content: body.subarray(extendedBytes, contentEnd),
    metadata: readEntries(type, body.subarray(contentEnd), indexBytes),
    messageId: view.getUint32(8),
  };
}

function readEntries(type: string, bytes: Uint8Array, indexBytes: number): ReadonlyMap<string, string> {
  if (indexBytes < COUNT_BYTES) return NO_METADATA;
  const view = viewOf(bytes);
  const count = view.getUint16(0);
  const limit = Math.floor((indexBytes - COUNT_BYTES) / INDEX_ENTRY_BYTES);
  if (count > limit) throw new MalformedMessage(type, 'metadata entries', count, `<= ${limit}, what the index holds`);
  if (count > MAX_ENTRIES) throw new MalformedMessage(type, 'metadata entries', count, `<= ${MAX_ENTRIES}`);
  const text = bufferOf(bytes);
  const entries = new Map<string, string>();
  let at = indexBytes;
  for (let i = 0; i < count; i++) {
    const entry = COUNT_BYTES + i * INDEX_ENTRY_BYTES;
    const [keyBytes, valueBytes] = [view.getUint16(entry), view.getUint32(entry + 4)];
    const valueAt = at + keyBytes;
    const end = valueAt + valueBytes;
    if (end > bytes.byteLength) {
      throw new MalformedMessage(type, `metadata entry ${i + 1}`, end - at, `<= ${bytes.byteLength - at} bytes left`);
    }
    if (keyBytes > MAX_KEY_BYTES) {
      throw new MalformedMessage(type, `metadata key ${i + 1}`, keyBytes, `<= ${MAX_KEY_BYTES} bytes`);
    }
    if (valueBytes > MAX_VALUE_BYTES) {
      throw new MalformedMessage(type, `metadata value ${i + 1}`, valueBytes, `<= ${MAX_VALUE_BYTES} bytes`);
    }
    entries.set(text.toString('utf8', at, valueAt), text.toString('utf8', valueAt, end));
    at = end;
  }
  return entries;
}

/** Index and data of `metadata`, in the map's order. Empty metadata still has its count: 2 bytes.
 * @throws {RangeError} when there is more than receivers take. */
export function packMetadata(metadata: ReadonlyMap<string, string>): { readonly index: Buffer; readonly data: Buffer } {
  if (metadata.size > MAX_ENTRIES)
    throw new RangeError(`metadata entries ${metadata.size}: expected <= ${MAX_ENTRIES}`);
  const index = Buffer.alloc(COUNT_BYTES + metadata.size * INDEX_ENTRY_BYTES);
  const parts: Buffer[] = [];
  let at = index.writeUInt16BE(metadata.size, 0);
  for (const [key, value] of metadata) {
    const keyBytes = Buffer.from(key, 'utf8');
    const valueBytes = Buffer.from(value, 'utf8');
    if (keyBytes.length > MAX_KEY_BYTES) {
      throw new RangeError(`metadata key of ${keyBytes.length} bytes: expected <= ${MAX_KEY_BYTES}`);
    }
    at = index.writeUInt16BE(keyBytes.length, at);
    at = index.writeUInt16BE(NOT_ASCII.test(value) ? UTF_8 : US_ASCII, at);
    at = index.writeUInt32BE(valueBytes.length, at);
    parts.push(keyBytes, valueBytes);
  }
  const data = Buffer.concat(parts);
  if (data.length > MAX_DATA_BYTES)
    throw new RangeError(`metadata of ${data.length} bytes: expected <= ${MAX_DATA_BYTES}`);
  return { index, data };
}

/**
 * The entries of `metadata` that {@link packMetadata} takes, first come first kept; for metadata that others wrote, such
 * as a recording's fields.
 */
export function packableMetadata(metadata: ReadonlyMap<string, string>): Map<string, string> {
  const kept = new Map<string, string>();
  let dataBytes = 0;
  for (const [key, value] of metadata) {
    const keyBytes = Buffer.byteLength(key, 'utf8');
    const entryBytes = keyBytes + Buffer.byteLength(value, 'utf8');
    if (kept.size < MAX_ENTRIES && keyBytes <= MAX_KEY_BYTES && dataBytes + entryBytes <= MAX_DATA_BYTES) {
      kept.set(key, value);
      dataBytes += entryBytes;
    }
  }
  return kept;
}

/** The 12 bytes in front of a version-2 content. */
export function packExtendedHeader(indexBytes: number, dataBytes: number, messageId: number): Buffer {
  const header = Buffer.alloc(EXTENDED_HEADER_BYTES);
  header.writeUInt16BE(EXTENDED_HEADER_BYTES, 0);
  header.writeUInt16BE(indexBytes, 2);
  header.writeUInt32BE(dataBytes, 4);
  header.writeUInt32BE(messageId >>> 0, 8);
  return header;
}
