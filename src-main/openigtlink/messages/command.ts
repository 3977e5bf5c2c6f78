import { concat, readFixedText, viewOf, writeFixedText } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';
import { decodeText, encodeText, encodingFor } from './text.ts';

/** COMMAND and RTS_COMMAND, 138 bytes and the text (XML in Plus); header version 2 only. */
export interface CommandContent {
  readonly commandId: number;
  /** In RTS_COMMAND the command's name or an error text. */
  readonly name: string;
  readonly text: string;
  /** IANA MIBenum; default US-ASCII when the text is, else UTF-8. */
  readonly encoding?: number;
}

const HEAD_BYTES = 138;
const NAME_AT = 4;
const NAME_BYTES = 128;
const ENCODING_AT = 132;
const LENGTH_AT = 134;

/** @throws {MalformedMessage} when the announced length is not what the content holds. */
export function parseCommand(content: Uint8Array, type = 'COMMAND'): Required<CommandContent> {
  if (content.byteLength < HEAD_BYTES) {
    throw new MalformedMessage(type, 'content', content.byteLength, `>= ${HEAD_BYTES} bytes`);
  }
  const view = viewOf(content);
  const length = view.getUint32(LENGTH_AT);
  const room = content.byteLength - HEAD_BYTES;
  if (length > room) throw new MalformedMessage(type, 'length', length, `<= ${room} bytes, what the content holds`);
  const encoding = view.getUint16(ENCODING_AT);
  return {
    commandId: view.getUint32(0),
    name: readFixedText(content, NAME_AT, NAME_BYTES),
    encoding,
    text: decodeText(content.subarray(HEAD_BYTES, HEAD_BYTES + length), encoding),
  };
}

export function buildCommand(command: CommandContent): Uint8Array {
  const encoding = command.encoding ?? encodingFor(command.text);
  const text = encodeText(command.text, encoding);
  const head = new Uint8Array(HEAD_BYTES);
  const view = viewOf(head);
  view.setUint32(0, command.commandId);
  writeFixedText(head, NAME_AT, NAME_BYTES, command.name);
  view.setUint16(ENCODING_AT, encoding);
  view.setUint32(LENGTH_AT, text.byteLength);
  return concat([head, text]);
}
