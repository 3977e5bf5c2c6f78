import { describe, expect, it } from 'vitest';
import { lengthMm, probeAxes, rulerTicks } from '../../../src-renderer/live/measure.ts';
import { sourceTime } from '../../../src-renderer/live/source-time.ts';
import {
  apply,
  invert,
  limitZoom,
  NO_ZOOM,
  type Placement,
  placePicture,
  zoomAt,
} from '../../../src-renderer/live/view-transform.ts';

const UPRIGHT = { flipHorizontal: false, flipVertical: false, quarterTurns: 0 };
const place = (turn: object = {}, zoom = NO_ZOOM): Placement =>
  placePicture({
    area: [800, 600],
    size: [640, 480],
    mmPerPixel: [0.1, 0.1],
    turn: { ...UPRIGHT, ...turn },
    zoom,
    devicePixelRatio: 1,
  }) as Placement;
const topLeft = (turn: object): readonly number[] =>
  apply(place(turn).matrix, [0, 0]).map((value) => Math.round(value));

describe('the place of the picture on screen', () => {
  it('puts the first pixel where the turn says, mirrored after it is turned', () => {
    expect(topLeft({})).toEqual([0, 0]);
    expect(topLeft({ flipHorizontal: true })).toEqual([800, 0]);
    expect(topLeft({ flipVertical: true })).toEqual([0, 600]);
    // 600 x 800 turned picture in 800 x 600: 450 wide.
    expect(topLeft({ quarterTurns: 1 })).toEqual([625, 0]);
    expect(topLeft({ quarterTurns: 1, flipHorizontal: true })).toEqual([175, 0]);
    expect(topLeft({ quarterTurns: 2 })).toEqual([800, 600]);
    expect(topLeft({ quarterTurns: 3 })).toEqual([175, 600]);
  });

  it('is undone by its inverse', () => {
    const { matrix } = place({ quarterTurns: 3, flipVertical: true }, { scale: 2.5, offset: [0.3, -0.2] });
    const [x, y] = apply(invert(matrix), apply(matrix, [123, 45]));
    expect([x, y].map((value) => Number(value.toFixed(6)))).toEqual([123, 45]);
  });

  it('keeps what is under the pointer there while enlarging, and the picture in sight', () => {
    const { box } = place();
    const zoom = zoomAt(NO_ZOOM, 3, [200, 150], box);
    const before = apply(invert(place().matrix), [200, 150]);
    const after = apply(invert(place({}, zoom).matrix), [200, 150]);
    expect(after.map((value) => Number(value.toFixed(6)))).toEqual([...before]);
    expect(limitZoom({ scale: 2, offset: [5, -5] })).toEqual({ scale: 2, offset: [0.5, -0.5] });
    expect(limitZoom({ scale: 0.2, offset: [1, 1] })).toEqual(NO_ZOOM);
  });
});

describe('measuring', () => {
  it('takes both spacings into account', () => {
    expect(lengthMm({ from: [0, 0], to: [30, 20] }, [0.1, 0.2])).toBeCloseTo(5);
  });

  it('finds depth and the marked side of every orientation', () => {
    const corner = (orientation: 'MF' | 'UF' | 'MN' | 'UN' | 'FM' | 'NU') => probeAxes(orientation, [640, 480]);
    expect(corner('MF')).toEqual({ depthAxis: 1, depthGrows: true, markedCorner: [640, 0] });
    expect(corner('UF').markedCorner).toEqual([0, 0]);
    expect(corner('MN')).toEqual({ depthAxis: 1, depthGrows: false, markedCorner: [640, 480] });
    expect(corner('FM')).toEqual({ depthAxis: 0, depthGrows: true, markedCorner: [0, 480] });
    expect(corner('NU').markedCorner).toEqual([640, 0]);
  });

  it('numbers a ruler as finely as there is room for, and not at all without a scale', () => {
    const numbered = (perMm: number): number[] =>
      rulerTicks(48, perMm).flatMap(({ depthMm, isNumbered }) => (isNumbered ? [depthMm] : []));
    expect(numbered(5)).toEqual([0, 10, 20, 30, 40]);
    expect(numbered(12)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect(rulerTicks(Number.NaN, 5)).toEqual([]);
    expect(rulerTicks(48, 0)).toEqual([]);
  });

  it('reads the 64 bits of a source time', () => {
    expect(sourceTime((1_700_000_000n << 32n) | 0x8000_0000n)?.toISOString()).toBe('2023-11-14T22:13:20.500Z');
    expect(sourceTime(0n)).toBeNull();
  });
});
