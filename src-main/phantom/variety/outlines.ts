import { type Random, SmoothField } from '../random.ts';
import type { BeamView } from './view.ts';

/** A surface as a chain of points, mm. A gap in a bone makes two outlines of the same `bone`. */
export interface Outline {
  readonly bone: number;
  readonly x: readonly number[];
  readonly z: readonly number[];
}

/** What each beam meets first. */
export interface OutlineHits {
  /** Along the beam, mm; Infinity where it meets nothing. */
  readonly depthMm: Float64Array;
  /** Cosine of the angle between the beam and the surface's normal. */
  readonly cosine: Float64Array;
  /** Which bone; -1 where none. */
  readonly bone: Int8Array;
}

/** Distance of an outline's points, mm: well under a beam's width. */
const POINT_MM = 0.12;
const DEGREE = Math.PI / 180;

export const BONE_KINDS = ['shaft', 'arc', 'humps', 'vertebra', 'free', 'pair'] as const;
export type BoneKind = (typeof BONE_KINDS)[number];
const KIND_WEIGHTS: Readonly<Record<BoneKind, number>> = {
  shaft: 0.2,
  arc: 0.3,
  humps: 0.17,
  vertebra: 0.13,
  free: 0.1,
  pair: 0.1,
};

/** Where bones may lie: about the middle of the visible part, mm. */
export interface BonePlace {
  readonly x: number;
  readonly halfWidth: number;
  readonly shallowest: number;
  readonly deepest: number;
}

/** Even on a logarithmic scale: small sizes are as frequent as large ones. */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.uniform();
}

export function drawBoneKind(random: Random): BoneKind {
  let share = random.uniform();
  for (const kind of BONE_KINDS) {
    share -= KIND_WEIGHTS[kind];
    if (share < 0) return kind;
  }
  return 'arc';
}

export function drawBones(random: Random, kind: BoneKind, place: BonePlace): Outline[] {
  switch (kind) {
    case 'shaft':
      return shaft(random, place);
    case 'arc':
      return [dome(random, 0, place, logUniform(random, 4, 40))];
    case 'humps':
      return humps(random, place);
    case 'vertebra':
      return [vertebra(random, place)];
    case 'free':
      return [free(random, place)];
    case 'pair': {
      const side = random.sign();
      const near = { ...place, x: place.x + side * place.halfWidth * 0.45, halfWidth: place.halfWidth / 2 };
      const far = { ...place, x: place.x - side * place.halfWidth * 0.45, halfWidth: place.halfWidth / 2 };
      return [dome(random, 0, near, logUniform(random, 3, 14)), dome(random, 1, far, logUniform(random, 4, 22))];
    }
  }
}

/** The shape z(x) between two ends, with fine undulation. */
function sampled(bone: number, from: number, to: number, depthAt: (x: number) => number): Outline {
  const x: number[] = [];
  const z: number[] = [];
  for (let at = from; at <= to; at += POINT_MM) {
    x.push(at);
    z.push(depthAt(at));
  }
  return { bone, x, z };
}

/** A line across the picture: tilted, undulating, with a gap, a step or an end that bends away. */
function shaft(random: Random, place: BonePlace): Outline[] {
  const top = random.uniform(place.shallowest, place.deepest);
  const slope = Math.tan(random.uniform(-30, 30) * (random.chance(0.5) ? 0.4 : 1) * DEGREE);
  const wave = new SmoothField(random, random.uniform(4, 18), 1);
  const waveMm = random.uniform(0.05, 0.9);
  const stepX = place.x + random.uniform(-0.7, 0.7) * place.halfWidth;
  const stepMm = random.chance(0.25) ? random.uniform(0.5, 3) * random.sign() : 0;
  const endX = random.chance(0.4) ? place.x + random.uniform(-0.2, 0.9) * place.halfWidth : 1e3;
  const bend = random.uniform(2, 9);
  const mirrored = random.sign();
  const depthAt = (x: number) => {
    const u = mirrored * (x - place.x) + place.x;
    const past = Math.min(0.995, Math.max(0, (u - endX) / bend + 0.995));
    const fall = bend * (1 - Math.sqrt(1 - past * past));
    return top + slope * (x - place.x) + waveMm * wave.at(x, 0) + (u > stepX ? stepMm : 0) + fall;
  };
  const [from, to] = [place.x - 70, place.x + 70];
  const [start, end] = mirrored > 0 ? [from, Math.min(to, endX)] : [Math.max(from, 2 * place.x - endX), to];
  if (!random.chance(0.3)) return [sampled(0, start, end, depthAt)];
  const gapX = place.x + random.uniform(-0.8, 0.8) * place.halfWidth;
  const gap = random.uniform(0.8, 5);
  return [sampled(0, start, gapX - gap, depthAt), sampled(0, gapX + gap, end, depthAt)].filter((o) => o.x.length > 1);
}

/** A rounded bone seen across: from half a circle to a flat top with steep flanks (a superellipse), tilted. */
function dome(random: Random, bone: number, place: BonePlace, radius: number): Outline {
  const left = radius * random.uniform(0.6, 1.3);
  const right = radius * random.uniform(0.6, 1.3);
  const height = radius * random.uniform(0.5, 1.25);
  const power = 2 / (random.chance(0.4) ? random.uniform(2.2, 5) : 2);
  const tilt = random.uniform(-28, 28) * DEGREE;
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  const cx = place.x + random.uniform(-0.6, 0.6) * place.halfWidth;
  const top = random.uniform(place.shallowest, place.deepest);
  const wave = new SmoothField(random, 0.3 * radius + 1, 1);
  const waveMm = random.uniform(0.01, 0.05) * Math.min(radius, 12);
  const x: number[] = [];
  const z: number[] = [];
  const turn = POINT_MM / (2 * radius);
  for (let t = -1.54; t <= 1.54; t += turn) {
    const [s, c] = [Math.abs(Math.sin(t)) ** power, Math.cos(t) ** power];
    const across = t < 0 ? -left * s : right * s;
    const down = height * (1 - c) + waveMm * wave.at(across, 0);
    x.push(cx + cos * across - sin * (down - height));
    z.push(top + height + sin * across + cos * (down - height));
  }
  return { bone, x, z };
}

