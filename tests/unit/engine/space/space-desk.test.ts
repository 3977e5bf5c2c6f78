import { describe, expect, it } from 'vitest';
import { BoneCloud } from '../../../../src-main/engine/space/bone-cloud.ts';
import { SpaceDesk } from '../../../../src-main/engine/space/index.ts';
import { eachSurfacePixel } from '../../../../src-main/engine/space/surface.ts';
import type { SurfaceToPublish } from '../../../../src-main/publishing/index.ts';
import {
  boneSpan,
  defaultSettings,
  MAX_TEXT_BYTES,
  packMask,
  SPACE_POINT_FLOATS,
  SPACE_POINTS_PER_ANSWER,
  type SpaceGeometry,
  type SpacePoints,
} from '../../../../src-shared/index.ts';
import { boneAt, metaOf, poseAt } from './streams.ts';

const ALL = { generation: 0, since: 0, tsBits: null } as const;

function aDesk(geometry: SpaceGeometry) {
  const published: SurfaceToPublish[] = [];
  const desk = new SpaceDesk({ geometry, changed: () => {}, publish: (surface) => published.push(surface) });
  return { desk, published };
}

function pointsOf({ points }: SpacePoints): number[][] {
  const bytes = Buffer.from(points, 'base64');
  return Array.from({ length: bytes.length / 4 / SPACE_POINT_FLOATS }, (_, i) =>
    Array.from({ length: SPACE_POINT_FLOATS }, (_, k) =>
      Number(bytes.readFloatLE(4 * (i * SPACE_POINT_FLOATS + k)).toFixed(3)),
    ),
  );
}

