import path from 'node:path';
import type { BeamView, ImageArea } from '../picture/beam-view.ts';
import { Arranger, instantiate, reserve } from '../wasm-kernel.ts';
import type { LevelGrid } from './placing.ts';

/** Compiled from `assembly/contour.ts`; lies beside this file, and beside the program it is bundled into. */
const KERNEL = path.join(import.meta.dirname, 'contour.wasm');

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly top: WebAssembly.Global;
  readonly bottom: WebAssembly.Global;
  layOutGrid(mask: number, levels: number, columns: number, rows: number): void;
  layOutPixels(begins: number, across: number, rowAbove: number, down: number): void;
  layOutRows(edges: number, edgeBytes: number, mixed: number): void;
  draw(from: number, to: number, least: number, out: number, strideU: number, strideV: number): void;
}

/** Where source pixels lie between the centres of grid cells along one axis. */
export interface Between {
  readonly first: Int32Array;
  /** Share of the cell after `first`, 0..1. */
  readonly share: Float32Array;
  /** Per cell the pixel from which on `first` is that cell or a later one; one more for the end. */
  readonly begins: Int32Array;
}

/** Cells are drawn four at a time, and the four after them are looked at. */
const CELLS_BEYOND = 8;

/** The compiled loops that draw contours, with their memory: the grid, the places of pixels among its cells, the mask. */
export class ContourKernel {
  readonly #kernel = instantiate<KernelExports>(KERNEL);
  #cells = new Uint8Array(0);
  #levels = new Float32Array(0);
  #mask = new Uint8Array(0);

  /** The source's columns x rows, row-major, 0/1, and the caller's to clear: `draw` writes the ones. Anew after `layOut`. */
  get mask(): Uint8Array {
    return this.#mask;
  }

  /** For grids of `columns` x `rows` cells and masks of so many pixels; the mask is all zeros then. */
  layOut([columns, rows]: readonly [number, number], across: Between, down: Between, pixels: number): void {
    const places = new Arranger();
    const cells = places.take(Math.ceil((columns * rows) / 4));
    const levels = places.take(columns * rows);
    const begins = places.take(columns + CELLS_BEYOND);
    const shares = [places.take(across.share.length), places.take(down.share.length)] as const;
    const rowAbove = places.take(down.first.length);
    const edges = [places.take(columns + CELLS_BEYOND), places.take(columns + CELLS_BEYOND)] as const;
    const mixed = places.take(columns + CELLS_BEYOND);
    const mask = places.take(Math.ceil(pixels / 4));
    reserve(this.#kernel.memory, places.end);
    const { buffer } = this.#kernel.memory;
    this.#cells = new Uint8Array(buffer, cells, columns * rows);
    this.#levels = new Float32Array(buffer, levels, columns * rows);
    this.#mask = new Uint8Array(buffer, mask, pixels).fill(0);
    // Cells past the last one draw nothing.
    new Int32Array(buffer, begins, columns + CELLS_BEYOND).fill(across.first.length).set(across.begins);
    new Float32Array(buffer, shares[0], across.share.length).set(across.share);
    new Float32Array(buffer, shares[1], down.share.length).set(down.share);
    new Int32Array(buffer, rowAbove, down.first.length).set(down.first);
    this.#kernel.layOutGrid(cells, levels, columns, rows);
    this.#kernel.layOutPixels(begins, shares[0], rowAbove, shares[1]);
    this.#kernel.layOutRows(edges[0], edges[1] - edges[0], mixed);
  }

  /**
   * Draws what the rows of cells `first` to `end` and their neighbours show, in the rows of pixels `from` to `to` of the
   * area; returns which of them may hold bone.
   */
  draw(
    { mask, levels, least, columns }: LevelGrid,
    [first, end]: readonly [number, number],
    [from, to]: readonly [number, number],
    view: BeamView,
    area: ImageArea,
  ): readonly [top: number, bottom: number] {
    const cells = [first * columns, end * columns] as const;
    this.#cells.set(mask.subarray(...cells), cells[0]);
    this.#levels.set(levels.subarray(...cells), cells[0]);
    const corner = view.origin + area.u0 * view.strideU + area.v0 * view.strideV;
    this.#kernel.draw(from, to, least, this.#mask.byteOffset + corner, view.strideU, view.strideV);
    return [this.#kernel.top.value, this.#kernel.bottom.value];
  }
}
