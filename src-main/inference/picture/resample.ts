import { SaidError, say } from '../../../src-shared/index.ts';
import type { BeamView, ImageArea } from './beam-view.ts';
import { ResampleKernel } from './resample-kernel.ts';
import { scaleTaps, sizeTaps, type Taps } from './taps.ts';

/** Where a resized picture goes: value x gain + offset for values of 0..1. */
export interface ResampledPlane {
  readonly out: Float32Array;
  readonly gain: number;
  readonly offset: number;
}

/** Fewest samples along either axis that the taps need to stay inside the source. */
const MIN_SOURCE_SAMPLES = 4;

/**
 * Brings the image area of a source to another grid.
 * Keeps its tables and memory while the geometry stays the same: a stream costs no allocation after its first frame.
 */
export class Resampler {
  readonly #kernel = new ResampleKernel();
  #key = '';
  #columns = 0;
  #rows = 0;

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
    return { columns: this.#columns, rows: this.#rows };
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

  /** Fills every plane (rows of `stride` values; beyond the target's columns: 0) from the area of `pixels`. */
  resample(
    pixels: Uint8Array,
    { origin, strideU, strideV }: BeamView,
    area: ImageArea,
    planes: readonly ResampledPlane[],
    stride = this.#columns,
  ): void {
    const corner = origin + area.u0 * strideU + area.v0 * strideV;
    this.#kernel.run(pixels, corner, strideU, strideV, stride, (band) => {
      for (const { out, gain, offset } of planes) out.set(band.values(gain, offset), band.row * stride);
    });
  }

  #aim(key: string, sourceColumns: number, horizontal: () => Taps, vertical: () => Taps): void {
    if (key === this.#key) return;
    const [across, down] = [horizontal(), vertical()];
    this.#kernel.layOut(across, down, sourceColumns);
    this.#columns = across.length;
    this.#rows = down.length;
    this.#key = key;
  }
}
