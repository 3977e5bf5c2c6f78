import type { BeamView, ImageArea } from './beam-view.ts';
import { blendPackedRows, canPack, PACKED_ROW_SCALE, packedPosition } from './packed-rows.ts';

/** Which source samples make up each target sample along one axis, and with what weights. */
interface Taps {
  readonly length: number;
  /** First source sample of each target sample. */
  readonly first: Int32Array;
  /** `perTarget` weights for each target sample; unused ones are 0. Doubles: half the time of 32-bit floats in V8. */
  readonly weights: Float64Array;
  readonly perTarget: number;
}

/**
 * Shrinking averages over the covered area (speckle must not alias into lines), enlarging is bilinear.
 * Target sample i covers the source from i * step to (i + 1) * step, so the target's scale is exact; what is left over at the end is cut.
 */
function tapsOf(sourceLength: number, step: number): Taps {
  const length = Math.max(1, Math.floor(sourceLength / step + 1e-6));
  const perTarget = step > 1 ? Math.ceil(step) + 1 : 2;
  const first = new Int32Array(length);
  const weights = new Float64Array(length * perTarget);
  for (let i = 0; i < length; i++) {
    if (step > 1) {
      fillAreaTaps(i, step, sourceLength, perTarget, first, weights);
    } else {
      const centre = Math.min(Math.max((i + 0.5) * step - 0.5, 0), sourceLength - 1);
      const start = Math.max(0, Math.min(Math.floor(centre), sourceLength - perTarget));
      first[i] = start;
      weights[i * perTarget] = 1 - (centre - start);
      weights[i * perTarget + 1] = centre - start;
    }
  }
  return compacted({ length, first, weights, perTarget });
}

/**
 * The same taps without the ones that weigh nothing: leading ones are stepped over, and as many are kept as the target
 * with the most needs. At 0.1 mm per pixel that leaves two of three, and each costs a pass over the picture.
 */
function compacted({ length, first, weights, perTarget }: Taps): Taps {
  const lead = (i: number): number => weights.subarray(i * perTarget, (i + 1) * perTarget).findIndex((w) => w > 0);
  const used = (i: number): number => {
    const all = weights.subarray(i * perTarget, (i + 1) * perTarget);
    return all.findLastIndex((w) => w > 0) - lead(i) + 1;
  };
  let needed = 1;
  for (let i = 0; i < length; i++) needed = Math.max(needed, used(i));
  const kept = new Float64Array(length * needed);
  const from = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    // Near the end the window may not reach past the last sample: then a zero leads.
    const begin = Math.min(lead(i), perTarget - needed);
    from[i] = first[i]! + begin;
    kept.set(weights.subarray(i * perTarget + begin, i * perTarget + begin + needed), i * needed);
  }
  return { length, first: from, weights: kept, perTarget: needed };
}

/** Share of a source sample that no picture shows; spacings come as 32-bit floats and are never quite round. */
const NEGLIGIBLE = 1e-3;

function fillAreaTaps(
  i: number,
  step: number,
  sourceLength: number,
  perTarget: number,
  first: Int32Array,
  weights: Float64Array,
): void {
  const begin = i * step;
  const end = Math.min(begin + step, sourceLength);
  const start = Math.max(0, Math.min(Math.floor(begin), sourceLength - perTarget));
  first[i] = start;
  for (let k = 0; k < perTarget; k++) {
    const covered = Math.min(end, start + k + 1) - Math.max(begin, start + k);
    // 0.15 / 0.1 is not quite 1.5: a tap that rounding alone has made is none, and would cost a pass over the picture.
    weights[i * perTarget + k] = covered > NEGLIGIBLE ? covered / (end - begin) : 0;
  }
}

interface PackedTables {
  readonly shift: number;
  /** First and second source sample of each target sample. */
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly row: Uint32Array;
  /** `row` as its 16-bit values. */
  readonly values: Uint16Array;
}

/** Fewest samples along either axis that the taps need to stay inside the source. */
const MIN_SOURCE_SAMPLES = 4;

/**
 * Brings the image area of a source to a grid of square pixels of `mmPerPixel`, values 0..1.
 * Keeps its tables and buffers while the geometry stays the same: a stream costs no allocation after its first frame.
 */
export class Resampler {
  readonly #mmPerPixel: number;
  #key = '';
  #horizontal: Taps | null = null;
  #vertical: Taps | null = null;
  #line = new Float64Array(0);
  #packed: PackedTables | null = null;

  constructor(mmPerPixel: number) {
    this.#mmPerPixel = mmPerPixel;
  }

