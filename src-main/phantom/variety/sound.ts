import type { Random } from '../random.ts';
import { logUniform } from './outlines.ts';

/** How grays come about: levels are dB above average tissue at the same amplification. */
export interface ScannerSetting {
  readonly dynamicRangeDb: number;
  /** Level shown as black. */
  readonly blackDb: number;
  readonly gamma: number;
  /** Receiver noise at the face and its rise to the lowest sample. */
  readonly noiseDb: number;
  readonly noiseRiseDb: number;
  /** Linear part of what depth-gain compensation leaves, dB per mm, and how much it bends. */
  readonly slopeDbPerMm: number;
  readonly bendDb: number;
  /** Pulse and beam width, mm (standard deviations), and depth of the focus. */
  readonly axialMm: number;
  readonly lateralMm: number;
  readonly focusMm: number;
  /** Averages neighbouring samples' power, as compounding does. */
  readonly compounded: boolean;
}

/** What the beams run through besides bone. */
export const MEDIA = ['layers', 'uniform', 'water'] as const;
export type Medium = (typeof MEDIA)[number];

/** Sound just under the probe's face: ringing and reverberation between face and skin. */
export interface NearField {
  readonly levelDb: number;
  readonly lengthMm: number;
  /** Bright lines parallel to the face: distance and depth of modulation. */
  readonly lineMm: number;
  readonly lineDepth: number;
}

/** How a bone sounds; levels in dB above average tissue, or below its own echo where `under` says so. */
export interface BoneEcho {
  readonly style: 'cortex' | 'thick' | 'hairline';
  readonly mirrorDb: number;
  /** Angle at which the mirror has fallen to 1/e, degrees. */
  readonly lobeDegrees: number;
  /** Scattering layer at the surface, seen from every angle: level, how long it runs on below. */
  readonly layerDb: number;
  readonly layerMm: number;
  /** How strongly mirror and layer come and go along the surface, neper, and over which length. */
  readonly fadingNp: number;
  readonly fadingMm: number;
  readonly shadowDb: number;
  readonly shadowBlurMm: number;
  readonly repeats: readonly { readonly distanceMm: number; readonly underDb: number; readonly thicknessMm: number }[];
  /** Echo between bone and probe at twice the depth; null: none. */
  readonly doubleUnderDb: number | null;
  readonly hazeUnderDb: number;
  readonly hazeMm: number;
  /** Patches of tissue seen again in the shadow, mirrored between bone and probe. */
  readonly clouds: readonly { readonly distanceMm: number; readonly underDb: number; readonly thicknessMm: number }[];
}

export function drawMedium(random: Random): Medium {
  const share = random.uniform();
  return share < 0.66 ? 'layers' : share < 0.8 ? 'uniform' : 'water';
}

/** Scanners are set by eye: gray of average tissue first, the dB follow from the dynamic range. */
export function drawSetting(random: Random, medium: Medium, depthMm: number): ScannerSetting {
  const dynamicRangeDb = random.uniform(40, 78);
  // Gain from too dim to washed out.
  const tissueGray = random.chance(0.2) ? random.uniform(-0.05, 0.15) : random.uniform(0.12, 0.5);
  const noisy = random.chance(0.12);
  const noiseDb = noisy ? -random.uniform(30, 42) : -random.uniform(44, 64);
  return {
    dynamicRangeDb,
    blackDb: -tissueGray * dynamicRangeDb,
    gamma: random.uniform(0.75, 1.4),
    noiseDb: noiseDb - (medium === 'water' ? 6 : 0),
    noiseRiseDb: random.uniform(0, noisy ? 8 : 16),
    slopeDbPerMm: random.uniform(-14, 5) / depthMm,
    bendDb: random.uniform(0, 3.5),
    axialMm: random.uniform(0.09, 0.2) * (random.chance(0.25) ? random.uniform(1, 1.8) : 1),
    lateralMm: random.uniform(0.16, 0.5),
    focusMm: random.uniform(8, Math.max(20, 0.7 * depthMm)),
    compounded: random.chance(0.75),
  };
}

