import { describe, expect, it } from 'vitest';
import { Placer } from '../../../../src-main/engine/space/placer.ts';
import type { FrameMeta, SpaceGeometry } from '../../../../src-shared/index.ts';
import { IDENTITY, metaOf, poseAt } from './streams.ts';

const identityPose = { name: 'ProbeToReference', matrix: IDENTITY, skewMs: 0 };

/** Where pixel (column, row) of the last of these pictures lies, and by what; or why nowhere. */
function lastOf(geometry: SpaceGeometry, metas: readonly FrameMeta[], column: number, row: number) {
  const placer = new Placer(geometry);
  const placed = metas.map((meta) => placer.place(meta)).at(-1);
  if (placed === undefined || typeof placed === 'string') return placed;
  const { affine: a, placement } = placed;
  const point = [0, 4, 8].map((r) => a[r]! * column + a[r + 1]! * row + a[r + 3]!);
  return { placement, point: point.map((value) => Math.round(value * 1e4) / 1e4) };
}

describe('placing a picture in space', () => {
  it('image: by the 12 floats alone, whose position is the picture’s centre; the pose is in them already', () => {
    // Centre (19.5, 14.5) lies at (10, 20, 30); columns run along z at 0.2 mm, rows along -x at 0.1 mm.
    const place = { i: [0, 0, 0.2], j: [-0.1, 0, 0], centre: [10, 20, 30] } as const;
    const metas = [metaOf(place, poseAt(500, 500, 500))];
    expect(lastOf('image', metas, 19.5, 14.5)).toEqual({ placement: 'image', point: [10, 20, 30] });
    expect(lastOf('image', metas, 0, 0)).toEqual({ placement: 'image', point: [11.45, 20, 26.1] });
  });

  it('image: LPS numbers become RAS', () => {
    const metas = [metaOf({ centre: [10, 20, 30], coordinate: 2 }, null)];
    expect(lastOf('image', metas, 20.5, 14.5)).toEqual({ placement: 'image', point: [-10.1, -20, 30] });
  });

  it('pose: times the pixel size, where the source says nothing of how the picture lies on the probe', () => {
    const metas = [metaOf({ centre: [9, 9, 9] }, poseAt(100, 200, 300))];
    expect(lastOf('pose', metas, 30, 20)).toEqual({ placement: 'pose-uncalibrated', point: [98, 203, 300] });
  });

  it('pose: times the IMAGE matrix, where that maps into the very frame the pose comes from', () => {
    const metas = [metaOf({ centre: [5, 0, 0] }, poseAt(100, 200, 300), { coordFrame: 'Probe' })];
    expect(lastOf('pose', metas, 19.5, 14.5)).toEqual({ placement: 'pose-calibrated', point: [100, 205, 300] });
  });

  it('pose: ImageTo… maps pixels, with no pixel size beside its own', () => {
    const metas = [metaOf({}, poseAt(100, 200, 300, 'ImageToReference'))];
    expect(lastOf('pose', metas, 30, 20)).toEqual({ placement: 'pose-pixel', point: [80, 230, 300] });
  });

  it('auto: the matrix where it moves, even when a pose moves too', () => {
    const metas = [metaOf({ centre: [0, 0, 0] }, poseAt(0, 0, 0)), metaOf({ centre: [0, 3, 0] }, poseAt(0, 3, 0))];
    expect(lastOf('auto', metas, 19.5, 14.5)).toEqual({ placement: 'image', point: [0, 3, 0] });
  });

  it('auto: the pose where it moves and the matrix stands still', () => {
    const metas = [metaOf({}, poseAt(0, 0, 0)), metaOf({}, poseAt(0, 3, 0))];
    expect(lastOf('auto', metas, 0, 0)).toEqual({ placement: 'pose-uncalibrated', point: [0, 3, 0] });
  });

  it('auto: a matrix that moves after all has the last word', () => {
    const metas = [
      metaOf({}, poseAt(0, 0, 0)),
      metaOf({}, poseAt(0, 3, 0)),
      metaOf({ centre: [0, 5, 0] }, poseAt(0, 5, 0)),
    ];
    expect(lastOf('auto', metas, 19.5, 14.5)).toEqual({ placement: 'image', point: [0, 5, 0] });
  });

  it('auto: guesses nothing while neither moves, nor when only the depth is changed', () => {
    expect(lastOf('auto', [metaOf({}, poseAt(0, 0, 0)), metaOf({}, poseAt(0, 0.1, 0))], 0, 0)).toBe('undecided');
    const deeper = metaOf({ i: [0.2, 0, 0], j: [0, 0.2, 0], centre: [3.9, 2.9, 0] }, poseAt(0, 0, 0));
    expect(lastOf('auto', [metaOf({ centre: [1.95, 1.45, 0] }, poseAt(0, 0, 0)), deeper], 0, 0)).toBe('undecided');
  });

  it('a tracked source’s picture without pose is not placed under any rule', () => {
    const metas = [metaOf({ centre: [0, 0, 0] }, poseAt(0, 0, 0)), metaOf({ centre: [0, 3, 0] }, null)];
    for (const geometry of ['auto', 'image', 'pose'] as const) {
      expect(lastOf(geometry, metas, 0, 0)).toBe('no-pose');
    }
    expect(lastOf('pose', [metaOf({}, null)], 0, 0)).toBe('no-pose');
    expect(lastOf('image', [metaOf({}, null)], 19.5, 14.5)).toMatchObject({ point: [0, 0, 0] });
  });

  it('refuses poses that are none: not finite, without axes, a last row of its own, identity after others', () => {
    const broken = (change: (matrix: Float32Array) => void) => {
      const pose = poseAt(1, 2, 3);
      change(pose.matrix);
      return lastOf('pose', [metaOf({}, pose)], 0, 0);
    };
    expect(broken((matrix) => matrix.fill(Number.NaN, 0, 1))).toBe('invalid-pose');
    expect(broken((matrix) => matrix.fill(0, 0, 12))).toBe('invalid-pose');
    expect(broken((matrix) => matrix.fill(2, 15))).toBe('invalid-pose');
    expect(lastOf('pose', [metaOf({}, poseAt(1, 2, 3)), metaOf({}, identityPose)], 0, 0)).toBe('invalid-pose');
    expect(lastOf('pose', [metaOf({}, identityPose)], 0, 0)).toMatchObject({ point: [0, 0, 0] });
  });

  it('refuses an IMAGE matrix that spans no plane', () => {
    expect(lastOf('image', [metaOf({ j: [0.2, 0, 0] }, null)], 0, 0)).toBe('invalid-image');
    expect(lastOf('image', [metaOf({ centre: [Number.NaN, 0, 0] }, null)], 0, 0)).toBe('invalid-image');
  });
});