  /** Size of the target for an area; call before `resample` to provide the memory. */
  prepare(
    area: ImageArea,
    spacing: readonly [u: number, v: number],
  ): { readonly columns: number; readonly rows: number } {
    const columns = area.u1 - area.u0;
    const rows = area.v1 - area.v0;
    const stepU = this.#mmPerPixel / spacing[0];
    const stepV = this.#mmPerPixel / spacing[1];
    if (columns < Math.max(MIN_SOURCE_SAMPLES, stepU + 2) || rows < Math.max(MIN_SOURCE_SAMPLES, stepV + 2)) {
      throw new RangeError(`image area ${columns} x ${rows} pixels: too small to resample to ${this.#mmPerPixel} mm`);
    }
    const key = `${columns} ${rows} ${stepU} ${stepV}`;
    if (key !== this.#key) {
      this.#horizontal = tapsOf(columns, stepU);
      this.#vertical = tapsOf(rows, stepV);
      this.#line = new Float64Array(columns);
      this.#packed = null;
      this.#key = key;
    }
    return { columns: this.#horizontal!.length, rows: this.#vertical!.length };
  }

  /** Fills `out` (row-major, `prepare`'s size) from the area of `pixels`. */
  resample(pixels: Uint8Array, view: BeamView, area: ImageArea, out: Float32Array): void {
    const { length, first, weights, perTarget } = this.#vertical!;
    const corner = view.origin + area.u0 * view.strideU + area.v0 * view.strideV;
    if (perTarget === 2 && this.#horizontal!.perTarget === 2 && canPack(pixels, view.strideU, view.strideV)) {
      this.#resamplePacked(pixels, view, corner, out);
      return;
    }
    for (let row = 0; row < length; row++) {
      this.#blendRows(pixels, corner + first[row]! * view.strideV, view, weights, row * perTarget, perTarget);
      this.#shrinkLine(out, row);
    }
  }

  /** The usual case, 0.075-0.15 mm per pixel of a picture whose beams run down its columns: four pixels at a time. */
  #resamplePacked(pixels: Uint8Array, { strideV }: BeamView, corner: number, out: Float32Array): void {
    const vertical = this.#vertical!;
    const { length, weights } = this.#horizontal!;
    const aligned = corner & ~3;
    const { near, far, row, values } = this.#packedTables(corner - aligned);
    const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
    for (let line = 0, at = 0; line < vertical.length; line++) {
      const start = (aligned + vertical.first[line]! * strideV) >> 2;
      const weight = Math.round(vertical.weights[2 * line]! * 256);
      blendPackedRows(words, start, start + (strideV >> 2), row.length >> 1, weight, row);
      for (let i = 0, w = 0; i < length; i++, w += 2, at++) {
        out[at] = (weights[w]! * values[near[i]!]! + weights[w + 1]! * values[far[i]!]!) * PACKED_ROW_SCALE;
      }
    }
  }

  /** Places of the horizontal taps in a packed row that begins `shift` pixels before the area. */
  #packedTables(shift: number): PackedTables {
    if (this.#packed?.shift !== shift) {
      const { first } = this.#horizontal!;
      const row = new Uint32Array(2 * Math.ceil((this.#line.length + shift) / 4));
      this.#packed = {
        shift,
        near: first.map((u) => packedPosition(u + shift)),
        far: first.map((u) => packedPosition(u + 1 + shift)),
        row,
        values: new Uint16Array(row.buffer),
      };
    }
    return this.#packed;
  }

  /** One line of the area, blended from `count` source rows with the weights from `weightAt` on. */
  #blendRows(
    pixels: Uint8Array,
    at: number,
    { strideU, strideV }: BeamView,
    weights: Float64Array,
    weightAt: number,
    count: number,
  ): void {
    const line = this.#line;
    const columns = line.length;
    const first = weights[weightAt]! / 255;
    if (count === 2) {
      const second = weights[weightAt + 1]! / 255;
      for (let u = 0, p = at, q = at + strideV; u < columns; u++, p += strideU, q += strideU) {
        line[u] = first * pixels[p]! + second * pixels[q]!;
      }
      return;
    }
    for (let u = 0, p = at; u < columns; u++, p += strideU) line[u] = first * pixels[p]!;
    for (let k = 1; k < count; k++) {
      const weight = weights[weightAt + k]! / 255;
      for (let u = 0, p = at + k * strideV; u < columns; u++, p += strideU) line[u] = line[u]! + weight * pixels[p]!;
    }
  }

  #shrinkLine(out: Float32Array, row: number): void {
    const { length, first, weights, perTarget } = this.#horizontal!;
    const line = this.#line;
    const base = row * length;
    // The usual cases (0.075-0.15 mm per pixel), unrolled: this loop is most of the pre-processing.
    if (perTarget === 2) {
      for (let i = 0, w = 0; i < length; i++, w += 2) {
        const at = first[i]!;
        out[base + i] = weights[w]! * line[at]! + weights[w + 1]! * line[at + 1]!;
      }
      return;
    }
    if (perTarget === 3) {
      for (let i = 0, w = 0; i < length; i++, w += 3) {
        const at = first[i]!;
        out[base + i] = weights[w]! * line[at]! + weights[w + 1]! * line[at + 1]! + weights[w + 2]! * line[at + 2]!;
      }
      return;
    }
    for (let i = 0, w = 0; i < length; i++) {
      let sum = 0;
      for (let k = 0, at = first[i]!; k < perTarget; k++, w++) {
        sum += weights[w]! * line[at + k]!;
      }
      out[base + i] = sum;
    }
  }
}
