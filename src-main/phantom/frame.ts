export type PhantomKind = 'auto' | 'long' | 'arc' | 'humps' | 'none';

export interface PhantomOptions {
  /** 0 to 2^32 - 1. The whole scene follows from it: anatomy, tissue, scanner setting and the way the hand moves. */
  readonly seed: number;
  /** Bone shown; `auto` = one of long, arc and humps by seed, `none` = tissue and decoys without bone. Default `auto`. */
  readonly kind?: PhantomKind;
  /** Default 640. */
  readonly columns?: number;
  /** Default 480. */
  readonly rows?: number;
  /** Along columns (x) and rows (y); default 0.1, 0.1. */
  readonly mmPerPixel?: readonly [x: number, y: number];
  /** Default 30. */
  readonly framesPerSecond?: number;
  /** Frames of the closed sweep, after which it repeats; default 120. */
  readonly loopFrames?: number;
}

/** One picture of the sweep with its ground truth. Rows grow with depth, columns along the probe: orientation MF. */
export interface PhantomFrame {
  readonly index: number;
  /** rows x columns, row-major, log-compressed as a scanner sends it. */
  readonly pixels: Uint8Array;
  /** rows x columns, 0/1: the band from 0.3 mm above to 0.9 mm below the visible surface along the beam. Made on first use. */
  readonly mask: Uint8Array;
  /** Row of the bone surface per column, sub-pixel, row centres at whole numbers; NaN where no bone is to be seen. */
  readonly surfaceRow: Float32Array;
  /** The same of bone that the beam meets and nobody can see (too steep, too dim, too near the edge): neither bone nor not. */
  readonly hiddenRow: Float32Array;
  /** 4 x 4, row-major, mm. Probe: x along the columns, z along the beams, origin in the middle of the probe's face. */
  readonly probeToReference: Float32Array;
  /** Seconds since the sweep began: index / framesPerSecond. */
  readonly timeS: number;
}

/** The label convention of our models and phantoms (design, section 5). */
export const BAND_ABOVE_MM = 0.3;
export const BAND_BELOW_MM = 0.9;

/** Pictures beyond this are a mistake in the options, not a picture. */
const MAX_SIDE = 4096;
const MAX_LOOP_FRAMES = 10_000;

function checked(name: string, value: number, low: number, high: number, whole: boolean): number {
  if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
    throw new RangeError(`phantom ${name} ${value}: expected ${whole ? 'a whole number ' : ''}${low} to ${high}`);
  }
  return value;
}

/** Fills in the defaults. @throws {RangeError} naming the option, its value and the limits. */
export function completeOptions(options: PhantomOptions): Required<PhantomOptions> {
  const [mmX, mmY] = options.mmPerPixel ?? [0.1, 0.1];
  return {
    seed: checked('seed', options.seed, 0, 2 ** 32 - 1, true),
    kind: options.kind ?? 'auto',
    columns: checked('columns', options.columns ?? 640, 16, MAX_SIDE, true),
    rows: checked('rows', options.rows ?? 480, 16, MAX_SIDE, true),
    mmPerPixel: [checked('mmPerPixel x', mmX, 0.02, 1, false), checked('mmPerPixel y', mmY, 0.02, 1, false)],
    framesPerSecond: checked('framesPerSecond', options.framesPerSecond ?? 30, 0.1, 1000, false),
    loopFrames: checked('loopFrames', options.loopFrames ?? 120, 1, MAX_LOOP_FRAMES, true),
  };
}

/** Bone mask of a surface: 1 from BAND_ABOVE_MM above to BAND_BELOW_MM below it, both ends included. */
export function maskOfSurface(surfaceRow: Float32Array, rows: number, mmPerRow: number): Uint8Array {
  const columns = surfaceRow.length;
  const mask = new Uint8Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    const surface = surfaceRow[column]!;
    if (Number.isNaN(surface)) continue;
    const first = Math.max(0, Math.ceil(surface - BAND_ABOVE_MM / mmPerRow));
    const last = Math.min(rows - 1, Math.floor(surface + BAND_BELOW_MM / mmPerRow));
    for (let row = first; row <= last; row++) mask[row * columns + column] = 1;
  }
  return mask;
}

/** What is kept of a rendered frame; the rest follows from it. */
export interface FrameContent {
  readonly pixels: Uint8Array;
  readonly surfaceRow: Float32Array;
  readonly hiddenRow: Float32Array;
  readonly probeToReference: Float32Array;
}

/** A view of rendered content as the frame `index`; the mask is made when somebody asks, and costs nothing before. */
export class RenderedFrame implements PhantomFrame {
  readonly index: number;
  readonly pixels: Uint8Array;
  readonly surfaceRow: Float32Array;
  readonly hiddenRow: Float32Array;
  readonly probeToReference: Float32Array;
  readonly timeS: number;
  readonly #rows: number;
  readonly #mmPerRow: number;
  #mask: Uint8Array | null = null;

  constructor(options: Required<PhantomOptions>, index: number, content: FrameContent) {
    this.index = index;
    this.pixels = content.pixels;
    this.surfaceRow = content.surfaceRow;
    this.hiddenRow = content.hiddenRow;
    this.probeToReference = content.probeToReference;
    this.timeS = index / options.framesPerSecond;
    this.#rows = options.rows;
    this.#mmPerRow = options.mmPerPixel[1];
  }

  get mask(): Uint8Array {
    this.#mask ??= maskOfSurface(this.surfaceRow, this.#rows, this.#mmPerRow);
    return this.#mask;
  }
}
