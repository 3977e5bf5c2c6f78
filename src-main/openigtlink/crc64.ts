import { CRC_MODULE, REGISTER_AT, STEP_BYTES, TABLE_BYTES, TABLE_ENTRY_BYTES } from './crc64-module.ts';

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
const PAGE_BYTES = 65_536;
/** Bytes are copied to the module's memory in pieces that stay in the processor's nearer caches. */
const PIECE_AT = PAGE_BYTES;
const PIECE_BYTES = 32_768;
const EMPTY: Crc = { first: 0, second: 0 };

/** The part used here: TypeScript knows WebAssembly only together with a browser's globals. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

const memory = new WebAssembly.Memory({ initial: Math.ceil((PIECE_AT + PIECE_BYTES) / PAGE_BYTES) });
const view = new DataView(memory.buffer);
const piece = new Uint8Array(memory.buffer, PIECE_AT, PIECE_BYTES);
const run = new WebAssembly.Instance(new WebAssembly.Module(CRC_MODULE), { env: { memory } }).exports['crc'] as (
  from: number,
  to: number,
) => void;
fillTables();

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let register = BigInt(byte) << 56n;
    for (let bit = 0; bit < 8; bit++) {
      register = BigInt.asUintN(64, register << 1n) ^ (register >> 63n ? POLYNOMIAL : 0n);
    }
    view.setBigUint64(byte * TABLE_ENTRY_BYTES, register);
  }
  for (let at = TABLE_BYTES; at < STEP_BYTES * TABLE_BYTES; at += TABLE_ENTRY_BYTES) {
    const register = view.getBigUint64(at - TABLE_BYTES, true);
    const out = view.getBigUint64(Number(register & 0xffn) * TABLE_ENTRY_BYTES, true);
    view.setBigUint64(at, (register >> 8n) ^ out, true);
  }
}

/** CRC of `bytes`, continuing from `previous`: `crc64(b, crc64(a))` is the CRC of a followed by b. */
export function crc64(bytes: Uint8Array, previous: Crc = EMPTY): Crc {
  view.setInt32(REGISTER_AT, previous.first, true);
  view.setInt32(REGISTER_AT + WORD_BYTES, previous.second, true);
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    const part = bytes.byteLength <= PIECE_BYTES ? bytes : bytes.subarray(at, at + PIECE_BYTES);
    piece.set(part);
    run(PIECE_AT, PIECE_AT + part.byteLength);
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
