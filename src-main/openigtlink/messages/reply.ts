import { MalformedMessage } from '../errors.ts';

/** RTS_x: answer to STT_x and STP_x, one byte: 0 ok, 1 error. @throws {MalformedMessage} on an empty content. */
export function parseReply(content: Uint8Array, type = 'RTS'): number {
  const status = content[0];
  if (status === undefined) throw new MalformedMessage(type, 'content', 0, '>= 1 byte');
  return status;
}

export function buildReply(status: 0 | 1): Uint8Array {
  return Uint8Array.of(status);
}
