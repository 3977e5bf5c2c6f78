import { bufferOf, concat, readFixedText, viewOf, writeFixedText } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/**
 * STATUS content: u16 code, i64 subcode, char[20] error name, text with a final NUL.
 * PlusServer's keep-alive leaves subcode and error name uninitialised: never decide anything by them.
 */
export interface StatusContent {
  /** See {@link STATUS_CODES}. */
  readonly code: number;
  readonly subcode: bigint;
  readonly errorName: string;
  readonly text: string;
}

export const STATUS_CODES = {
  invalid: 0,
  ok: 1,
  unknownError: 2,
  panic: 3,
  notFound: 4,
  accessDenied: 5,
  busy: 6,
  timeOut: 7,
  overflow: 8,
  checksumError: 9,
  configError: 10,
  resourceError: 11,
  illegalInstruction: 12,
  notReady: 13,
  manualMode: 14,
  disabled: 15,
  notPresent: 16,
  unknownVersion: 17,
  hardwareFailure: 18,
  shuttingDown: 19,
} as const;

const SUBCODE_AT = 2;
const ERROR_NAME_AT = 10;
const ERROR_NAME_BYTES = 20;
const TEXT_AT = 30;

/** @throws {MalformedMessage} under 30 bytes. A missing final NUL is tolerated. */
export function parseStatus(content: Uint8Array): StatusContent {
  if (content.byteLength < TEXT_AT) {
    throw new MalformedMessage('STATUS', 'content', content.byteLength, `>= ${TEXT_AT} bytes`);
  }
  const view = viewOf(content);
  return {
    code: view.getUint16(0),
    subcode: view.getBigInt64(SUBCODE_AT),
    errorName: readFixedText(content, ERROR_NAME_AT, ERROR_NAME_BYTES),
    text: readFixedText(content, TEXT_AT, content.byteLength - TEXT_AT),
  };
}

/** Ends the text with the NUL without which the reference library drops it. */
export function buildStatus(status: StatusContent): Uint8Array {
  const head = new Uint8Array(TEXT_AT);
  const view = viewOf(head);
  view.setUint16(0, status.code);
  view.setBigInt64(SUBCODE_AT, status.subcode);
  writeFixedText(head, ERROR_NAME_AT, ERROR_NAME_BYTES, status.errorName);
  return concat([head, bufferOf(Buffer.from(`${status.text}\0`, 'utf8'))]);
}
