import { viewOf } from './bytes.ts';
import { crc64, writeCrc } from './crc64.ts';
import { CRC_AT, HEADER_BYTES, type MessageHeader, writeHeader } from './header.ts';
import type { MemoryPool } from './memory-pool.ts';
import { packExtendedHeader, packMetadata } from './metadata.ts';

/** One whole message as it came off the wire. */
export interface ReceivedMessage {
  readonly header: MessageHeader;
  /** View of the one body buffer of this message: nothing was copied, nothing else writes to it. */
  readonly content: Uint8Array;
  /** Version 2 only; empty otherwise. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Version 2 only; 0 otherwise. */
  readonly messageId: number;
  /** Monotonic time at which the last byte was read, ms. */
  readonly receivedMs: number;
  /**
   * Gives the body's memory back for the next message. At most once, when nothing reads `content` any more; without it
   * the memory is collected as usual.
   */
  release(): void;
}

export interface OutgoingMessage {
  /** At most 12 of A-Z, 0-9 and _. */
  readonly type: string;
  /** Longer than 20 bytes is cut. */
  readonly deviceName: string;
  readonly timestampBits: bigint;
  /** Parts of the content, concatenated when packed: a header and its pixels need not be joined first. */
  readonly content: readonly Uint8Array[];
  /** Sent with header version 2 only. */
  readonly metadata?: ReadonlyMap<string, string>;
  readonly messageId?: number;
}

const NO_METADATA: ReadonlyMap<string, string> = new Map();

/**
 * Header, body and CRC in one buffer of its own, so that a message is one write and the caller may reuse its memory.
 * Version 1 leaves out metadata and message id. With a `pool` the buffer is taken from it.
 * @throws {RangeError} when the type or the metadata cannot be sent.
 */
export function packMessage(message: OutgoingMessage, version: 1 | 2, pool?: MemoryPool): Buffer {
  const parts = version === 1 ? message.content : extendedBody(message);
  let bodySize = 0;
  for (const part of parts) bodySize += part.byteLength;
  const packed = pool?.take(HEADER_BYTES + bodySize) ?? Buffer.allocUnsafeSlow(HEADER_BYTES + bodySize);
  const view = viewOf(packed);
  writeHeader(packed, view, { ...message, version, bodySize });
  let at = HEADER_BYTES;
  for (const part of parts) {
    packed.set(part, at);
    at += part.byteLength;
  }
  writeCrc(crc64(packed.subarray(HEADER_BYTES)), view, CRC_AT);
  return packed;
}

function extendedBody(message: OutgoingMessage): readonly Uint8Array[] {
  const { index, data } = packMetadata(message.metadata ?? NO_METADATA);
  return [packExtendedHeader(index.length, data.length, message.messageId ?? 0), ...message.content, index, data];
}
