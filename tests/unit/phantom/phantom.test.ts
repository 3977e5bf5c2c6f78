import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BAND_ABOVE_MM,
  BAND_BELOW_MM,
  type PhantomFrame,
  PhantomLoop,
  PhantomScene,
  phantomImageToProbe,
} from '../../../src-main/phantom/index.ts';

const SMALL = { columns: 200, rows: 160, mmPerPixel: [0.2, 0.25], loopFrames: 40 } as const;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

/** Mean gray of a block; empty columns give NaN. */
function meanGray(
  frame: PhantomFrame,
  columns: number,
  at: readonly number[],
  rows: readonly [number, number],
): number {
  let sum = 0;
  for (const column of at) {
    for (let row = rows[0]; row < rows[1]; row++) sum += frame.pixels[row * columns + column]!;
  }
  return sum / (at.length * (rows[1] - rows[0]));
}

function columnsWhere(frame: PhantomFrame, test: (surface: number) => boolean): number[] {
  return Array.from(frame.surfaceRow.keys()).filter((column) => test(frame.surfaceRow[column]!));
}

describe('a phantom picture', () => {
  it('is the same for the same seed and index, in whatever order frames are rendered', () => {
    const one = new PhantomScene({ seed: 7, ...SMALL });
    const other = new PhantomScene({ seed: 7, ...SMALL });
    const first = one.render(3);
    other.render(11);
    other.render(0);
    const second = other.render(3);
    expect(second.pixels).toEqual(first.pixels);
    expect(second.surfaceRow).toEqual(first.surfaceRow);
    expect(second.probeToReference).toEqual(first.probeToReference);
  });

  it('does not change unnoticed: models are trained on it and accuracy is measured on it', () => {
    const frame = new PhantomScene({ seed: 1 }).render(10);
    expect(sha256(frame.pixels)).toBe('064469c4254e681805df083e415ace9784a6c108a28e1324f97e97c4ebb89254');
    expect(sha256(frame.mask)).toBe('9bbe4d91056799503278e88c627260c50564d87e575cb52eb40c4a08c0c5c7d1');
  });

  it('differs between seeds', () => {
    const grays = [1, 2, 3].map((seed) => new PhantomScene({ seed, ...SMALL }).render(0).pixels);
    expect(meanDifference(grays[0]!, grays[1]!)).toBeGreaterThan(5);
    expect(meanDifference(grays[1]!, grays[2]!)).toBeGreaterThan(5);
  });

  it('has the mask from 0.3 mm above to 0.9 mm below its surface, and nowhere else', () => {
    const frame = new PhantomScene({ seed: 1, ...SMALL }).render(0);
    const [, mmPerRow] = SMALL.mmPerPixel;
    let bone = 0;
    for (let column = 0; column < SMALL.columns; column++) {
      for (let row = 0; row < SMALL.rows; row++) {
        const belowMm = (row - frame.surfaceRow[column]!) * mmPerRow;
        const inside = belowMm >= -BAND_ABOVE_MM && belowMm <= BAND_BELOW_MM;
        if (frame.mask[row * SMALL.columns + column] !== (inside ? 1 : 0)) {
          expect.fail(`column ${column} row ${row}: ${belowMm} mm below the surface`);
        }
        bone += inside ? 1 : 0;
      }
    }
    expect(bone).toBeGreaterThan(100);
  });

  it('is brightest at the surface it states', () => {
    for (const kind of ['long', 'arc', 'humps'] as const) {
      const frame = new PhantomScene({ seed: 4, kind }).render(0);
      const columns = columnsWhere(frame, (surface) => !Number.isNaN(surface));
      const near = (offset: number) =>
        columns.reduce((sum, c) => sum + frame.pixels[Math.round(frame.surfaceRow[c]! + offset) * 640 + c]!, 0);
      expect(columns.length, kind).toBeGreaterThan(60);
      expect(near(0), kind).toBeGreaterThan(1.5 * near(-15));
      expect(near(0), kind).toBeGreaterThan(1.5 * near(25));
    }
  });

  it('hides no bone that stands out: what is drawn brightly is stated, also where the beam meets it at a slant', () => {
    let [stated, standingOut] = [0, 0];
    for (let seed = 40; seed < 70; seed++) {
      const frame = new PhantomScene({ seed, ...SMALL }).render(seed % SMALL.loopFrames);
      const gray = (column: number, row: number) => frame.pixels[Math.round(row) * SMALL.columns + column]!;
      stated += columnsWhere(frame, Number.isFinite).length;
      for (const [column, row] of frame.hiddenRow.entries()) {
        // Too near to the probe or to the lower edge counts as hidden however bright it is.
        if (!(row > 20 && row < SMALL.rows - 10)) continue;
        if (gray(column, row) > 128 && gray(column, row) > 2 * gray(column, row - 6)) standingOut++;
      }
    }
    expect(stated).toBeGreaterThan(1500);
    expect(standingOut).toBeLessThan(0.01 * stated);
  });

  it('is darker below the bone than beside it', () => {
    for (const seed of [1, 2, 3]) {
      const frame = new PhantomScene({ seed, kind: 'humps' }).render(0);
      const shadowed = columnsWhere(frame, (surface) => surface < 250);
      const beside = columnsWhere(frame, Number.isNaN);
      expect(shadowed.length).toBeGreaterThan(30);
      expect(meanGray(frame, 640, shadowed, [430, 480])).toBeLessThan(0.7 * meanGray(frame, 640, beside, [430, 480]));
    }
  });

  it('has bright lines without a shadow where there is no bone', () => {
    for (const seed of [1, 2, 3]) {
      const frame = new PhantomScene({ seed, kind: 'none' }).render(0);
      const peak = (column: number) => {
        let best = 60;
        for (let row = 60; row < 250; row++) {
          if (frame.pixels[row * 640 + column]! > frame.pixels[best * 640 + column]!) best = row;
        }
        return frame.pixels[best * 640 + column]!;
      };
      const columns = Array.from({ length: 640 }, (_, column) => column).sort((a, b) => peak(b) - peak(a));
      const under = meanGray(frame, 640, columns.slice(0, 200), [300, 480]);
      const beside = meanGray(frame, 640, columns.slice(-200), [300, 480]);
      expect(peak(columns[100]!)).toBeGreaterThan(2 * beside);
      expect(under).toBeGreaterThan(0.75 * beside);
    }
  });

  it('has no surface and an empty mask when no bone is asked for', () => {
    const frame = new PhantomScene({ seed: 5, kind: 'none', ...SMALL }).render(0);
    expect(frame.mask.some((value) => value !== 0)).toBe(false);
    expect(frame.surfaceRow.every(Number.isNaN)).toBe(true);
  });

  it('refuses options outside their limits, and says the option, its value and the limits', () => {
    expect(() => new PhantomScene({ seed: 1, columns: 1e6 })).toThrow(
      'phantom columns 1000000: expected a whole number 16 to 4096',
    );
    expect(() => new PhantomScene({ seed: 1, mmPerPixel: [0, 0.1] })).toThrow(
      'phantom mmPerPixel x 0: expected 0.02 to 1',
    );
    expect(() => new PhantomScene({ seed: 1, ...SMALL }).render(-1)).toThrow(
      'phantom frame -1: expected a whole number from 0',
    );
  });
});

