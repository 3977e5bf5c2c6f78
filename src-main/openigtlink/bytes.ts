/** Fixed-layout fields: everything on the wire is big-endian unless a layout says otherwise. */

const WORD_BYTES = 4;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same memory as a Buffer, for its text methods. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Text of a zero-padded field; a field filled to its end has no terminator. */
export function readFixedText(bytes: Uint8Array, offset: number, length: number): string {
  let end = offset;
  while (end < offset + length && bytes[end] !== 0) end++;
  return bufferOf(bytes).toString('utf8', offset, end);
}

/** Writes `text` as UTF-8, zero-padded, cut at a whole character when it is longer than the field. */
export function writeFixedText(bytes: Uint8Array, offset: number, length: number, text: string): void {
  const field = bytes.subarray(offset, offset + length);
  const { written } = new TextEncoder().encodeInto(text, field);
  field.fill(0, written);
}

/** Copies float32 bit patterns (a NaN keeps its payload), so that what was read can be written back unchanged. */
export function readFloats(view: DataView, offset: number, count: number): Float32Array {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = view.getUint32(offset + i * WORD_BYTES);
  return new Float32Array(bits.buffer);
}

/** Writes float32 bit patterns as they are. */
export function writeFloats(view: DataView, offset: number, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) view.setUint32(offset + i * WORD_BYTES, bits[i]!);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
