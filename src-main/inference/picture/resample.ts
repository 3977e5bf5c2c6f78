import { SaidError, say } from '../../../src-shared/index.ts';
import type { BeamView, ImageArea } from './beam-view.ts';
import { blendPackedRows, canPack, PACKED_ROW_SCALE, packedPosition } from './packed-rows.ts';
import { scaleTaps, sizeTaps, type Taps } from './taps.ts';

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
 * Brings the image area of a source to another grid, values 0..1.
 * Keeps its tables and buffers while the geometry stays the same: a stream costs no allocation after its first frame.
 */
export class Resampler {
  #key = '';
  #horizontal: Taps | null = null;
  #vertical: Taps | null = null;
  #line = new Float64Array(0);
  #packed: PackedTables | null = null;

  /**
   * Aims at square pixels of `mmPerPixel`; returns the size of the target for an area, so that the caller provides the
   * memory.
   *
   * @throws {SaidError} when the area is too small for that.
   */
  toScale(
    area: ImageArea,
    spacing: readonly [u: number, v: number],
    mmPerPixel: number,
  ): { readonly columns: number; readonly rows: number } {
    const columns = area.u1 - area.u0;
    const rows = area.v1 - area.v0;
    const stepU = mmPerPixel / spacing[0];
    const stepV = mmPerPixel / spacing[1];
    if (columns < Math.max(MIN_SOURCE_SAMPLES, stepU + 2) || rows < Math.max(MIN_SOURCE_SAMPLES, stepV + 2)) {
      throw new SaidError(say('inference.area-small', { columns, rows, scale: mmPerPixel }));
    }
    this.#aim(
      `${columns} ${rows} by ${stepU} ${stepV}`,
      columns,
      () => scaleTaps(columns, stepU),
      () => scaleTaps(rows, stepV),
    );
    return { columns: this.#horizontal!.length, rows: this.#vertical!.length };
  }

  /** Aims at exactly `columns` x `rows` pixels, whatever the area's shape. @throws {SaidError} for an area of no size. */
  toSize(area: ImageArea, columns: number, rows: number): void {
    const [width, height] = [area.u1 - area.u0, area.v1 - area.v0];
    if (width < 1 || height < 1) throw new SaidError(say('inference.area-empty', { columns: width, rows: height }));
    this.#aim(
      `${width} ${height} to ${columns} ${rows}`,
      width,
      () => sizeTaps(width, columns),
      () => sizeTaps(height, rows),
    );
  }

  /** Fills `out` (rows of `stride` values, of which the target's columns are written) from the area of `pixels`. */
  resample(
    pixels: Uint8Array,
    view: BeamView,
    area: ImageArea,
    out: Float32Array,
    stride = this.#horizontal!.length,
  ): void {
    const { length, first, weights, perTarget } = this.#vertical!;
    const corner = view.origin + area.u0 * view.strideU + area.v0 * view.strideV;
    if (perTarget === 2 && this.#horizontal!.perTarget <= 2 && canPack(pixels, view.strideU, view.strideV)) {
      this.#resamplePacked(pixels, view, corner, out, stride);
      return;
    }
    for (let row = 0; row < length; row++) {
      this.#blendRows(pixels, corner + first[row]! * view.strideV, view, weights, row * perTarget, perTarget);
      this.#shrinkLine(out, row * stride);
    }
  }

  #aim(key: string, columns: number, horizontal: () => Taps, vertical: () => Taps): void {
    if (key === this.#key) return;
    this.#horizontal = horizontal();
    this.#vertical = vertical();
    this.#line = new Float64Array(columns);
    this.#packed = null;
    this.#key = key;
  }

  /** The usual case, a picture whose beams run down its columns, two rows blended into one: four pixels at a time. */
  #resamplePacked(pixels: Uint8Array, { strideV }: BeamView, corner: number, out: Float32Array, stride: number): void {
    const vertical = this.#vertical!;
    const { length, weights, perTarget } = this.#horizontal!;
    const aligned = corner & ~3;
    const { near, far, row, values } = this.#packedTables(corner - aligned);
    const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
    for (let line = 0; line < vertical.length; line++) {
      const start = (aligned + vertical.first[line]! * strideV) >> 2;
      const weight = Math.round(vertical.weights[2 * line]! * 256);
      blendPackedRows(words, start, start + (strideV >> 2), row.length >> 1, weight, row);
      let at = line * stride;
      if (perTarget === 1) {
        for (let i = 0; i < length; i++, at++) out[at] = values[near[i]!]! * PACKED_ROW_SCALE;
        continue;
      }
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

  #shrinkLine(out: Float32Array, base: number): void {
    const { length, first, weights, perTarget } = this.#horizontal!;
    const line = this.#line;
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
