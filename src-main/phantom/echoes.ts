import type { Surface } from './anatomy.ts';
import { type BeamHits, newBeamHits, traceBeams } from './beams.ts';
import type { BeamGrid } from './imaging.ts';
import { type Random, SmoothField } from './random.ts';
import type { ProbePlacement } from './sweep.ts';

const amplitudeOf = (db: number) => 10 ** (db / 20);

/** Along a mirror-like surface brightness and phase wander over about this length, mm. */
const ROUGHNESS_MM = 1.4;
/** Wander of the brightness, neper (3 dB), and of the phase, radians. */
const FADING_NP = 0.33;
const PHASE_WANDER = 0.5;

/** A mirror-like surface: its brightness at right angles, how fast it fades off them, and its own roughness. */
export class Mirror {
  readonly surface: Surface;
  readonly hits: BeamHits;
  readonly #peak: number;
  readonly #lobe: number;
  readonly #fading: SmoothField;
  readonly #phase: SmoothField;
  readonly #phaseOffset: number;

  constructor(random: Random, grid: BeamGrid, surface: Surface, brightnessDb: number, lobeDegrees: number) {
    this.surface = surface;
    this.hits = newBeamHits(grid.beams);
    this.#peak = amplitudeOf(brightnessDb);
    this.#lobe = (lobeDegrees * Math.PI) / 180;
    this.#fading = new SmoothField(random, ROUGHNESS_MM, ROUGHNESS_MM);
    this.#phase = new SmoothField(random, ROUGHNESS_MM, ROUGHNESS_MM);
    this.#phaseOffset = random.uniform(0, 2 * Math.PI);
  }

  trace(probe: ProbePlacement, grid: BeamGrid): void {
    traceBeams(this.surface, probe, grid.lateralMm, this.hits);
  }

  /** Amplitude of the echo beam `b` receives, before the roughness. */
  strength(b: number): number {
    const angle = Math.acos(Math.min(1, this.hits.cosine[b]!)) / this.#lobe;
    return this.#peak * Math.exp(-angle * angle) * this.hits.presence[b]!;
  }

  /** Roughness at beam `b`: factor of the amplitude. */
  fading(x: number, y: number): number {
    return Math.exp(FADING_NP * this.#fading.at(x, y));
  }

  phase(x: number, y: number): number {
    return this.#phaseOffset + PHASE_WANDER * this.#phase.at(x, y);
  }
}

/** Adds a line's echo of complex amplitude (re, im) at `depthMm` of beam `b`, shared between the two nearest samples. */
export function addEcho(
  grid: BeamGrid,
  real: Float32Array,
  imaginary: Float32Array,
  b: number,
  depthMm: number,
  re: number,
  im: number,
): void {
  const position = depthMm / grid.stepMm - 0.5;
  const sample = Math.floor(position);
  if (!(sample >= 0 && sample < grid.samples - 1)) return;
  const share = position - sample;
  const i = b * grid.samples + sample;
  real[i]! += re * (1 - share);
  imaginary[i]! += im * (1 - share);
  real[i + 1]! += re * share;
  imaginary[i + 1]! += im * share;
}

/** How a bone sounds: levels in dB above average muscle, or below its own echo where `under` says so. */
export interface BoneSound {
  readonly brightnessDb: number;
  readonly lobeDegrees: number;
  /** Scattering layer under the surface, seen from every angle. */
  readonly diffuseDb: number;
  /** What is left below the surface. */
  readonly shadowDb: number;
  readonly shadowBlurMm: number;
  /** Echo bouncing between bone and probe, at twice the depth; null: none. */
  readonly reverberation: { readonly underDb: number; readonly thicknessMm: number } | null;
  /** Echoes inside the cortex: distance from the surface and level; empty: none. */
  readonly cometTail: readonly {
    readonly distanceMm: number;
    readonly underDb: number;
    readonly thicknessMm: number;
  }[];
  /** Haze of multiple echoes below the surface. */
  readonly haze: { readonly underDb: number; readonly lengthMm: number };
}

/** Draws a bone's sound. `brightnessDb` comes from the gray it is to have. Ranges: models.md 5.1 and 5.5. */
export function boneSound(random: Random, brightnessDb: number): BoneSound {
  const tail = random.chance(0.5) ? random.integer(1, 3) : 0;
  const spacing = random.uniform(0.8, 2.2);
  return {
    brightnessDb,
    lobeDegrees: random.uniform(22, 60),
    diffuseDb: Math.min(brightnessDb - 8, random.uniform(12, 20)),
    shadowDb: -random.uniform(26, 50),
    shadowBlurMm: random.uniform(0.3, 0.9),
    reverberation: random.chance(0.7)
      ? { underDb: random.uniform(27, 40), thicknessMm: random.uniform(0.25, 0.8) }
      : null,
    cometTail: Array.from({ length: tail }, (_, i) => ({
      distanceMm: spacing * (i + 1),
      underDb: 16 + 5 * i + random.uniform(0, 6),
      thicknessMm: random.uniform(0.1, 0.3),
    })),
    haze: { underDb: random.uniform(36, 54), lengthMm: random.uniform(4, 20) },
  };
}
