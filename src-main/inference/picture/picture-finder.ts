import type { GpuFrame } from '../../../src-shared/index.ts';
import type { BeamView, ImageArea } from './beam-view.ts';
import { findImageArea, Surround } from './image-area.ts';
import { isSector } from './sector.ts';

/** An edge that moved less than this (share of the frame) has not moved: speckle at the border flickers. */
const TOLERANCE = 0.02;
/**
 * Looking for the picture costs more than resizing it, and a scanner changes its screen at the push of a button: of so
 * many frames of a stream one is searched. Counted, not timed, so that a stream run again frame by frame gives the same masks.
 */
const SEARCH_EVERY = 4;

/** Where in a frame the ultrasound picture lies. */
export interface FoundPicture {
  readonly area: ImageArea;
  /** Its beams spread: convex, phased or steered. */
  readonly isSector: boolean;
}

/**
 * Finds the picture within the frames of a stream, and keeps its edges still while they only flicker: every other size
 * costs the model new memory, and a crop that jumps makes its mask tremble. Where a picture is known, a search is for the
 * frames to come: the frame itself does not wait for it.
 */
export class PictureFinder {
  #kept: FoundPicture | null = null;
  #key = '';
  #sinceSearch = 0;
  #due: { readonly pixels: Uint8Array; readonly view: BeamView } | null = null;

  /** Null when the frame holds no picture (empty or one flat gray). `pixels`: one component, row-major. */
  find(
    frame: Pick<GpuFrame, 'series' | 'size' | 'orientation'>,
    pixels: Uint8Array,
    view: BeamView,
  ): FoundPicture | null {
    const key = `${frame.series} ${frame.size[0]} ${frame.size[1]} ${frame.orientation}`;
    const isSame = key === this.#key;
    if (isSame && this.#kept !== null) {
      this.#due = ++this.#sinceSearch < SEARCH_EVERY ? null : { pixels, view };
      return this.#kept;
    }
    this.#key = key;
    this.#keep(search(pixels, view, null));
    return this.#kept;
  }

  /** The search that was due in the frame found last, while its pixels are still there. */
  lookAhead(): void {
    if (this.#due !== null) this.#keep(search(this.#due.pixels, this.#due.view, this.#kept));
  }

  #keep(found: FoundPicture | null): void {
    this.#kept = found;
    this.#sinceSearch = 0;
    this.#due = null;
  }
}

function search(pixels: Uint8Array, view: BeamView, before: FoundPicture | null): FoundPicture | null {
  const surround = new Surround(pixels, view);
  const found = findImageArea(surround, view);
  if (found === null) return null;
  const area = before !== null && isStill(before.area, found, view) ? before.area : found;
  return { area, isSector: isSector(surround, area) };
}

function isStill(kept: ImageArea, found: ImageArea, { columns, rows }: BeamView): boolean {
  const reachU = TOLERANCE * columns;
  const reachV = TOLERANCE * rows;
  return (
    Math.abs(kept.u0 - found.u0) <= reachU &&
    Math.abs(kept.u1 - found.u1) <= reachU &&
    Math.abs(kept.v0 - found.v0) <= reachV &&
    Math.abs(kept.v1 - found.v1) <= reachV
  );
}