export function drawNearField(random: Random, { dynamicRangeDb, blackDb }: ScannerSetting): NearField {
  const saturated = random.chance(0.25);
  const gray = saturated ? random.uniform(0.95, 1.9) : random.uniform(0.2, 1);
  return {
    levelDb: gray * dynamicRangeDb + blackDb,
    lengthMm: saturated ? random.uniform(0.5, 3) : random.uniform(0.15, 1.2),
    lineMm: random.uniform(0.5, 2.5),
    lineDepth: random.chance(0.5) ? random.uniform(0.3, 1) : 0,
  };
}

/** The bone's gray at right angles comes first: from just above its surroundings to deep in saturation. */
export function drawBoneEcho(random: Random, { dynamicRangeDb, blackDb }: ScannerSetting): BoneEcho {
  const share = random.uniform();
  const style = share < 0.58 ? 'cortex' : share < 0.85 ? 'thick' : 'hairline';
  const tissueGray = Math.max(0, -blackDb / dynamicRangeDb);
  const bright = random.chance(0.25) ? random.uniform(1, 1.5) : random.uniform(0.5, 1.05);
  const mirrorDb = Math.max(bright, tissueGray + 0.22) * dynamicRangeDb + blackDb;
  return {
    style,
    mirrorDb,
    ...layerOf(random, style, mirrorDb, dynamicRangeDb),
    fadingNp: random.uniform(0.2, 0.8),
    fadingMm: random.uniform(0.8, 5),
    shadowDb: -(random.chance(style === 'thick' ? 0.45 : 0.3) ? random.uniform(10, 26) : random.uniform(24, 55)),
    shadowBlurMm: random.uniform(0.3, 1.1),
    repeats: drawRepeats(random),
    doubleUnderDb: random.chance(0.55) ? random.uniform(14, 36) : null,
    hazeUnderDb: random.chance(0.4) ? random.uniform(22, 38) : random.uniform(34, 56),
    hazeMm: random.uniform(2.5, 18),
    clouds: Array.from({ length: random.chance(0.45) ? random.integer(1, 3) : 0 }, () => ({
      distanceMm: random.uniform(2, 25),
      thicknessMm: random.uniform(0.6, 4),
      underDb: random.uniform(18, 42),
    })),
  };
}

function layerOf(random: Random, style: BoneEcho['style'], mirrorDb: number, dynamicRangeDb: number) {
  switch (style) {
    case 'cortex':
      return {
        lobeDegrees: random.uniform(18, 60),
        layerDb: mirrorDb - random.uniform(0.1, 0.42) * dynamicRangeDb,
        layerMm: random.uniform(0.15, 0.6),
      };
    case 'thick':
      return {
        lobeDegrees: random.uniform(15, 50),
        layerDb: mirrorDb - random.uniform(-0.06, 0.2) * dynamicRangeDb,
        layerMm: logUniform(random, 0.4, 2.2),
      };
    case 'hairline':
      return {
        lobeDegrees: random.uniform(25, 65),
        layerDb: mirrorDb - random.uniform(0.2, 0.45) * dynamicRangeDb,
        layerMm: random.uniform(0.05, 0.2),
      };
  }
}

/** Echoes that went to and fro inside the bone or its coat: lines or smears parallel to the surface. */
function drawRepeats(random: Random): BoneEcho['repeats'] {
  if (random.chance(0.4)) return [];
  const spacing = random.uniform(0.7, 3.2);
  const first = random.uniform(8, 24);
  const perLine = random.uniform(2.5, 8);
  return Array.from({ length: random.integer(1, 6) }, (_, i) => ({
    distanceMm: spacing * (i + 1) + random.uniform(-0.15, 0.15),
    underDb: first + perLine * i,
    thicknessMm: random.uniform(0.1, 0.4),
  }));
}
