/**
 * The inner loop of the CRC as a WebAssembly module, put together here byte by byte because JavaScript has no 64-bit
 * integers that are fast (twice the rate of two 32-bit halves, measured with `bench codec`). Exports `crc(from, to)`:
 *
 *     register = i64[REGISTER_AT]
 *     while (to - from >= 16)                               // slicing-by-16
 *       a = i64[from] ^ register; b = i64[from + 8]; from += 16
 *       register = xor over j of table[15 - j][byte j of a, b]
 *     while (from < to)
 *       register = (register >> 8) ^ table[0][(register ^ u8[from++]) & 255]
 *     i64[REGISTER_AT] = register
 *
 * `table[k][v]` at `(k * 256 + v) * 8` is the register after byte `v` and `k` zero bytes. All 64-bit numbers keep the
 * first byte of the data's order lowest, so that eight bytes are loaded as they lie.
 */
export const STEP_BYTES = 16;
export const TABLE_ENTRY_BYTES = 8;
export const TABLE_BYTES = 256 * TABLE_ENTRY_BYTES;
export const REGISTER_AT = STEP_BYTES * TABLE_BYTES;

const I32 = 0x7f;
const I64 = 0x7e;
const NO_RESULT = 0x40;
const LOG2_ENTRY_BYTES = 3;
/** Local variables: the two parameters, then our own. */
const FROM = 0;
const TO = 1;
const REGISTER = 2;
const A = 3;
const B = 4;

/** LEB128, signed: the encoding of constants. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

/** LEB128, unsigned: the encoding of sizes, indices and offsets. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const i32 = (value: number) => [0x41, ...signed(value)];
const i64 = (value: number) => [0x42, ...signed(value)];
/** Unaligned access is allowed; the byte after the opcode only hints at the alignment. */
const loadI64 = (offset: number) => [0x29, 0, ...unsigned(offset)];
const loadByte = [0x31, 0, 0];
const storeI64 = (offset: number) => [0x37, 0, ...unsigned(offset)];
const XOR_I64 = 0x85;
const SHIFT_RIGHT_I64 = 0x88;
const ADD_I32 = 0x6a;
const SUB_I32 = 0x6b;
const AND_I32 = 0x71;
const SHIFT_LEFT_I32 = 0x74;
const TO_I32 = 0xa7;
const LESS_I32 = 0x49;
const NOT_I32 = 0x45;

/** `while (condition) body`: a loop inside a block that is left when the condition is false. */
const whileLoop = (condition: readonly number[], body: readonly number[]) => [
  ...[0x02, NO_RESULT, 0x03, NO_RESULT],
  ...[...condition, NOT_I32, 0x0d, 1],
  ...[...body, 0x0c, 0],
  ...[0x0b, 0x0b],
];
const advance = (bytes: number) => [...get(FROM), ...i32(bytes), ADD_I32, ...set(FROM)];
/** The table entry for the i64 on the stack: its lowest byte is the index. */
const lookUp = (table: number) => [
  ...[TO_I32, ...i32(0xff), AND_I32, ...i32(LOG2_ENTRY_BYTES), SHIFT_LEFT_I32],
  ...loadI64(table * TABLE_BYTES),
];

const sixteenBytes = [
  ...[...get(FROM), ...loadI64(0), ...get(REGISTER), XOR_I64, ...set(A)],
  ...[...get(FROM), ...loadI64(8), ...set(B)],
  ...Array.from({ length: STEP_BYTES }, (_, j) => [
    ...[...get(j < 8 ? A : B), ...i64(8 * (j % 8)), SHIFT_RIGHT_I64, ...lookUp(STEP_BYTES - 1 - j)],
    ...(j > 0 ? [XOR_I64] : []),
  ]).flat(),
  ...set(REGISTER),
  ...advance(STEP_BYTES),
];

const oneByte = [
  ...[...get(REGISTER), ...i64(8), SHIFT_RIGHT_I64],
  ...[...get(REGISTER), ...get(FROM), ...loadByte, XOR_I64, ...lookUp(0)],
  ...[XOR_I64, ...set(REGISTER)],
  ...advance(1),
];

const code = [
  ...[...i32(0), ...loadI64(REGISTER_AT), ...set(REGISTER)],
  ...whileLoop([...get(TO), ...get(FROM), SUB_I32, ...i32(STEP_BYTES), LESS_I32, NOT_I32], sixteenBytes),
  ...whileLoop([...get(FROM), ...get(TO), LESS_I32], oneByte),
  ...[...i32(0), ...get(REGISTER), ...storeI64(REGISTER_AT)],
  0x0b,
];

const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];
const name = (text: string) => [text.length, ...Buffer.from(text, 'ascii')];
const body = [1, 3, I64, ...code];

/** The whole module: imports `env.memory`, exports `crc`. */
export const CRC_MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 2, I32, I32, 0]),
  ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('crc'), 0, 0]),
  ...section(10, [1, ...unsigned(body.length), ...body]),
]);
