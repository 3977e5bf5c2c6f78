import { type Saying, say } from '../../src-shared/index.ts';
import { readFixedText, writeFixedText } from './bytes.ts';

/** Message header, 58 bytes in every header version (openigtlink.md section 1). It has no checksum of its own. */
export interface MessageHeader {
  /** Header version: 1 for protocols 1 and 2, 2 for protocol 3. Nothing else exists on the wire. */
  readonly version: 1 | 2;
  readonly type: string;
  readonly deviceName: string;
  /** u32 seconds since 1970 UTC, then u32 fraction; 0 = not used. */
  readonly timestampBits: bigint;
  /** Everything after the header, bytes. */
  readonly bodySize: number;
  readonly crc: bigint;
}

export const HEADER_BYTES = 58;
export const TYPE_BYTES = 12;
export const DEVICE_NAME_BYTES = 20;

const TYPE_AT = 2;
const DEVICE_NAME_AT = 14;
const TIME_STAMP_AT = 34;
const BODY_SIZE_AT = 42;
export const CRC_AT = 50;
const NAME_PATTERN = /^[A-Z0-9_]+$/;

/**
 * Why 58 bytes cannot be a header, or null when they can: version 1 or 2, a type of capitals, digits and underscores,
 * a device name without control characters, both followed by zeros only. The body size is judged apart.
 */
export function implausible(bytes: Uint8Array, offset: number): Saying | null {
  const version = (bytes[offset]! << 8) | bytes[offset + 1]!;
  if (version !== 1 && version !== 2) return say('igtl.header-version', { version });
  if (!isTypeField(bytes, offset + TYPE_AT)) return say('igtl.header-type');
  if (!isNameField(bytes, offset + DEVICE_NAME_AT)) return say('igtl.header-name');
  return null;
}

function isTypeField(bytes: Uint8Array, start: number): boolean {
  const isTypeByte = (byte: number) =>
    (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;
  return isTypeByte(bytes[start]!) && isPadded(bytes, start, TYPE_BYTES, isTypeByte);
}

function isNameField(bytes: Uint8Array, start: number): boolean {
  return isPadded(bytes, start, DEVICE_NAME_BYTES, (byte) => byte >= 0x20 && byte !== 0x7f);
}

function isPadded(bytes: Uint8Array, start: number, length: number, allowed: (byte: number) => boolean): boolean {
  let at = start;
  const end = start + length;
  while (at < end && bytes[at] !== 0) if (!allowed(bytes[at++]!)) return false;
  while (at < end) if (bytes[at++] !== 0) return false;
  return true;
}

/** Body size as announced, exact up to 2^53 bytes and never smaller than announced above that. */
export function announcedBodySize(view: DataView, offset: number): number {
  return view.getUint32(offset + BODY_SIZE_AT) * 2 ** 32 + view.getUint32(offset + BODY_SIZE_AT + 4);
}

/** Reads a header that {@link implausible} has passed. */
export function readHeader(bytes: Uint8Array, view: DataView, offset: number): MessageHeader {
  return {
    version: view.getUint16(offset) === 2 ? 2 : 1,
    type: readFixedText(bytes, offset + TYPE_AT, TYPE_BYTES),
    deviceName: readFixedText(bytes, offset + DEVICE_NAME_AT, DEVICE_NAME_BYTES),
    timestampBits: view.getBigUint64(offset + TIME_STAMP_AT),
    bodySize: announcedBodySize(view, offset),
    crc: view.getBigUint64(offset + CRC_AT),
  };
}

/**
 * Writes all of a header but its CRC. Device names longer than 20 bytes are cut, as PlusServer does.
 * @throws {RangeError} when the type is none that could be received again.
 */
export function writeHeader(
  bytes: Uint8Array,
  view: DataView,
  header: Pick<MessageHeader, 'version' | 'type' | 'deviceName' | 'timestampBits' | 'bodySize'>,
): void {
  if (header.type.length > TYPE_BYTES || !NAME_PATTERN.test(header.type)) {
    throw new RangeError(`message type "${header.type}": expected 1 to ${TYPE_BYTES} of A-Z, 0-9 and _`);
  }
  view.setUint16(0, header.version);
  writeFixedText(bytes, TYPE_AT, TYPE_BYTES, header.type);
  writeFixedText(bytes, DEVICE_NAME_AT, DEVICE_NAME_BYTES, header.deviceName);
  view.setBigUint64(TIME_STAMP_AT, BigInt.asUintN(64, header.timestampBits));
  view.setBigUint64(BODY_SIZE_AT, BigInt(header.bodySize));
}
