import path from 'node:path';
import { Arranger, instantiate, MARGIN, reserve } from '../wasm-kernel.ts';
import type { Taps } from './taps.ts';

/** Compiled from `assembly/resample.ts`; lies beside this file, and beside the program it is bundled into. */
const KERNEL = path.join(import.meta.dirname, 'resample.wasm');

/** What the compiled file exports; addresses and strides as there. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  layOutDown(first: number, weights: number, taps: number): void;
  layOutAcross(first: number, weights: number, taps: number, columns: number): void;
  layOutLine(at: number, columns: number): void;
  lookAt(pixel: number, strideU: number, strideV: number): void;
  resample(from: number, to: number, out: number, stride: number): void;
  rescale(from: number, to: number, rows: number, stride: number, gain: number, offset: number): void;
}

/** Results are handed out in bands of about this size, which stay in the processor's first caches on their way. */
const BAND_BYTES = 64 * 1024;

/** Rows that are finished: valid until the next band. */
export interface Band {
  readonly row: number;
  readonly rows: number;
  /** They again, as value x gain + offset; what lies beyond a row stays 0. */
  values(gain: number, offset: number): Float32Array;
}

/**
 * The compiled loops of resizing with their memory: the picture, the taps along both axes (`layOut`), and a band of the
 * result. Memory of the kernel cannot be handed to another thread, so every band is copied out while it is still warm.
 */
export class ResampleKernel {
  readonly #kernel = instantiate<KernelExports>(KERNEL);
  #tablesEnd = 0;
  #rows = 0;

  /** `sourceColumns`: of the area that is to be resized. */
  layOut(across: Taps, down: Taps, sourceColumns: number): void {
    const acrossTaps = across.perTarget <= 2 ? 2 : Math.ceil(across.perTarget / 4) * 4;
    // Four targets are worked out at once.
    const targets = Math.ceil(across.length / 4) * 4;
    const places = new Arranger();
    const downFirst = places.take(down.length);
    const downWeights = places.take(down.weights.length);
    const acrossFirst = places.take(targets);
    const acrossWeights = places.take(targets * acrossTaps);
    const line = places.take(sourceColumns);
    this.#tablesEnd = places.end;
    this.#rows = down.length;
    reserve(this.#kernel.memory, places.end);
    const { buffer } = this.#kernel.memory;
    new Int32Array(buffer, downFirst, down.length).set(down.first);
    // A white pixel is to be 1.
    new Float32Array(buffer, downWeights, down.weights.length).set(down.weights.map((weight) => weight / 255));
    new Int32Array(buffer, acrossFirst, targets).fill(0).set(across.first.map((column) => 4 * column));
    const weights = new Float32Array(buffer, acrossWeights, targets * acrossTaps).fill(0);
    for (let i = 0; i < across.length; i++) {
      const own = across.weights.subarray(i * across.perTarget, (i + 1) * across.perTarget);
      weights.set(own, i * acrossTaps);
    }
    // What lies beyond the line is multiplied by 0, which only a number survives.
    new Float32Array(buffer, line, sourceColumns + MARGIN / 4).fill(0);
    this.#kernel.layOutDown(downFirst, downWeights, down.perTarget);
    this.#kernel.layOutAcross(acrossFirst, acrossWeights, acrossTaps, across.length);
    this.#kernel.layOutLine(line, sourceColumns);
  }

  /**
   * Resizes the area whose first pixel is `corner` and hands the result out band by band, rows of `stride` values.
   * `pixels`: whatever the area and the taps reach into.
   */
  run(
    pixels: Uint8Array,
    corner: number,
    strideU: number,
    strideV: number,
    stride: number,
    take: (band: Band) => void,
  ): void {
    const rowsPerBand = Math.min(this.#rows, Math.max(1, Math.floor(BAND_BYTES / (4 * stride))));
    const bandLength = rowsPerBand * stride;
    const places = new Arranger(this.#tablesEnd);
    const plain = places.take(bandLength);
    const scaled = places.take(bandLength);
    const picture = places.take(Math.ceil(pixels.length / 4));
    reserve(this.#kernel.memory, places.end);
    const kernel = this.#kernel;
    const { buffer } = kernel.memory;
    // Beyond the columns of a row lies padding, which nothing writes.
    new Float32Array(buffer, plain, bandLength).fill(0);
    new Float32Array(buffer, scaled, bandLength).fill(0);
    new Uint8Array(buffer, picture, pixels.length).set(pixels);
    kernel.lookAt(picture + corner, strideU, strideV);
    for (let row = 0; row < this.#rows; row += rowsPerBand) {
      const rows = Math.min(rowsPerBand, this.#rows - row);
      kernel.resample(row, row + rows, plain, stride);
      const values = (gain: number, offset: number): Float32Array => {
        if (gain === 1 && offset === 0) return new Float32Array(buffer, plain, rows * stride);
        kernel.rescale(plain, scaled, rows, stride, gain, offset);
        return new Float32Array(buffer, scaled, rows * stride);
      };
      take({ row, rows, values });
    }
  }
}
