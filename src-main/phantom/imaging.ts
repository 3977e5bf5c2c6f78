/**
 * The scanner's side of the phantom: the beam grid, the point spread function, amplification and log compression.
 *
 * Buffers hold one beam after another, each from the probe downwards: axial work is contiguous, lateral work runs over
 * whole beams.
 */

/** Beam spacing aimed at, mm: what linear arrays have; pixels between beams are interpolated, as scanners do. */
const BEAM_PITCH_MM = 0.2;
/** Coarsest axial step that still carries the shortest pulse, mm. */
const AXIAL_STEP_MM = 0.16;
/** Beams beside the picture, mm, so that the lateral filters have settled at its edge. */
const MARGIN_MM = 3;
/** The axial pulse is cut here, in standard deviations. */
const PULSE_REACH = 3;

export interface BeamGrid {
  readonly beams: number;
  readonly samples: number;
  readonly pitchMm: number;
  readonly stepMm: number;
  /** Where each beam leaves the probe's face, mm from its middle. */
  readonly lateralMm: Float64Array;
  /** First beam inside the picture. */
  readonly marginBeams: number;
  /** Samples per picture row. */
  readonly samplesPerRow: number;
}

export function beamGrid(columns: number, rows: number, mmPerPixel: readonly [number, number]): BeamGrid {
  const width = (columns - 1) * mmPerPixel[0];
  const inside = Math.ceil(width / BEAM_PITCH_MM) + 1;
  const pitchMm = width / (inside - 1);
  const marginBeams = Math.ceil(MARGIN_MM / pitchMm);
  const beams = inside + 2 * marginBeams;
  const samplesPerRow = Math.ceil(mmPerPixel[1] / AXIAL_STEP_MM);
  return {
    beams,
    samples: rows * samplesPerRow,
    pitchMm,
    stepMm: mmPerPixel[1] / samplesPerRow,
    lateralMm: Float64Array.from({ length: beams }, (_, b) => (b - marginBeams) * pitchMm - width / 2),
    marginBeams,
    samplesPerRow,
  };
}

/** Decay of a filter that runs forth and back twice, for a given standard deviation in beams: s^2 = 4 a / (1 - a)^2. */
function decayFor(sigmaBeams: number): number {
  const q = 1 + 2 / (sigmaBeams * sigmaBeams);
  return q - Math.sqrt(q * q - 1);
}

/** Amplification that gives unit-power noise unit power again after the filter with this decay. */
function lateralNoiseGain(decay: number): number {
  const scale = ((1 - decay) / (1 + decay)) ** 2;
  let energy = 0;
  for (let n = -80; n <= 80; n++) {
    const m = Math.abs(n);
    const tap = scale * decay ** m * (m + (1 + decay * decay) / (1 - decay * decay));
    energy += tap * tap;
  }
  return 1 / Math.sqrt(energy);
}

export interface PointSpread {
  /** Standard deviation of the pulse, mm. */
  readonly axialMm: number;
  /** Standard deviation of the beam at depth `z` mm. */
  readonly lateralMm: (z: number) => number;
}

/** Applies the point spread function to complex beams, and says how loud noise and lines must be to come out right. */
export class Beamformer {
  readonly grid: BeamGrid;
  /** Per sample: factor for unit-power scatterers so that they have unit power in the picture. */
  readonly scattererGain: Float32Array;
  /** Factor for a line's amplitude so that its peak has that amplitude in the picture. */
  readonly lineGain: number;
  readonly #pulse: Float32Array;
  readonly #decay: Float32Array;
  readonly #line: Float32Array;

  constructor(grid: BeamGrid, spread: PointSpread) {
    this.grid = grid;
    const sigma = spread.axialMm / grid.stepMm;
    const reach = Math.ceil(PULSE_REACH * sigma);
    const pulse = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
    let sum = 0;
    for (const tap of pulse) sum += tap;
    let energy = 0;
    for (let i = 0; i < pulse.length; i++) {
      pulse[i]! /= sum;
      energy += pulse[i]! * pulse[i]!;
    }
    this.#pulse = pulse;
    this.#line = new Float32Array(grid.samples + 2 * reach);
    this.lineGain = sigma * Math.sqrt(2 * Math.PI);
    this.#decay = new Float32Array(grid.samples);
    this.scattererGain = new Float32Array(grid.samples);
    for (let s = 0; s < grid.samples; s++) {
      const decay = decayFor(spread.lateralMm((s + 0.5) * grid.stepMm) / grid.pitchMm);
      this.#decay[s] = decay;
      this.scattererGain[s] = lateralNoiseGain(decay) / Math.sqrt(energy);
    }
  }

  /** Convolves every beam with the pulse, in place. */
  axial(field: Float32Array): void {
    const { beams, samples } = this.grid;
    const pulse = this.#pulse;
    const line = this.#line;
    const reach = (pulse.length - 1) / 2;
    const middle = pulse[reach]!;
    for (let b = 0; b < beams; b++) {
      const start = b * samples;
      for (let s = 0; s < samples; s++) line[reach + s] = field[start + s]!;
      for (let s = 0; s < samples; s++) {
        let sum = middle * line[s + reach]!;
        for (let i = 1; i <= reach; i++) sum += pulse[reach + i]! * (line[s + reach + i]! + line[s + reach - i]!);
        field[start + s] = sum;
      }
    }
  }

