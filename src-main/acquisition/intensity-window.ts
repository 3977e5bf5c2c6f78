import type { ScalarTypeName } from '../../src-shared/index.ts';

const BYTES: Readonly<Record<ScalarTypeName, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
};

type Getter = (view: DataView, offset: number, little: boolean) => number;
const GETTERS: Readonly<Record<ScalarTypeName, Getter>> = {
  int8: (v, o) => v.getInt8(o),
  uint8: (v, o) => v.getUint8(o),
  int16: (v, o, little) => v.getInt16(o, little),
  uint16: (v, o, little) => v.getUint16(o, little),
  int32: (v, o, little) => v.getInt32(o, little),
  uint32: (v, o, little) => v.getUint32(o, little),
  float32: (v, o, little) => v.getFloat32(o, little),
  float64: (v, o, little) => v.getFloat64(o, little),
};

export const bytesPerScalar = (type: ScalarTypeName): number => BYTES[type];

/**
 * Turns pictures of any scalar type into the 8 bits that are shown and segmented; recordings keep the original.
 *
 * The window is the range of values seen since the stream began. It only ever widens, so that brightness does not
 * pump from frame to frame as a per-frame window would make it.
 */
export class IntensityWindow {
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  /** uint8 is passed through as the same memory; other types come back as a new array. Not-a-number is shown black. */
  to8Bit(raw: Uint8Array, type: ScalarTypeName, littleEndian: boolean): Uint8Array {
    if (type === 'uint8') {
      return raw;
    }
    const values = readScalars(raw, type, littleEndian);
    for (const value of values) {
      if (Number.isFinite(value)) {
        this.#low = Math.min(this.#low, value);
        this.#high = Math.max(this.#high, value);
      }
    }
    const range = this.#high - this.#low;
    const usable = range > 0;
    const out = new Uint8Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const scaled = usable ? (((values[i] as number) - this.#low) * 255) / range : 0;
      out[i] = scaled > 0 ? Math.min(255, Math.round(scaled)) : 0;
    }
    return out;
  }
}

function readScalars(raw: Uint8Array, type: ScalarTypeName, littleEndian: boolean): Float64Array {
  const step = BYTES[type];
  const get = GETTERS[type];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = new Float64Array(Math.floor(raw.byteLength / step));
  for (let i = 0, offset = 0; i < values.length; i++, offset += step) {
    values[i] = get(view, offset, littleEndian);
  }
  return values;
}
