import { concat, readFixedText, viewOf, writeFixedText } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/** One of BIND's children: content only, children have no headers. */
export interface BoundMessage {
  readonly type: string;
  readonly name: string;
  readonly content: Uint8Array;
}

const COUNT_BYTES = 2;
const TYPE_BYTES = 12;
const ENTRY_BYTES = 20;
const TABLE_SIZE_BYTES = 2;

/**
 * BIND: u16 count, count x (char[12] type, u64 content size), u16 name table size, names NUL-terminated with the table
 * padded to even, contents one after another, each padded to even.
 * @throws {MalformedMessage} when a size reaches outside the content.
 */
export function parseBind(content: Uint8Array): readonly BoundMessage[] {
  const need = (field: string, bytes: number) => {
    if (bytes > content.byteLength) throw new MalformedMessage('BIND', field, bytes, `<= ${content.byteLength} bytes`);
  };
  need('content', COUNT_BYTES);
  const view = viewOf(content);
  const count = view.getUint16(0);
  const tableAt = COUNT_BYTES + count * ENTRY_BYTES;
  need('children end', tableAt + TABLE_SIZE_BYTES);
  const namesAt = tableAt + TABLE_SIZE_BYTES;
  let at = namesAt + view.getUint16(tableAt);
  need('name table end', at);
  const names = Buffer.from(content.subarray(namesAt, at)).toString('utf8').split('\0');
  return Array.from({ length: count }, (_, i) => {
    const entry = COUNT_BYTES + i * ENTRY_BYTES;
    const size = Number(view.getBigUint64(entry + TYPE_BYTES));
    need(`child ${i + 1} end`, at + size);
    const child = content.subarray(at, at + size);
    at += size + (size % 2);
    return { type: readFixedText(content, entry, TYPE_BYTES), name: names[i] ?? '', content: child };
  });
}

export function buildBind(children: readonly BoundMessage[]): Uint8Array {
  const names = evenly(Buffer.from(children.map((child) => `${child.name}\0`).join(''), 'utf8'));
  const head = new Uint8Array(COUNT_BYTES + children.length * ENTRY_BYTES + TABLE_SIZE_BYTES);
  const view = viewOf(head);
  view.setUint16(0, children.length);
  children.forEach((child, i) => {
    const entry = COUNT_BYTES + i * ENTRY_BYTES;
    writeFixedText(head, entry, TYPE_BYTES, child.type);
    view.setBigUint64(entry + TYPE_BYTES, BigInt(child.content.byteLength));
  });
  view.setUint16(head.byteLength - TABLE_SIZE_BYTES, names.byteLength);
  return concat([head, names, ...children.map((child) => evenly(child.content))]);
}

function evenly(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength % 2 === 0 ? bytes : concat([bytes, new Uint8Array(1)]);
}
