import type { PhantomKind } from './frame.ts';
import { type Random, SmoothField } from './random.ts';
import { SWEEP_HALF_LENGTH_MM } from './sweep.ts';

const tan = (degrees: number) => Math.tan((degrees * Math.PI) / 180);

/** Where a point of a surface was asked for: its depth (mm, reference z), and how much of the surface is there, 0 to 1. */
export interface SurfacePoint {
  depth: number;
  presence: number;
}

/** A surface as depth over the reference's x and y, mm. Defined everywhere, also where nothing of it is present. */
export interface Surface {
  sample(x: number, y: number, point: SurfacePoint): void;
}

/** 0 before `edge`, 1 after it, smoothly over `width`. */
export function step(value: number, edge: number, width: number): number {
  const t = Math.min(1, Math.max(0, (value - edge) / width + 0.5));
  return t * t * (3 - 2 * t);
}

/** All bones end here, so that the far end of every sweep shows some frames without bone. */
const BONE_END_Y = 0.98 * SWEEP_HALF_LENGTH_MM;

/** A circle's flank is followed to this fraction of its radius (74 degrees) and goes straight on from there. */
const FLANK = 0.96;

/** Depth of a unit circle's upper side below its top; beyond the flank its tangent, so that rays always meet it. */
function dome(u: number): number {
  const v = Math.abs(u);
  if (v <= FLANK) return 1 - Math.sqrt(1 - v * v);
  const height = Math.sqrt(1 - FLANK * FLANK);
  return 1 - height + ((v - FLANK) * FLANK) / height;
}

/** A shaft along the probe: lines across the picture, lost when the sweep runs off its flank. */
class LongBone implements Surface {
  readonly #top: number;
  readonly #slope: number;
  readonly #radius: number;
  readonly #undulation: SmoothField;
  readonly #undulationMm: number;
  readonly #gap: { readonly x: number; readonly halfWidth: number } | null;
  readonly #stepOff: { readonly x: number; readonly heightMm: number } | null;

  constructor(random: Random) {
    this.#top = random.uniform(11, 22);
    this.#slope = tan(random.uniform(-12, 12));
    this.#radius = SWEEP_HALF_LENGTH_MM * random.uniform(1.08, 1.9);
    this.#undulation = new SmoothField(random, random.uniform(6, 16), 14);
    this.#undulationMm = random.uniform(0.15, 0.8);
    this.#gap = random.chance(0.35) ? { x: random.uniform(-18, 18), halfWidth: random.uniform(1.5, 4) } : null;
    this.#stepOff = random.chance(0.3)
      ? { x: random.uniform(-14, 14), heightMm: random.uniform(0.6, 2.2) * random.sign() }
      : null;
  }

