import type { Orientation } from '../../../src-shared/index.ts';
import { type BeamView, beamView } from '../../inference/index.ts';

/** Beams between two that are looked at: about 0.3 mm at the usual 0.1 mm a pixel, finer than the grid. */
export const BEAM_STEP = 3;

/**
 * The mask's edge towards the transducer: calls `found` with the pixel that is met first on its way down each sampled
 * beam. `depth`: pixels along the beam. Goes through the mask in memory order for pictures whose rows are depths.
 *
 * @param mask rows x columns, 0/1
 * @param span pixels of the mask outside of which none is bone
 */
export function eachSurfacePixel(
  mask: Uint8Array,
  [columns, rows]: readonly [columns: number, rows: number],
  orientation: Orientation,
  span: readonly [from: number, end: number],
  found: (column: number, row: number, depth: number) => void,
): void {
  const view = beamView(columns, rows, orientation);
  const beams = Math.ceil(view.columns / BEAM_STEP);
  const seen = new Uint8Array(beams);
  const [firstDepth, endDepth] = depthsOf(span, view);
  for (let v = firstDepth, left = beams; v < endDepth && left > 0; v++) {
    let at = view.origin + v * view.strideV;
    for (let beam = 0; beam < beams; beam++, at += BEAM_STEP * view.strideU) {
      if (mask[at] === 1 && seen[beam] === 0) {
        seen[beam] = 1;
        left--;
        found(at % columns, Math.floor(at / columns), v);
      }
    }
  }
}

/** Where depth runs along the rows, those with bone are all there is to look at. */
function depthsOf(
  [from, end]: readonly [number, number],
  { columns, rows, strideV }: BeamView,
): readonly [number, number] {
  if (end <= from) return [0, 0];
  if (Math.abs(strideV) !== columns) return [0, rows];
  const [first, last] = [Math.floor(from / columns), Math.floor((end - 1) / columns)];
  return strideV > 0 ? [first, last + 1] : [rows - 1 - last, rows - first];
}
