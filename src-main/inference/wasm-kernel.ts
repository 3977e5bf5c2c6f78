import { readFileSync } from 'node:fs';

/** The compiled loops read and write whole vectors, up to so many bytes beyond the end of what is there. */
export const MARGIN = 64;
const PAGE_BYTES = 64 * 1024;
/** Below it lie the compiler's own constants. */
const FIRST_ADDRESS = 1024;

/** Gives out addresses one after the other, for 32-bit values, aligned for vectors and with the margin behind each. */
export class Arranger {
  end: number;

  constructor(begin = FIRST_ADDRESS) {
    this.end = begin;
  }

  take(values: number): number {
    const at = this.end;
    this.end = (at + 4 * values + MARGIN + 15) & ~15;
    return at;
  }
}

/** Makes room up to address `end`. Whatever looked at the memory before loses sight of it. */
export function reserve(memory: WebAssembly.Memory, end: number): void {
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}

/** What a compiled file exports, with memory of its own. @throws when it cannot be read. */
export function instantiate<Exports>(file: string): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports as unknown as Exports;
}
