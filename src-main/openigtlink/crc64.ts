import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * CRC-64/ECMA-182 as OpenIGTLink uses it: polynomial 0x42F0E1EBA9EA3693, not reflected, initial value 0, no final XOR,
 * most significant bit first (openigtlink.md section 1.2).
 */
export interface Crc {
  /** The eight bytes of the CRC as they stand in a message, read as two little-endian numbers. */
  readonly first: number;
  readonly second: number;
}

const POLYNOMIAL = 0x42f0e1eba9ea3693n;
const WORD_BYTES = 4;
const TABLE_ENTRY_BYTES = 8;
/** Bytes are copied to the module's memory in pieces that stay in the processor's nearest cache: a dozen rows of a picture. */
const PIECE_BYTES = 8192;
const ZEROS = Buffer.alloc(PIECE_BYTES);
const EMPTY: Crc = { first: 0, second: 0 };

/** What the compiled file exports; its constants say where in its memory everything lies. */
interface CrcLoop {
  readonly memory: WebAssembly.Memory;
  readonly TABLES: WebAssembly.Global;
  readonly TABLE_BYTES: WebAssembly.Global;
  readonly REGISTER_AT: WebAssembly.Global;
  readonly DATA_AT: WebAssembly.Global;
  pass(from: number, to: number): void;
}

/** Compiled from `assembly/crc64.ts`; lies beside this file, and beside the program it is bundled into. */
const LOOP = path.join(import.meta.dirname, 'crc64.wasm');
const loop = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(LOOP))).exports as unknown as CrcLoop;
const TABLE_BYTES = loop.TABLE_BYTES.value as number;
const TABLES_END = (loop.TABLES.value as number) * TABLE_BYTES;
const REGISTER_AT = loop.REGISTER_AT.value as number;
const PIECE_AT = loop.DATA_AT.value as number;
// The loop comes without memory of its own.
loop.memory.grow(1);
const view = new DataView(loop.memory.buffer);
const piece = new Uint8Array(loop.memory.buffer, PIECE_AT, PIECE_BYTES);
fillTables();
const zeroTables = tablesOfZeros();

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let register = BigInt(byte) << 56n;
    for (let bit = 0; bit < 8; bit++) {
      register = BigInt.asUintN(64, register << 1n) ^ (register >> 63n ? POLYNOMIAL : 0n);
    }
    view.setBigUint64(byte * TABLE_ENTRY_BYTES, register);
  }
  for (let at = TABLE_BYTES; at < TABLES_END; at += TABLE_ENTRY_BYTES) {
    const register = view.getBigUint64(at - TABLE_BYTES, true);
    const out = view.getBigUint64(Number(register & 0xffn) * TABLE_ENTRY_BYTES, true);
    view.setBigUint64(at, (register >> 8n) ^ out, true);
  }
}

/**
 * What a piece of zeros makes of the register: the CRC is linear, so eight look-ups, one a byte of the register, stand
 * for the whole piece. Entry `(byte index * 256 + value) * 2`: two little-endian halves.
 */
function tablesOfZeros(): Int32Array {
  const tables = new Int32Array(8 * 256 * 2);
  for (let bit = 0; bit < 64; bit++) {
    view.setBigUint64(REGISTER_AT, 1n << BigInt(bit), true);
    loop.pass(PIECE_AT, PIECE_AT + PIECE_BYTES);
    const first = view.getInt32(REGISTER_AT, true);
    const second = view.getInt32(REGISTER_AT + WORD_BYTES, true);
    const one = 1 << (bit & 7);
    for (let value = one; value < 256; value++) {
      if ((value & one) !== 0) {
        const at = ((bit >> 3) * 256 + value) * 2;
        tables[at] = (tables[at] as number) ^ first;
        tables[at + 1] = (tables[at + 1] as number) ^ second;
      }
    }
  }
  return tables;
}

function passZeros(): void {
  let first = 0;
  let second = 0;
  for (let byte = 0; byte < 8; byte++) {
    const at = (byte * 256 + view.getUint8(REGISTER_AT + byte)) * 2;
    first ^= zeroTables[at] as number;
    second ^= zeroTables[at + 1] as number;
  }
  view.setInt32(REGISTER_AT, first, true);
  view.setInt32(REGISTER_AT + WORD_BYTES, second, true);
}

/** A comparison that ends at the first difference costs next to nothing; most of a mask, and a picture's border, is zeros. */
const isZeros = (part: Uint8Array): boolean => part.byteLength === PIECE_BYTES && ZEROS.equals(part);

/** CRC of `bytes`, continuing from `previous`: `crc64(b, crc64(a))` is the CRC of a followed by b. */
export function crc64(bytes: Uint8Array, previous: Crc = EMPTY): Crc {
  view.setInt32(REGISTER_AT, previous.first, true);
  view.setInt32(REGISTER_AT + WORD_BYTES, previous.second, true);
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    const part = bytes.byteLength <= PIECE_BYTES ? bytes : bytes.subarray(at, at + PIECE_BYTES);
    if (isZeros(part)) {
      passZeros();
    } else {
      piece.set(part);
      loop.pass(PIECE_AT, PIECE_AT + part.byteLength);
    }
  }
  return { first: view.getInt32(REGISTER_AT, true), second: view.getInt32(REGISTER_AT + WORD_BYTES, true) };
}

/** The CRC as the 64-bit number that stands in the message header. */
export function crcValue(crc: Crc): bigint {
  const bytes = new DataView(new ArrayBuffer(2 * WORD_BYTES));
  writeCrc(crc, bytes, 0);
  return bytes.getBigUint64(0);
}

/** Whether the eight big-endian bytes at `offset` hold this CRC. */
export function crcEquals(crc: Crc, bytes: DataView, offset: number): boolean {
  return bytes.getInt32(offset, true) === crc.first && bytes.getInt32(offset + WORD_BYTES, true) === crc.second;
}

/** Writes the CRC as eight big-endian bytes. */
export function writeCrc(crc: Crc, bytes: DataView, offset: number): void {
  bytes.setInt32(offset, crc.first, true);
  bytes.setInt32(offset + WORD_BYTES, crc.second, true);
}

/** CRC of `bytes` as a 64-bit number. */
export function crc64Of(bytes: Uint8Array): bigint {
  return crcValue(crc64(bytes));
}
