import { completeOptions, type PhantomOptions } from './frame.ts';
import type { Random } from './random.ts';

/** Half the length of the sweep across the imaging plane, mm: a hand's movement of a few seconds. */
export const SWEEP_HALF_LENGTH_MM = 8;

const DEGREE = Math.PI / 180;

/** Where the probe is: its origin and its x (lateral) and z (beam) axes in the reference, mm. */
export interface ProbePlacement {
  readonly origin: readonly [number, number, number];
  readonly lateral: readonly [number, number, number];
  readonly beam: readonly [number, number, number];
  readonly matrix: Float32Array;
}

interface Harmonic {
  readonly order: number;
  readonly amplitude: number;
  readonly phase: number;
}

function valueAt(harmonics: readonly Harmonic[], angle: number): number {
  let sum = 0;
  for (const { order, amplitude, phase } of harmonics) sum += amplitude * Math.sin(order * angle + phase);
  return sum;
}

/**
 * A freehand sweep there and back along a closed path: every coordinate is a sum of harmonics of the loop, so the last
 * frame runs into the first. The way back is not the way out, and a tremor of a tenth of a millimetre rides on it.
 */
export class Sweep {
  readonly #x: readonly Harmonic[];
  readonly #y: readonly Harmonic[];
  readonly #z: readonly Harmonic[];
  readonly #roll: readonly Harmonic[];
  readonly #tilt: readonly Harmonic[];

  constructor(random: Random) {
    const phase = () => random.uniform(0, 2 * Math.PI);
    const tremor = (amplitude: number): Harmonic[] =>
      [3, 5, 7].map((order) => ({ order, amplitude: (amplitude * random.uniform(0.5, 1)) / order, phase: phase() }));
    this.#y = [{ order: 1, amplitude: SWEEP_HALF_LENGTH_MM, phase: 0 }];
    this.#x = [
      { order: 1, amplitude: random.uniform(1, 2.2), phase: Math.PI / 2 },
      { order: 2, amplitude: random.uniform(0.3, 0.8), phase: phase() },
      ...tremor(0.35),
    ];
    this.#z = [{ order: 1, amplitude: random.uniform(0.3, 0.9), phase: phase() }, ...tremor(0.25)];
    this.#roll = [{ order: 1, amplitude: random.uniform(1, 2.5) * DEGREE, phase: phase() }, ...tremor(0.4 * DEGREE)];
    this.#tilt = [{ order: 1, amplitude: random.uniform(1, 3) * DEGREE, phase: phase() }];
  }

  /** `turn`: 0 to 1 around the loop. */
  at(turn: number): ProbePlacement {
    const angle = 2 * Math.PI * turn;
    const origin = [valueAt(this.#x, angle), valueAt(this.#y, angle), valueAt(this.#z, angle)] as const;
    const roll = valueAt(this.#roll, angle);
    const tilt = valueAt(this.#tilt, angle);
    const [cr, sr, ct, st] = [Math.cos(roll), Math.sin(roll), Math.cos(tilt), Math.sin(tilt)];
    // Rotation about x by `tilt` after rotation about y by `roll`; its columns are the probe's axes.
    const lateral = [cr, st * sr, -ct * sr] as const;
    const elevation = [0, ct, st] as const;
    const beam = [sr, -st * cr, ct * cr] as const;
    const matrix = new Float32Array(16);
    for (let i = 0; i < 3; i++) matrix.set([lateral[i]!, elevation[i]!, beam[i]!, origin[i]!], i * 4);
    matrix[15] = 1;
    return { origin, lateral, beam, matrix };
  }
}

/**
 * Image to probe, 4 x 4, row-major: (column, row, slice, 1) in pixels -> mm. Multiplied from the left by a frame's
 * `probeToReference` it gives the image-to-reference geometry of the picture.
 */
export function phantomImageToProbe(options: PhantomOptions): Float32Array {
  const { columns, mmPerPixel } = completeOptions(options);
  const [mmX, mmY] = mmPerPixel;
  // The slice axis is x cross y of the image, so that the matrix is a rotation and not a reflection.
  return new Float32Array([mmX, 0, 0, (-(columns - 1) / 2) * mmX, 0, 0, -1, 0, 0, mmY, 0, mmY / 2, 0, 0, 0, 1]);
}
