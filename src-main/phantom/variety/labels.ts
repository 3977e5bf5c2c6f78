import { BAND_ABOVE_MM, BAND_BELOW_MM } from '../frame.ts';
import { visibleStretches } from '../visibility.ts';
import type { BeamPicture } from './beam-picture.ts';
import type { BeamView, PictureWindow } from './view.ts';

/** One connected visible stretch of bone: its mask's bounding box in pixels, right and bottom not included. */
export interface BoneBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Labels {
  /** rows x columns, 0/1: from 0.3 mm above to 0.9 mm below the visible surface along the beam. */
  readonly mask: Uint8Array;
  /** rows x columns, 0/1: the same band where the beam meets bone that nobody can see: neither bone nor not. */
  readonly hidden: Uint8Array;
  /** Row of the surface per column, sub-pixel, row centres at whole numbers; NaN where no bone is to be seen. */
  readonly surfaceRow: Float32Array;
  readonly boxes: readonly BoneBox[];
}

export function labelsOf(picture: BeamPicture, view: BeamView, window: PictureWindow): Labels {
  const { columns, rows, mmPerPixel, leftMm, topMm } = window;
  const { hits, surfaceGray, aboveGray } = picture;
  const stretch = visibleStretches(
    { ...hits, surfaceGray, aboveGray },
    {
      firstBeam: view.firstBeam,
      lastBeam: view.lastBeam,
      depthMm: view.footprint.depthMm,
      pitchAt: (depthMm) => view.pitchAt(depthMm),
    },
  );
  const mask = new Uint8Array(rows * columns);
  const hidden = new Uint8Array(rows * columns);
  const surfaceRow = new Float32Array(columns).fill(Number.NaN);
  const boxes = new Boxes();
  for (let column = 0; column < columns; column++) {
    const x = leftMm + (column + 0.5) * mmPerPixel[0];
    let above = Number.NaN;
    for (let row = 0; row < rows; row++) {
      const z = topMm + (row + 0.5) * mmPerPixel[1];
      const u = view.beamAt(x, z);
      if (!(u >= view.firstBeam && u <= view.lastBeam)) continue;
      const number = stretch[Math.round(u)]!;
      const below = view.depthAt(x, z) - surfaceDepth(picture, stretch, u);
      if (number >= 0 && above < 0 && below >= 0 && Number.isNaN(surfaceRow[column]!)) {
        surfaceRow[column] = row - below / (below - above);
      }
      above = below;
      if (!(below >= -BAND_ABOVE_MM && below <= BAND_BELOW_MM)) continue;
      if (number < 0) hidden[row * columns + column] = 1;
      else {
        mask[row * columns + column] = 1;
        boxes.add(number, column, row);
      }
    }
  }
  return { mask, hidden, surfaceRow, boxes: boxes.all };
}

/** Bounding boxes that grow pixel by pixel, one per number. */
class Boxes {
  readonly #boxes = new Map<number, { left: number; top: number; right: number; bottom: number }>();

  get all(): BoneBox[] {
    return [...this.#boxes.values()];
  }

  add(number: number, column: number, row: number): void {
    const box = this.#boxes.get(number);
    if (box === undefined) {
      this.#boxes.set(number, { left: column, top: row, right: column + 1, bottom: row + 1 });
      return;
    }
    box.left = Math.min(box.left, column);
    box.right = Math.max(box.right, column + 1);
    box.top = Math.min(box.top, row);
    box.bottom = Math.max(box.bottom, row + 1);
  }
}

/** Depth of the surface at a fractional beam: between two beams of one stretch, else that of the nearest beam, mm. */
function surfaceDepth({ hits }: BeamPicture, stretch: Int16Array, u: number): number {
  const nearest = Math.round(u);
  const other = Math.floor(u) === nearest ? nearest + 1 : nearest - 1;
  const depth = hits.depthMm[nearest]!;
  if (stretch[other] !== stretch[nearest] || !Number.isFinite(hits.depthMm[other]!)) return depth;
  return depth + Math.abs(u - nearest) * (hits.depthMm[other]! - depth);
}
