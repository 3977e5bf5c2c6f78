import { bufferOf, concat, viewOf } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/** STRING content: u16 IANA MIBenum, u16 length, bytes. CLIENTINFO has the same shape. */
export interface StringContent {
  /** 3 US-ASCII, 4 Latin-1, 106 UTF-8; others are read as UTF-8. */
  readonly encoding: number;
  readonly text: string;
}

export const ENCODING_US_ASCII = 3;
export const ENCODING_LATIN_1 = 4;
export const ENCODING_UTF_8 = 106;

const HEAD_BYTES = 4;
const MAX_TEXT_BYTES = 0xffff;
const NOT_ASCII = /[^\0-\x7f]/;

/** @throws {MalformedMessage} when the announced length is not what the content holds. */
export function parseString(content: Uint8Array, type = 'STRING'): StringContent {
  if (content.byteLength < HEAD_BYTES) {
    throw new MalformedMessage(type, 'content', content.byteLength, `>= ${HEAD_BYTES} bytes`);
  }
  const view = viewOf(content);
  const length = view.getUint16(2);
  const room = content.byteLength - HEAD_BYTES;
  if (length > room) throw new MalformedMessage(type, 'length', length, `<= ${room} bytes, what the content holds`);
  const encoding = view.getUint16(0);
  return { encoding, text: decodeText(content.subarray(HEAD_BYTES, HEAD_BYTES + length), encoding) };
}

/** @throws {RangeError} over 65,535 bytes. Without `encoding`: US-ASCII when the text is, else UTF-8. */
export function buildString(string: { readonly text: string; readonly encoding?: number }): Uint8Array {
  const encoding = string.encoding ?? encodingFor(string.text);
  const bytes = encodeText(string.text, encoding);
  if (bytes.byteLength > MAX_TEXT_BYTES) {
    throw new RangeError(`text of ${bytes.byteLength} bytes: expected <= ${MAX_TEXT_BYTES}`);
  }
  const head = new Uint8Array(HEAD_BYTES);
  viewOf(head).setUint16(0, encoding);
  viewOf(head).setUint16(2, bytes.byteLength);
  return concat([head, bytes]);
}

export function encodingFor(text: string): number {
  return NOT_ASCII.test(text) ? ENCODING_UTF_8 : ENCODING_US_ASCII;
}

export function decodeText(bytes: Uint8Array, encoding: number): string {
  return bufferOf(bytes).toString(encoding === ENCODING_LATIN_1 ? 'latin1' : 'utf8');
}

export function encodeText(text: string, encoding: number): Uint8Array {
  return Buffer.from(text, encoding === ENCODING_LATIN_1 ? 'latin1' : 'utf8');
}
