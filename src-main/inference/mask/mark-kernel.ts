import path from 'node:path';
import { Arranger, instantiate, MARGIN, reserve } from '../wasm-kernel.ts';

/** Compiled from `assembly/mark.ts`; lies beside this file, and beside the program it is bundled into. */
const KERNEL = path.join(import.meta.dirname, 'mark.wasm');

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly begin: WebAssembly.Global;
  readonly end: WebAssembly.Global;
  mark(values: number, mask: number, cells: number, least: number): void;
}

/** The compiled loop that cuts masks, with its memory. */
export class MarkKernel {
  readonly #kernel = instantiate<KernelExports>(KERNEL);
  #values = new Float32Array(0);
  #mask = new Uint8Array(0);

  /** 1 where the value is at least `least`, as 32-bit floats compare, else 0: valid until the next call. */
  mark(values: Float32Array, least: number): Uint8Array {
    if (values.length !== this.#mask.length) this.#layOut(values.length);
    this.#values.set(values);
    this.#kernel.mark(this.#values.byteOffset, this.#mask.byteOffset, values.length, least);
    return this.#mask;
  }

  /** Cells outside of this range are 0; [0, 0] for an empty mask. */
  get span(): readonly [begin: number, end: number] {
    return [this.#kernel.begin.value, Math.min(this.#kernel.end.value, this.#mask.length)];
  }

  #layOut(cells: number): void {
    const places = new Arranger();
    const values = places.take(cells);
    const mask = places.take(Math.ceil(cells / 4));
    const { memory } = this.#kernel;
    reserve(memory, places.end);
    // What a vector reaches beyond the last cell is no bone.
    new Float32Array(memory.buffer, values, cells + MARGIN / 4).fill(Number.NEGATIVE_INFINITY);
    this.#values = new Float32Array(memory.buffer, values, cells);
    this.#mask = new Uint8Array(memory.buffer, mask, cells);
  }
}