describe('a phantom sweep', () => {
  const scene = new PhantomScene({ seed: 1, ...SMALL });
  const frames = Array.from({ length: SMALL.loopFrames }, (_, index) => scene.render(index));

  it('changes from frame to frame, but little: speckle moves with the probe', () => {
    const far = meanDifference(frames[0]!.pixels, frames[10]!.pixels);
    for (let i = 1; i < frames.length; i++) {
      const step = meanDifference(frames[i - 1]!.pixels, frames[i]!.pixels);
      expect(step).toBeGreaterThan(0.1);
      expect(step).toBeLessThan(far);
    }
  });

  it('closes: the last frame runs into the first as any frame into the next', () => {
    const steps = frames.slice(1).map((frame, i) => meanDifference(frames[i]!.pixels, frame.pixels));
    const closing = meanDifference(frames.at(-1)!.pixels, frames[0]!.pixels);
    expect(closing).toBeLessThanOrEqual(1.25 * Math.max(...steps));
    expect(scene.render(SMALL.loopFrames).pixels).toEqual(frames[0]!.pixels);
  });

  it('moves the probe across the picture plane by rigid poses', () => {
    const elevations = frames.map((frame) => frame.probeToReference[7]!);
    expect(Math.max(...elevations) - Math.min(...elevations)).toBeCloseTo(16, 0);
    for (const { probeToReference: m } of frames) {
      for (const [a, b] of [
        [0, 1],
        [0, 2],
        [1, 2],
        [0, 0],
        [1, 1],
        [2, 2],
      ] as const) {
        const dot = m[a]! * m[b]! + m[4 + a]! * m[4 + b]! + m[8 + a]! * m[8 + b]!;
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it('shows bone in most frames of the demo, and none in a few', () => {
    const withBone = frames.filter((frame) => frame.mask.includes(1)).length;
    expect(withBone).toBeGreaterThan(0.75 * frames.length);
    expect(withBone).toBeLessThan(frames.length);
  });

  it('cuts one and the same bone from every side: surfaces of neighbouring frames meet in the reference', () => {
    const scene = new PhantomScene({ seed: 1, kind: 'long', ...SMALL, loopFrames: 400 });
    const imageToProbe = phantomImageToProbe(scene.options);
    const [a, b] = [scene.render(200), scene.render(201)].map((frame) => surfacePoints(frame, imageToProbe));
    let compared = 0;
    for (const [x, , z] of a!) {
      const nearest = b!.reduce((best, p) => (Math.abs(p[0] - x) < Math.abs(best[0] - x) ? p : best));
      if (Math.abs(nearest[0] - x) > 0.11) continue;
      expect(Math.abs(nearest[2] - z)).toBeLessThan(0.25);
      compared++;
    }
    expect(compared).toBeGreaterThan(80);
  });

  it('counts time from the start of the sweep', () => {
    expect(new PhantomScene({ seed: 1, ...SMALL, framesPerSecond: 25 }).render(50).timeS).toBe(2);
  });
});

/** Surface in the reference, mm, through the two matrices a consumer has. */
function surfacePoints(frame: PhantomFrame, imageToProbe: Float32Array): [number, number, number][] {
  const apply = (m: Float32Array, p: readonly number[]) =>
    [0, 4, 8].map((i) => m[i]! * p[0]! + m[i + 1]! * p[1]! + m[i + 2]! * p[2]! + m[i + 3]!) as [number, number, number];
  return columnsWhere(frame, (surface) => !Number.isNaN(surface)).map((column) =>
    apply(frame.probeToReference, apply(imageToProbe, [column, frame.surfaceRow[column]!, 0])),
  );
}

describe('a phantom loop', () => {
  let loop: PhantomLoop | null = null;
  afterEach(async () => {
    await loop?.close();
    loop = null;
  });

  it('renders in its own thread the bytes the scene renders, in order, and goes round', async () => {
    loop = new PhantomLoop({ seed: 3, ...SMALL, loopFrames: 6 });
    expect(loop.get(5)).toBeNull();
    await loop.ready(6);
    const scene = new PhantomScene({ seed: 3, ...SMALL, loopFrames: 6 });
    for (let index = 0; index < 6; index++) {
      const expected = scene.render(index);
      const actual = loop.get(index)!;
      expect(actual.pixels).toEqual(expected.pixels);
      expect(actual.mask).toEqual(expected.mask);
      expect(actual.probeToReference).toEqual(expected.probeToReference);
    }
    expect(loop.get(9)!.pixels).toBe(loop.get(3)!.pixels);
    expect(loop.get(9)!.timeS).toBeCloseTo(0.3, 9);
  });

  it('rejects whoever waits for frames that will not come because it was closed', async () => {
    loop = new PhantomLoop({ seed: 3, loopFrames: 1000 });
    const waiting = expect(loop.ready(1000)).rejects.toThrow(/ended after \d+ of 1000 frames/);
    await loop.ready(1);
    await loop.close();
    await waiting;
    expect(loop.get(0)).not.toBeNull();
  });
});