describe('the bone surface in space', () => {
  it('puts the topmost bone pixel of a beam where the picture lies, with depth and time', async () => {
    const { desk } = aDesk('image');
    const meta = metaOf({ centre: [10, 20, 30] }, poseAt(500, 500, 500));
    desk.result(
      boneAt(
        meta,
        [
          [9, 12],
          [9, 13],
          [9, 20],
        ],
        1000,
      ),
    );
    desk.result(boneAt(metaOf({ centre: [10, 20, 33] }, poseAt(500, 500, 500)), [[9, 12]], 1500));
    const answer = await desk.run('space.points', ALL);
    // Column 9 lies 10.5 pixels of 0.1 mm before the centre, row 12 lies 2.5 before it.
    expect(pointsOf(answer)).toEqual([
      [8.95, 19.75, 30, 1.2, 0],
      [8.95, 19.75, 33, 1.2, 0.5],
    ]);
    expect(desk.describe()).toMatchObject({ points: 2, framesUsed: 2, placement: 'image', reference: 'Reference' });
  });

  it('sends only what a console has not got, and all of it again after a clear', async () => {
    const { desk } = aDesk('image');
    const at = (z: number) => boneAt(metaOf({ centre: [0, 0, z] }, null), [[0, 5]]);
    desk.result(at(0));
    const first = await desk.run('space.points', ALL);
    desk.result(at(1));
    const second = await desk.run('space.points', { ...ALL, generation: first.generation, since: first.total });
    expect(second).toMatchObject({ from: 1, total: 2 });
    expect(pointsOf(second)).toHaveLength(1);
    await desk.run('space.clear', {});
    desk.result(at(2));
    const third = await desk.run('space.points', { ...ALL, generation: first.generation, since: 2 });
    expect(third).toMatchObject({ from: 0, total: 1, generation: first.generation + 1 });
    expect(pointsOf(third)[0]?.[2]).toBe(2);
  });

  it('counts frames with bone that it cannot place, by reason, and gains nothing from them', () => {
    const { desk } = aDesk('pose');
    const notFinite = { ...poseAt(0, 0, 0), matrix: new Float32Array(16).fill(Number.NaN) };
    for (const pose of [poseAt(0, 0, 0), null, null, notFinite]) {
      desk.result(boneAt(metaOf({}, pose), [[0, 0]]));
    }
    desk.result({ ...boneAt(metaOf({}, null), []), state: 'no-bone' });
    expect(desk.describe()).toMatchObject({
      points: 1,
      framesUsed: 1,
      framesSkipped: { 'no-pose': 2, 'invalid-pose': 1, 'invalid-image': 0, undecided: 0 },
    });
  });

  it('never mixes two coordinate frames, two rules or two sources', () => {
    const { desk } = aDesk('pose');
    const put = (name: string) => desk.result(boneAt(metaOf({}, poseAt(0, 0, 0, name)), [[0, 0]]));
    put('ProbeToReference');
    put('ProbeToTracker');
    expect(desk.describe()).toMatchObject({ points: 1, reference: 'Tracker' });
    desk.settingsChanged(new Set(['space.geometry']), { ...defaultSettings(), 'space.geometry': 'image' });
    expect(desk.describe()).toMatchObject({ points: 0, placement: null });
    put('ProbeToTracker');
    desk.sourceChanged();
    expect(desk.describe().points).toBe(0);
  });

  it('gives the place of the very picture asked for, else of the newest', async () => {
    const { desk } = aDesk('image');
    desk.result(boneAt(metaOf({ centre: [0, 0, 1] }, null, { tsBits: 0xan }), []));
    desk.result(boneAt(metaOf({ centre: [0, 0, 2] }, null, { tsBits: 0xbn }), []));
    const planeOf = async (tsBits: string) => (await desk.run('space.points', { ...ALL, tsBits })).plane;
    expect(await planeOf('000000000000000a')).toMatchObject({ tsBits: '000000000000000a', size: [40, 30] });
    expect((await planeOf('000000000000000a'))?.imageToReference[11]).toBe(1);
    expect(await planeOf('000000000000000c')).toMatchObject({ tsBits: '000000000000000b' });
  });

  it('publishes in the source’s own numbers, so that they lie on its picture in Slicer; nothing when empty', async () => {
    const { desk, published } = aDesk('image');
    await expect(desk.run('space.publish', {})).rejects.toThrow(/no points/);
    desk.result(boneAt(metaOf({ centre: [10, 20, 30], coordinate: 2 }, null), [[9, 12]]));
    expect(pointsOf(await desk.run('space.points', ALL))[0]?.slice(0, 3)).toEqual([-8.95, -19.75, 30]);
    expect(await desk.run('space.publish', {})).toEqual({ points: 1, clients: 1 });
    expect([...(published[0]?.points ?? [])].map((value) => Number(value.toFixed(2)))).toEqual([8.95, 19.75, 30]);
    expect(published[0]?.coordinates).toBe('LPS');
  });

  it('finds the edge towards the transducer whichever way the picture lies', () => {
    const mask = new Uint8Array(12 * 9);
    for (const at of [3 * 12 + 6, 6 * 12 + 6]) mask[at] = 1;
    const edge = (orientation: 'MF' | 'MN' | 'FM' | 'NM') => {
      const found: number[][] = [];
      const [from, end] = boneSpan(packMask(mask));
      eachSurfacePixel(mask, [12, 9], orientation, [8 * from, 8 * end], (...pixel) => found.push(pixel));
      return found;
    };
    expect(edge('MF')).toEqual([[6, 3, 3]]);
    expect(edge('MN')).toEqual([[6, 6, 2]]);
    expect(edge('FM')).toEqual([
      [6, 3, 6],
      [6, 6, 6],
    ]);
    expect(edge('NM')[0]).toEqual([6, 3, 5]);
  });
});

describe('BoneCloud', () => {
  it('keeps one point a cube, the first, on both sides of zero', () => {
    const cloud = new BoneCloud(0.5, 10);
    expect(cloud.add(0.1, 0.1, 0.1, 0, 0)).toBe(true);
    expect(cloud.add(0.4, 0.4, 0.4, 0, 0)).toBe(false);
    expect(cloud.add(-0.1, 0.1, 0.1, 0, 0)).toBe(true);
    expect(cloud.add(0.6, 0.1, 0.1, 0, 0)).toBe(true);
    expect(cloud.count).toBe(3);
  });

  it('holds no more than it may, and nothing out of reach or not finite', () => {
    const cloud = new BoneCloud(0.5, 2);
    expect(cloud.add(1e9, 0, 0, 0, 0)).toBe(false);
    expect(cloud.add(Number.NaN, 0, 0, 0, 0)).toBe(false);
    for (let i = 0; i < 5; i++) cloud.add(i, 0, 0, 0, 0);
    expect(cloud.count).toBe(2);
    expect(cloud.slice(0, 10)).toHaveLength(2 * SPACE_POINT_FLOATS);
  });

  it('fills an answer that fits into a text message', () => {
    const bytes = SPACE_POINTS_PER_ANSWER * SPACE_POINT_FLOATS * Float32Array.BYTES_PER_ELEMENT;
    expect(Math.ceil(bytes / 3) * 4 + 1024).toBeLessThan(MAX_TEXT_BYTES);
  });
});
