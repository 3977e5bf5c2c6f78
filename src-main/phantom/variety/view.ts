import type { BeamGrid } from '../imaging.ts';
import type { Random } from '../random.ts';

/** The scanned area, mm: x along the probe's face from its middle, z down from the face's foremost point. */
export interface Footprint {
  readonly kind: 'linear' | 'convex';
  /** Convex: radius of the probe's face; linear: infinite. */
  readonly radiusMm: number;
  /** Half the face of a linear probe, mm; half the opening angle of a convex one, radians. */
  readonly half: number;
  /** Length of a beam, mm. */
  readonly depthMm: number;
}

/** The picture: `columns` x `rows` pixels whose upper left corner lies at (leftMm, topMm). */
export interface PictureWindow {
  readonly columns: number;
  readonly rows: number;
  readonly mmPerPixel: readonly [x: number, y: number];
  readonly leftMm: number;
  readonly topMm: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Beams beside the footprint, so that the lateral filters have settled at its edge. */
const MARGIN_BEAMS = 8;
/** Distance of neighbouring beams at the face of a linear probe, and in the middle of a convex probe's depth, mm. */
const PITCH_MM = 0.27;

export function drawFootprint(random: Random, kind: Footprint['kind']): Footprint {
  if (kind === 'linear') {
    const half = random.uniform(13, 30);
    return {
      kind,
      radiusMm: Number.POSITIVE_INFINITY,
      half,
      depthMm: random.uniform(30, random.chance(0.7) ? 65 : 120),
    };
  }
  const micro = random.chance(0.25);
  return {
    kind,
    radiusMm: micro ? random.uniform(9, 20) : random.uniform(38, 65),
    half: (random.uniform(micro ? 35 : 22, micro ? 60 : 40) * Math.PI) / 180,
    depthMm: random.uniform(35, 120),
  };
}

/** Smallest box around the scanned area, mm. */
export function boundsOf({ kind, radiusMm, half, depthMm }: Footprint): Box {
  if (kind === 'linear') return { left: -half, right: half, top: 0, bottom: depthMm };
  const side = (radiusMm + depthMm) * Math.sin(Math.min(half, Math.PI / 2));
  return { left: -side, right: side, top: radiusMm * (Math.cos(half) - 1), bottom: depthMm };
}

/** Beams over a footprint: where they run, and which beam and depth a point of the picture belongs to. */
export class BeamView {
  readonly footprint: Footprint;
  readonly grid: BeamGrid;
  /** Outermost beams of the footprint, as fractional beam numbers. */
  readonly firstBeam = MARGIN_BEAMS;
  readonly lastBeam: number;
  readonly #middle: number;
  /** Convex: angle between neighbouring beams, radians. */
  readonly #turn: number;

  constructor(footprint: Footprint, stepMm: number) {
    this.footprint = footprint;
    const { radiusMm, half, depthMm } = footprint;
    const straight = footprint.kind === 'linear';
    const arc = straight ? 2 * half : 2 * half * (radiusMm + depthMm / 2);
    const inside = Math.max(64, Math.ceil(arc / PITCH_MM));
    this.#turn = straight ? 0 : (2 * half) / inside;
    const pitchMm = straight ? (2 * half) / inside : this.#turn * radiusMm;
    this.lastBeam = MARGIN_BEAMS + inside;
    this.#middle = MARGIN_BEAMS + inside / 2;
    const beams = inside + 1 + 2 * MARGIN_BEAMS;
    this.grid = {
      beams,
      samples: Math.ceil(depthMm / stepMm),
      pitchMm,
      stepMm,
      lateralMm: Float64Array.from({ length: beams }, (_, b) => (b - this.#middle) * pitchMm),
      marginBeams: MARGIN_BEAMS,
      samplesPerRow: 1,
    };
  }

  /** Distance of neighbouring beams at a depth, mm. */
  pitchAt(depthMm: number): number {
    const { radiusMm } = this.footprint;
    return this.#turn === 0 ? this.grid.pitchMm : this.#turn * (radiusMm + depthMm);
  }

  /** Fractional number of the beam through a point. */
  beamAt(x: number, z: number): number {
    if (this.#turn === 0) return this.#middle + x / this.grid.pitchMm;
    return this.#middle + Math.atan2(x, z + this.footprint.radiusMm) / this.#turn;
  }

  /** Depth of a point along its beam, mm. */
  depthAt(x: number, z: number): number {
    const { radiusMm } = this.footprint;
    return this.#turn === 0 ? z : Math.hypot(x, z + radiusMm) - radiusMm;
  }

  /** Where beam `b` is at a depth: x and z, mm. */
  pointAt(b: number, depthMm: number): readonly [x: number, z: number] {
    if (this.#turn === 0) return [(b - this.#middle) * this.grid.pitchMm, depthMm];
    const angle = (b - this.#middle) * this.#turn;
    const { radiusMm } = this.footprint;
    return [(radiusMm + depthMm) * Math.sin(angle), (radiusMm + depthMm) * Math.cos(angle) - radiusMm];
  }
}
