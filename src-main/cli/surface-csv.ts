import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Orientation, Scale } from '../../src-shared/index.ts';
import { beamSpacing, beamView } from '../inference/index.ts';

/**
 * Our models' masks reach from 0.3 mm above the bone surface to 0.9 mm below it along the beam (design, section 5): the
 * surface lies a quarter down.
 */
const SURFACE_SHARE = 0.25;
const HEADER = 'frame,timestamp_s,column,along_mm,surface_mm,top_mm,bottom_mm,scale\n';

/** The bone surface of each frame and column, in mm: `along` the probe, the rest below the picture's first row. */
export class SurfaceCsv {
  readonly #file: WriteStream;
  #failure: Error | null = null;

  constructor(path: string) {
    this.#file = createWriteStream(path);
    this.#file.on('error', (error) => {
      this.#failure = error;
    });
    this.#file.write(HEADER);
  }

  /** `mask`: 0/1, the source's size. @throws what the disk said. */
  async add(
    frame: number,
    timestampS: number | null,
    mask: Uint8Array,
    size: readonly [columns: number, rows: number],
    scale: Scale,
    orientation: Orientation,
  ): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const view = beamView(size[0], size[1], orientation);
    const [du, dv] = beamSpacing(scale.mmPerPixel, orientation);
    const lines: string[] = [];
    for (let u = 0; u < view.columns; u++) {
      const band = firstBand(mask, view.origin + u * view.strideU, view.strideV, view.rows);
      if (band === null) continue;
      const top = band.begin * dv;
      const bottom = band.end * dv;
      const surface = top + SURFACE_SHARE * (bottom - top);
      const lengths = [(u + 0.5) * du, surface, top, bottom].map((mm) => mm.toFixed(3));
      lines.push(`${frame},${timestampS ?? ''},${u},${lengths.join(',')},${scale.origin}\n`);
    }
    if (lines.length > 0 && !this.#file.write(lines.join(''))) await once(this.#file, 'drain');
  }

  async close(): Promise<void> {
    this.#file.end();
    if (!this.#file.closed && this.#failure === null) await once(this.#file, 'close');
    if (this.#failure !== null) throw this.#failure;
  }
}

/** The shallowest run of bone in a column, in rows. */
function firstBand(
  mask: Uint8Array,
  first: number,
  stride: number,
  rows: number,
): { readonly begin: number; readonly end: number } | null {
  let begin = 0;
  while (begin < rows && mask[first + begin * stride] === 0) begin++;
  if (begin === rows) return null;
  let end = begin;
  while (end < rows && mask[first + end * stride] === 1) end++;
  return { begin, end };
}