  /** Smears across beams with the beam's width at each depth, in place. */
  lateral(field: Float32Array): void {
    smearAcross(field, this.grid.beams, this.grid.samples, this.#decay);
    smearAcross(field, this.grid.beams, this.grid.samples, this.#decay);
  }
}

/** One run forth and back of the first-order filter y += (1 - a)(x - y), with its own decay per sample; sums to one. */
export function smearAcross(field: Float32Array, beams: number, samples: number, decay: Float32Array): void {
  for (let b = 1; b < beams; b++) {
    const start = b * samples;
    for (let s = 0; s < samples; s++) {
      const x = field[start + s]!;
      field[start + s] = x + decay[s]! * (field[start - samples + s]! - x);
    }
  }
  for (let b = beams - 2; b >= 0; b--) {
    const start = b * samples;
    for (let s = 0; s < samples; s++) {
      const x = field[start + s]!;
      field[start + s] = x + decay[s]! * (field[start + samples + s]! - x);
    }
  }
}

export interface GrayCurve {
  /** Shown range, dB. */
  readonly dynamicRangeDb: number;
  /** Level (dB) shown as black: 0 dB is the muscle's mean amplitude. */
  readonly blackDb: number;
  readonly gamma: number;
}

const GRAY_STEPS = 1024;

/** Complex beams to gray: log compression, then linear interpolation between beams. */
export class ScanConverter {
  readonly #grid: BeamGrid;
  readonly #columns: number;
  readonly #rows: number;
  readonly #left: Int32Array;
  readonly #share: Float32Array;
  readonly #gray: Float32Array;
  readonly #power: Float32Array;
  readonly #curve: Float32Array;
  readonly #scale: number;
  readonly #offset: number;

  constructor(grid: BeamGrid, columns: number, rows: number, mmPerColumn: number, curve: GrayCurve) {
    this.#grid = grid;
    this.#columns = columns;
    this.#rows = rows;
    this.#left = new Int32Array(columns);
    this.#share = new Float32Array(columns);
    const inside = grid.beams - 2 * grid.marginBeams;
    for (let c = 0; c < columns; c++) {
      const position = (c * mmPerColumn) / grid.pitchMm;
      const left = Math.min(inside - 2, Math.floor(position));
      this.#left[c] = left;
      this.#share[c] = position - left;
    }
    this.#gray = new Float32Array(inside * rows);
    this.#power = new Float32Array(grid.beams * grid.samples);
    this.#curve = Float32Array.from({ length: GRAY_STEPS + 1 }, (_, i) => 255 * (i / GRAY_STEPS) ** curve.gamma);
    // Power to gray steps in one go: 10 log10(p) = 10 / ln 10 * ln(p).
    this.#scale = ((10 / Math.LN10) * GRAY_STEPS) / curve.dynamicRangeDb;
    this.#offset = (-curve.blackDb * GRAY_STEPS) / curve.dynamicRangeDb;
  }

  convert(real: Float32Array, imaginary: Float32Array, pixels: Uint8Array): void {
    this.#compound(real, imaginary);
    this.#compress();
    const inside = this.#grid.beams - 2 * this.#grid.marginBeams;
    const gray = this.#gray;
    for (let row = 0, out = 0; row < this.#rows; row++) {
      const start = row * inside;
      for (let column = 0; column < this.#columns; column++, out++) {
        const at = start + this.#left[column]!;
        const left = gray[at]!;
        pixels[out] = left + this.#share[column]! * (gray[at + 1]! - left) + 0.5;
      }
    }
  }

  /** Power, averaged with its neighbours: stands for the compounding by which scanners take the worms out of speckle. */
  #compound(real: Float32Array, imaginary: Float32Array): void {
    const { beams, samples } = this.#grid;
    const power = this.#power;
    for (let b = 0; b < beams; b++) {
      const start = b * samples;
      let before = 0;
      let here = 0;
      for (let s = 0; s < samples; s++) {
        const i = start + s;
        const after = real[i]! * real[i]! + imaginary[i]! * imaginary[i]!;
        if (s > 0) power[i - 1] = 0.25 * (before + 2 * here + after);
        before = here;
        here = after;
      }
      power[start + samples - 1] = here;
    }
  }

  #compress(): void {
    const { beams, marginBeams, samples, samplesPerRow } = this.#grid;
    const inside = beams - 2 * marginBeams;
    const power = this.#power;
    const perSample = 1 / samplesPerRow;
    this.#gray.fill(0);
    for (let b = 0; b < inside; b++) {
      const start = (b + marginBeams) * samples;
      for (let row = 0, s = start; row < this.#rows; row++) {
        let sum = 0;
        for (let i = 0; i < samplesPerRow; i++, s++) {
          const mean = 0.25 * (power[s - samples]! + 2 * power[s]! + power[s + samples]!) + 1e-12;
          const level = this.#scale * Math.log(mean) + this.#offset;
          sum += this.#curve[level <= 0 ? 0 : level >= GRAY_STEPS ? GRAY_STEPS : level | 0]!;
        }
        this.#gray[row * inside + b] = sum * perSample;
      }
    }
  }
}