function humps(random: Random, place: BonePlace): Outline[] {
  const count = random.integer(2, 4);
  const period = random.uniform(9, 20);
  const radius = Math.min(period * random.uniform(0.25, 0.48), 9);
  const top = random.uniform(place.shallowest, place.deepest);
  const tilt = Math.tan(random.uniform(-12, 12) * DEGREE);
  const shift = random.uniform(-0.5, 0.5) * period;
  return Array.from({ length: count }, (_, i) => {
    const dx = (i - (count - 1) / 2) * period + shift + random.uniform(-1.5, 1.5);
    const at = Math.max(place.shallowest * 0.7, top + tilt * dx + random.uniform(-1.5, 2));
    return dome(
      random,
      i,
      { x: place.x + dx, halfWidth: 0, shallowest: at, deepest: at },
      radius * random.uniform(0.8, 1.2),
    );
  });
}

/** Through the control points (x ascending) with level tangents. */
function through(points: readonly (readonly [x: number, z: number])[], at: number): number {
  let i = 1;
  while (i < points.length - 1 && at > points[i]![0]) i++;
  const [x0, z0] = points[i - 1]!;
  const [x1, z1] = points[i]!;
  const t = Math.min(1, Math.max(0, (at - x0) / (x1 - x0)));
  return z0 + (z1 - z0) * t * t * (3 - 2 * t);
}

/** A vertebra seen across: spinous process, laminae, facet joints, transverse processes; sizes from child to adult. */
function vertebra(random: Random, place: BonePlace): Outline {
  const size = random.uniform(0.55, 1.25);
  const off = place.x + random.uniform(-0.5, 0.5) * place.halfWidth;
  const top = random.uniform(place.shallowest, Math.max(place.shallowest, place.deepest - 8 * size));
  const tilt = Math.tan(random.uniform(-14, 14) * DEGREE);
  const wave = new SmoothField(random, 3, 1);
  const right: (readonly [number, number])[] = [];
  const half = (side: 1 | -1) => {
    const j = (low: number, high: number) => size * random.uniform(low, high);
    const lamina = j(7, 13);
    const facet = lamina - j(0, 5);
    const process = lamina + j(1, 7);
    return [
      [side * j(0.8, 2), j(0, 0.4)],
      [side * j(3, 6), lamina - j(0, 2)],
      [side * j(7, 10), lamina],
      [side * j(11, 14), facet],
      [side * j(16, 19), process],
      [side * j(20, 27), process - j(0, 2)],
    ] as (readonly [number, number])[];
  };
  right.push(...half(-1).reverse(), ...half(1));
  const shape = right.map(([x, z]) => [off + x, top + z + tilt * x] as const);
  return sampled(0, shape[0]![0], shape.at(-1)![0], (x) => through(shape, x) + 0.25 * wave.at(x, 0));
}

/** An irregular surface: no name, any slope. */
function free(random: Random, place: BonePlace): Outline {
  const top = random.uniform(place.shallowest, place.deepest);
  const coarse = new SmoothField(random, random.uniform(6, 14), 1);
  const fine = new SmoothField(random, random.uniform(1.5, 4), 1);
  const [coarseMm, fineMm] = [random.uniform(1, 5), random.uniform(0, 0.3)];
  const half = random.uniform(6, 40);
  const x0 = place.x + random.uniform(-0.5, 0.5) * place.halfWidth;
  const depthAt = (x: number) => Math.max(2.5, top + coarseMm * coarse.at(x, 0) + fineMm * fine.at(x, 0));
  return sampled(0, x0 - half, x0 + half, depthAt);
}

/** Follows every beam to the first outline it meets. */
export function traceOutlines(view: BeamView, outlines: readonly Outline[]): OutlineHits {
  const { beams } = view.grid;
  const depthMm = new Float64Array(beams).fill(Number.POSITIVE_INFINITY);
  const cosine = new Float64Array(beams);
  const bone = new Int8Array(beams).fill(-1);
  for (const outline of outlines) {
    let u0 = view.beamAt(outline.x[0]!, outline.z[0]!);
    let d0 = view.depthAt(outline.x[0]!, outline.z[0]!);
    for (let i = 1; i < outline.x.length; i++) {
      const u1 = view.beamAt(outline.x[i]!, outline.z[i]!);
      const d1 = view.depthAt(outline.x[i]!, outline.z[i]!);
      const across = Math.abs(u1 - u0) * view.pitchAt((d0 + d1) / 2);
      const last = Math.min(beams - 1, Math.floor(Math.max(u0, u1)));
      for (let b = Math.max(0, Math.ceil(Math.min(u0, u1))); b <= last; b++) {
        const depth = u0 === u1 ? Math.min(d0, d1) : d0 + ((b - u0) / (u1 - u0)) * (d1 - d0);
        if (!(depth > 0.5 && depth < depthMm[b]!)) continue;
        depthMm[b] = depth;
        cosine[b] = across / (Math.hypot(across, d1 - d0) + 1e-12);
        bone[b] = outline.bone;
      }
      [u0, d0] = [u1, d1];
    }
  }
  return { depthMm, cosine, bone };
}
