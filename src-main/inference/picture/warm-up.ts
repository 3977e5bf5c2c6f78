import type { RunTask } from '../model-kind.ts';
import { beamView } from './beam-view.ts';
import type { InputMaker, Picture } from './model-input.ts';

/** A common picture: 64 x 48 mm. */
const COLUMNS = 640;
const ROWS = 480;
const MM_PER_PIXEL = 0.1;

/** The fixed picture of warm-ups: a bright line over a dark half, under stripes like speckle. */
function warmupPicture(): Picture {
  const pixels = new Uint8Array(COLUMNS * ROWS);
  for (let y = 0; y < ROWS; y++) {
    const level = y < 240 ? 90 : y < 250 ? 240 : 14;
    for (let x = 0; x < COLUMNS; x++) pixels[y * COLUMNS + x] = level + 13 * Math.sin(x * 1.7 + y * 2.9);
  }
  return {
    pixels,
    components: 1,
    view: beamView(COLUMNS, ROWS, 'MF'),
    area: { u0: 0, u1: COLUMNS, v0: 0, v1: ROWS },
    spacing: [MM_PER_PIXEL, MM_PER_PIXEL],
  };
}

/** The fixed picture as the model's inputs. */
export function warmupTask(makers: readonly InputMaker[]): RunTask {
  const picture = warmupPicture();
  return { inputs: makers.map((maker) => maker.make(picture)), size: [COLUMNS, ROWS], scoreThreshold: null };
}
