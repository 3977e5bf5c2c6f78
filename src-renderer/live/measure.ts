/** Lengths on the picture and the ruler beside it, in millimetres of the source's own grid. Pure. */
import type { Orientation } from '../../src-shared/index.ts';
import type { Point } from './view-transform.ts';

type Size = readonly [columns: number, rows: number];

/** A distance somebody laid on the picture, in picture pixels. */
export interface Caliper {
  readonly id: number;
  readonly from: Point;
  readonly to: Point;
  /** The frozen picture it was laid on: it is true of that one alone. Null: laid on a running picture. */
  readonly seq: number | null;
}

export function lengthMm({ from, to }: Pick<Caliper, 'from' | 'to'>, mmPerPixel: Point): number {
  return Math.hypot((to[0] - from[0]) * mmPerPixel[0], (to[1] - from[1]) * mmPerPixel[1]);
}

/** Where depth and the probe's marked side lie on the picture's grid. */
export interface ProbeAxes {
  /** 0: depth runs along columns, 1: along rows. */
  readonly depthAxis: 0 | 1;
  /** Depth grows with the coordinate. */
  readonly depthGrows: boolean;
  /** Corner of the picture at the transducer, on its marked side; picture pixels. */
  readonly markedCorner: Point;
}

/** Letters of `Orientation`: what +x and +y point to; F and N lie along depth, M and U across. */
export function probeAxes(orientation: Orientation, size: Size): ProbeAxes {
  const [x, y] = orientation;
  const depthAxis = x === 'F' || x === 'N' ? 0 : 1;
  const depthGrows = (depthAxis === 0 ? x : y) === 'F';
  const markedGrows = (depthAxis === 0 ? y : x) === 'M';
  const nearEnd = depthGrows ? 0 : size[depthAxis];
  const markedEnd = markedGrows ? size[depthAxis === 0 ? 1 : 0] : 0;
  return { depthAxis, depthGrows, markedCorner: depthAxis === 0 ? [nearEnd, markedEnd] : [markedEnd, nearEnd] };
}

/** Distances in mm between two numbered ticks that read well. */
const STEPS_MM: readonly number[] = [1, 2, 5, 10, 20, 50, 100];
const TICKS_BETWEEN = 5;

export interface RulerTick {
  /** From the transducer's end of the picture. */
  readonly depthMm: number;
  readonly isNumbered: boolean;
}

/** Ticks of a ruler `depthMm` long: as fine as numbers at least `leastGap` CSS pixels apart allow. */
export function rulerTicks(depthMm: number, cssPixelsPerMm: number, leastGap = 44): readonly RulerTick[] {
  if (!(depthMm > 0) || !(cssPixelsPerMm > 0) || depthMm > 10_000) {
    return [];
  }
  const step = STEPS_MM.find((mm) => mm * cssPixelsPerMm >= leastGap) ?? (STEPS_MM.at(-1) as number);
  const count = Math.floor((depthMm / step) * TICKS_BETWEEN + 1e-6);
  return Array.from({ length: count + 1 }, (_, index) => ({
    depthMm: (index * step) / TICKS_BETWEEN,
    isNumbered: index % TICKS_BETWEEN === 0,
  }));
}