  sample(x: number, y: number, point: SurfacePoint): void {
    const u = (y - BONE_END_Y) / this.#radius + 0.94;
    point.depth = this.#top + this.#slope * x + this.#radius * dome(u);
    point.depth += this.#undulationMm * this.#undulation.at(x, y);
    if (this.#stepOff) point.depth += this.#stepOff.heightMm * step(x, this.#stepOff.x, 0.8);
    point.presence = step(0.94 - Math.abs(u), 0, 0.02);
    if (this.#gap) point.presence *= step(Math.abs(x - this.#gap.x), this.#gap.halfWidth, 0.5);
  }
}

interface RidgeShape {
  readonly x: number;
  readonly top: number;
  readonly radiusLeft: number;
  readonly radiusRight: number;
  readonly endY: number;
  /** Length over which the end rounds off, mm. */
  readonly capMm: number;
}

/** A bone across the picture: a dome whose sides differ, wandering with the sweep and rounding off at its end. */
class Ridge implements Surface {
  readonly #shape: RidgeShape;
  readonly #drift: number;
  readonly #rise: number;
  readonly #swelling: SmoothField;
  readonly #undulation: SmoothField;
  readonly #undulationMm: number;

  constructor(random: Random, shape: RidgeShape) {
    const size = Math.min(shape.radiusLeft, shape.radiusRight);
    this.#shape = shape;
    this.#drift = tan(random.uniform(-12, 12));
    this.#rise = tan(random.uniform(-8, 8));
    this.#swelling = new SmoothField(random, 1e6, 7);
    this.#undulation = new SmoothField(random, 0.35 * size + 1, 6);
    this.#undulationMm = random.uniform(0.02, 0.06) * Math.min(size, 14);
  }

  sample(x: number, y: number, point: SurfacePoint): void {
    const { top, radiusLeft, radiusRight, endY, capMm } = this.#shape;
    const toEnd = Math.max(0, (y - endY + capMm) / capMm);
    const shrink = Math.sqrt(1 - Math.min(0.98, toEnd) ** 2);
    const across = x - this.#shape.x - this.#drift * y;
    const size = (across < 0 ? radiusLeft : radiusRight) * (1 + 0.08 * this.#swelling.at(0, y)) * (0.5 + 0.5 * shrink);
    const u = across / size;
    point.depth = top + this.#rise * y + size * dome(u) + 0.35 * Math.min(radiusLeft, radiusRight) * (1 - shrink);
    point.depth += this.#undulationMm * this.#undulation.at(x, y);
    point.presence = step(FLANK - Math.abs(u), 0, 0.03) * step(endY - y, 0, 0.3);
  }
}

/** The nearest of several: what the beam meets first. */
class Union implements Surface {
  readonly #parts: readonly Surface[];
  readonly #point: SurfacePoint = { depth: 0, presence: 0 };

  constructor(parts: readonly Surface[]) {
    this.#parts = parts;
  }

  sample(x: number, y: number, point: SurfacePoint): void {
    point.depth = Number.POSITIVE_INFINITY;
    point.presence = 0;
    const part = this.#point;
    for (const surface of this.#parts) {
      surface.sample(x, y, part);
      // A present part hides an absent one, whatever their depths.
      const nearer = part.depth < point.depth;
      if (part.presence > 0.5 === point.presence > 0.5 ? nearer : part.presence > point.presence) {
        point.depth = part.depth;
        point.presence = part.presence;
      }
    }
  }
}

class NoBone implements Surface {
  sample(_x: number, _y: number, point: SurfacePoint): void {
    point.depth = 1e3;
    point.presence = 0;
  }
}

function arc(random: Random): Surface {
  const radius = random.uniform(9, 30);
  const x = random.uniform(-9, 9);
  const main: RidgeShape = {
    x,
    top: random.uniform(12, 22),
    radiusLeft: radius * random.uniform(0.55, 1.3),
    radiusRight: radius * random.uniform(0.55, 1.3),
    endY: BONE_END_Y,
    capMm: random.uniform(3, 6),
  };
  const bone = new Ridge(random, main);
  if (radius > 16 || !random.chance(0.5)) return bone;
  // A slender neighbour, as the fibula beside the tibia.
  const side = x > 0 ? -1 : 1;
  const slender = random.uniform(3.5, 6);
  return new Union([
    bone,
    new Ridge(random, {
      x: x + side * (radius * 1.2 + slender + random.uniform(1, 5)),
      top: main.top + random.uniform(-1, 6),
      radiusLeft: slender,
      radiusRight: slender,
      endY: BONE_END_Y - random.uniform(0, 2),
      capMm: 3,
    }),
  ]);
}

function humps(random: Random): Surface {
  const count = random.integer(2, 3);
  const top = random.uniform(12, 20);
  const parts: Surface[] = [];
  for (let i = 0; i < count; i++) {
    const radius = random.uniform(4, 8.5);
    parts.push(
      new Ridge(random, {
        x: (i - (count - 1) / 2) * random.uniform(17, 21) + random.uniform(-3, 3),
        top: top + random.uniform(-2, 4),
        radiusLeft: radius * random.uniform(0.8, 1.2),
        radiusRight: radius * random.uniform(0.8, 1.2),
        endY: BONE_END_Y - random.uniform(0, 3),
        capMm: random.uniform(2, 5),
      }),
    );
  }
  return new Union(parts);
}

/** The bone of a seed. Kinds and their ranges: models.md 5.1, with the larger arcs of 5.5. */
export function boneOf(kind: PhantomKind, random: Random): Surface {
  if (kind === 'none') return new NoBone();
  const share = random.uniform();
  const chosen = kind === 'auto' ? (share < 0.35 ? 'long' : share < 0.75 ? 'arc' : 'humps') : kind;
  if (chosen === 'long') return new LongBone(random);
  return chosen === 'arc' ? arc(random) : humps(random);
}

/** A bright sheet without shadow: fascia, tendon, septum. What a model must not take for bone. */
export class Sheet implements Surface {
  readonly #depth: number;
  readonly #slopeX: number;
  readonly #slopeY: number;
  readonly #undulation: SmoothField;
  readonly #undulationMm: number;
  readonly #fromX: number;
  readonly #toX: number;
  readonly #breaks: SmoothField;
  readonly #breakLevel: number;
  /** Above the muscle around it at right angles, dB. */
  readonly brightnessDb: number;
  /** Angle at which the echo has fallen to 1/e, degrees. */
  readonly lobeDegrees: number;

  /** `fascia`: runs through the whole picture, nearly level; `septum`: a piece of any length and tilt. */
  constructor(random: Random, depth: number, halfWidth: number, kind: 'fascia' | 'septum') {
    const through = kind === 'fascia';
    const middle = random.uniform(-1, 1) * halfWidth * (through ? 0.3 : 1);
    const half = random.uniform(through ? 0.8 : 0.12, through ? 1.5 : 0.7) * halfWidth;
    const tilt = through ? 4 : 13;
    this.#depth = depth;
    this.#slopeX = tan(random.uniform(-tilt, tilt));
    this.#slopeY = tan(random.uniform(-10, 10));
    this.#undulation = new SmoothField(random, random.uniform(4, 12), 12);
    this.#undulationMm = random.uniform(0.3, 1.2);
    this.#fromX = middle - half;
    this.#toX = middle + half;
    this.#breaks = new SmoothField(random, 5, 5);
    this.#breakLevel = random.uniform(-2.2, -0.4);
    this.brightnessDb = through ? random.uniform(20, 30) : random.uniform(10, 27);
    this.lobeDegrees = random.uniform(10, 22);
  }

  sample(x: number, y: number, point: SurfacePoint): void {
    point.depth = this.#depth + this.#slopeX * x + this.#slopeY * y + this.#undulationMm * this.#undulation.at(x, y);
    point.presence =
      step(x, this.#fromX, 3) * step(-x, -this.#toX, 3) * step(this.#breaks.at(x, y), this.#breakLevel, 0.6);
  }
}
