import { describe, expect, it } from 'vitest';
import { colourAt } from '../../../src-renderer/space/colour-scale.ts';
import { plyOf } from '../../../src-renderer/space/ply.ts';
import { roundLength } from '../../../src-renderer/space/scale-bar.tsx';
import { SurfacePoints } from '../../../src-renderer/space/surface-points.ts';
import type { SpacePoints, SpaceStatus } from '../../../src-shared/index.ts';

const POINT_A = [1, 2, 3, 10, 0];
const POINT_B = [-4, 5, 6, 20, 1.5];

function answer(generation: number, from: number, total: number, numbers: readonly number[]): SpacePoints {
  const bytes = new Uint8Array(Float32Array.from(numbers).buffer);
  return { generation, from, total, points: btoa(String.fromCharCode(...bytes)), plane: null };
}

const STATUS: SpaceStatus = {
  generation: 1,
  points: 2,
  maxPoints: 1000,
  gridMm: 0.5,
  framesUsed: 1,
  framesSkipped: { 'no-pose': 0, 'invalid-pose': 0, 'invalid-image': 0, undecided: 0 },
  placement: 'image',
  reference: 'Ref\nelement vertex 9',
  sourceCoordinates: 'RAS',
  scaleOrigin: 'estimate',
  sourceKind: 'demo',
};

describe('the points a page has fetched', () => {
  it('adds what is new, and begins anew with a new generation', () => {
    const points = new SurfacePoints();
    expect(points.add(answer(1, 0, 2, POINT_A))).toBe(true);
    expect(points.isComplete).toBe(false);
    expect(points.add(answer(1, 1, 2, POINT_B))).toBe(true);
    expect([...points.values]).toEqual([...POINT_A, ...POINT_B]);
    expect(points.isComplete).toBe(true);
    expect(points.add(answer(1, 2, 2, []))).toBe(false);
    expect(points.add(answer(2, 0, 1, POINT_B))).toBe(true);
    expect([...points.values]).toEqual(POINT_B);
    expect(points.add(answer(3, 0, 0, []))).toBe(true);
    expect(points.count).toBe(0);
  });

  it('takes an answer that comes twice once, and none that leaves a gap', () => {
    const points = new SurfacePoints();
    points.add(answer(1, 0, 1, POINT_A));
    points.add(answer(1, 0, 1, POINT_A));
    expect([...points.values]).toEqual(POINT_A);
    points.add(answer(1, 5, 6, POINT_B));
    expect([...points.values]).toEqual(POINT_A);
  });
});

describe('the PLY file', () => {
  it('holds every point with its colour, and says what the numbers are', () => {
    const points = new SurfacePoints();
    points.add(answer(1, 0, 2, [...POINT_A, ...POINT_B]));
    const lines = plyOf(points, STATUS, 'depth', new Date(0)).split('\n');
    expect(lines.slice(0, 2)).toEqual(['ply', 'format ascii 1.0']);
    expect(lines.filter((line) => line.startsWith('element'))).toEqual(['element vertex 2']);
    expect(lines.join('\n')).toMatch(/comment scale ASSUMED \(estimate\)/);
    const body = lines.slice(lines.indexOf('end_header') + 1);
    expect(body).toEqual([
      `1.000 2.000 3.000 10.000 0.000 ${colourAt(0).join(' ')}`,
      `-4.000 5.000 6.000 20.000 1.500 ${colourAt(1).join(' ')}`,
      '',
    ]);
  });
});

describe('the colours', () => {
  it('grow brighter with the value, for the colour-blind too', () => {
    const brightness = Array.from({ length: 20 }, (_, i) => {
      const [red, green, blue] = colourAt(i / 19);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect(brightness).toEqual([...brightness].sort((a, b) => a - b));
    expect(colourAt(Number.NaN)).toEqual(colourAt(0));
  });
});

describe('the scale bar', () => {
  it('has a round length', () => {
    expect([0.34, 1, 7, 19.9, 55, 640].map(roundLength)).toEqual([0.2, 1, 5, 10, 50, 500]);
  });
});
