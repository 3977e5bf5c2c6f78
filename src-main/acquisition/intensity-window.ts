import { endianness } from 'node:os';
import type { ScalarTypeName } from '../../src-shared/index.ts';

const HOST_IS_LITTLE = endianness() === 'LE';

/** Values looked at per picture: enough that 0.5 % of them are a dozen, few enough to sort in a fraction of a millisecond. */
const SAMPLE_VALUES = 2048;
/** Share of the sample beyond either end of the window: burnt-in marks and single bad values must not set the brightness. */
const OUTLIER_SHARE = 0.005;
/** The window follows these first pictures at once: about a second. */
const LEARNING_FRAMES = 30;
/** Afterwards it widens per picture by this share of its width at most: a single bad picture costs 3 % of brightness. */
const WIDENING_PER_FRAME = 0.03;

type ScalarArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Readonly<Record<ScalarTypeName, unknown>>;

/**
 * Turns pictures of any scalar type into the 8 bits that are shown and segmented; recordings keep the original.
 *
 * The window is the range of nearly all values of the first pictures. After them it only widens, and slowly, so that
 * brightness does not pump from frame to frame as a per-frame window would make it.
 */
export class IntensityWindow {
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #learned = 0;
  #type: ScalarTypeName | null = null;
  #rawBytes = 0;
  /** The 8-bit value by the bits of an 8- or 16-bit one, for the window it was made for. */
  #table = new Uint8ClampedArray(0);
  #tableWindow: readonly [low: number, high: number] = [0, 0];

  /** Forgets the window: what comes next is another stream, e.g. after connecting again. */
  reset(): void {
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = Number.NEGATIVE_INFINITY;
    this.#learned = 0;
    this.#table = new Uint8ClampedArray(0);
  }

  /**
   * uint8 is passed through as the same memory; other types come back as a new array. Not-a-number is shown black.
   * Pictures of another type or size than the ones before start a new window.
   */
  to8Bit(raw: Uint8Array, type: ScalarTypeName, littleEndian: boolean): Uint8Array {
    if (type === 'uint8') {
      return raw;
    }
    if (type !== this.#type || raw.byteLength !== this.#rawBytes) {
      this.reset();
      this.#type = type;
      this.#rawBytes = raw.byteLength;
    }
    const values = scalarsOf(raw, type, littleEndian);
    this.#follow(values);
    const out = new Uint8ClampedArray(values.length);
    if (this.#high > this.#low) {
      if (values.BYTES_PER_ELEMENT <= 2) {
        mapByTable(values, out, this.#tableFor(type));
      } else {
        mapByFormula(values, out, this.#low, this.#high);
      }
    }
    return new Uint8Array(out.buffer);
  }

  #follow(values: ScalarArray): void {
    const range = rangeOfMost(values);
    if (range === null) {
      return;
    }
    const [low, high] = [Math.min(this.#low, range.low), Math.max(this.#high, range.high)];
    if (this.#learned < LEARNING_FRAMES) {
      this.#low = low;
      this.#high = high;
      // A picture of one value teaches nothing, and a window without width could not widen by a share of it.
      this.#learned += high > low ? 1 : 0;
      return;
    }
    const step = (this.#high - this.#low) * WIDENING_PER_FRAME;
    this.#low = Math.max(low, this.#low - step);
    this.#high = Math.min(high, this.#high + step);
  }

  #tableFor(type: ScalarTypeName): Uint8ClampedArray {
    const [low, high] = this.#tableWindow;
    if (this.#table.length === 0 || low !== this.#low || high !== this.#high) {
      const everyValue = new ARRAYS[type](2 ** (8 * ARRAYS[type].BYTES_PER_ELEMENT));
      for (let bits = 0; bits < everyValue.length; bits++) {
        everyValue[bits] = bits;
      }
      this.#table = new Uint8ClampedArray(everyValue.length);
      mapByFormula(everyValue, this.#table, this.#low, this.#high);
      this.#tableWindow = [this.#low, this.#high];
    }
    return this.#table;
  }
}

function mapByTable(values: ScalarArray, out: Uint8ClampedArray, table: Uint8ClampedArray): void {
  const mask = table.length - 1;
  for (let i = 0; i < values.length; i++) {
    out[i] = table[(values[i] as number) & mask] as number;
  }
}

/** A clamped array rounds, cuts to 0..255 and makes not-a-number 0. */
function mapByFormula(values: ScalarArray, out: Uint8ClampedArray, low: number, high: number): void {
  const factor = 255 / (high - low);
  for (let i = 0; i < values.length; i++) {
    out[i] = ((values[i] as number) - low) * factor;
  }
}

/** Between which values all but the outliers of a sparse sample lie; null when nothing in it is a finite number. */
function rangeOfMost(values: ScalarArray): { readonly low: number; readonly high: number } | null {
  // Odd, so that with the usual widths the sample does not run down a few columns.
  const step = Math.floor(values.length / SAMPLE_VALUES) | 1;
  const sample = new Float64Array(Math.ceil(values.length / step));
  let count = 0;
  for (let i = 0; i < values.length; i += step) {
    const value = values[i] as number;
    if (Number.isFinite(value)) {
      sample[count++] = value;
    }
  }
  if (count === 0) {
    return null;
  }
  const sorted = sample.subarray(0, count).sort();
  const outliers = Math.floor(OUTLIER_SHARE * (count - 1));
  return { low: sorted[outliers] as number, high: sorted[count - 1 - outliers] as number };
}

/** The scalars in place where they lie as this machine needs them, else a copy with the bytes in order. */
function scalarsOf(raw: Uint8Array, type: ScalarTypeName, littleEndian: boolean): ScalarArray {
  const array = ARRAYS[type];
  const bytes = array.BYTES_PER_ELEMENT;
  const length = Math.floor(raw.byteLength / bytes);
  const isSwapped = bytes > 1 && littleEndian !== HOST_IS_LITTLE;
  if (!isSwapped && raw.byteOffset % bytes === 0) {
    return new array(raw.buffer as ArrayBuffer, raw.byteOffset, length);
  }
  const memory = new ArrayBuffer(length * bytes);
  const copy = Buffer.from(memory);
  copy.set(raw.subarray(0, length * bytes));
  if (isSwapped) {
    if (bytes === 2) copy.swap16();
    else if (bytes === 4) copy.swap32();
    else copy.swap64();
  }
  return new array(memory, 0, length);
}
