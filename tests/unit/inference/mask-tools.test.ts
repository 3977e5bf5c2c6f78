import { describe, expect, it } from 'vitest';
import { BandDrawer } from '../../../src-main/inference/mask/band.ts';
import { ContourPlacer } from '../../../src-main/inference/mask/contour-placing.ts';
import { EchoFinder } from '../../../src-main/inference/mask/echo.ts';
import { MarkKernel } from '../../../src-main/inference/mask/mark-kernel.ts';
import { MODEL_OWN_MASK, rulesInForce } from '../../../src-main/inference/mask/options.ts';
import { MaskPieces } from '../../../src-main/inference/mask/pieces.ts';
import { MaskPlacer } from '../../../src-main/inference/mask/placing.ts';
import { sigmoid } from '../../../src-main/inference/mask/sigmoid.ts';
import { MaskSmoother } from '../../../src-main/inference/mask/smoothing.ts';
import { SurfaceRuns } from '../../../src-main/inference/mask/surface-runs.ts';
import { NO_BONE, type Verdict } from '../../../src-main/inference/model-kind.ts';
import { beamView } from '../../../src-main/inference/picture/beam-view.ts';
import { Random } from '../../../src-main/phantom/random.ts';
import { ORIENTATIONS } from '../../../src-shared/index.ts';
import { contourByPixel } from './contour-reference.ts';
import { gpuFrame, turnedTo } from './pictures.ts';

const KEEP_ALL = { minLengthMm: 0, minAreaMm2: 0, maxHoleMm2: 0, minMeanProbability: 0 };

/** A mask drawn with letters: everything but a dot is bone. */
function drawn(...lines: readonly string[]) {
  const mask = Uint8Array.from(lines.join(''), (letter) => (letter === '.' ? 0 : 1));
  return { mask, columns: lines[0]!.length, rows: lines.length, spacing: [0.5, 0.25] as const };
}
const shown = ({ mask, columns, rows }: ReturnType<typeof drawn>): string[] =>
  Array.from({ length: rows }, (_, v) =>
    [...mask.subarray(v * columns, (v + 1) * columns)].map((bone) => '.#'[bone]).join(''),
  );

describe('a mask drawn anew as thick as it is meant to be', () => {
  const BAND = { aboveMm: 0.5, belowMm: 1 };
  const MM_PER_ROW = 0.25;
  const grid = (mask: Uint8Array, columns: number, rows: number) =>
    ({ mask, columns, rows, spacing: [0.5, MM_PER_ROW] }) as const;
  /** No echo anywhere. */
  const even = (columns: number, rows: number) => ({
    pixels: new Uint8Array(columns * rows).fill(90),
    view: beamView(columns, rows, 'MF'),
  });

  it('keeps the surface and loses the error of scale, whatever the scale was taken for', () => {
    const surfaces = [12.2, 13, 13.9, 20.5, Number.NaN, 31.4];
    const rows = 48;
    const withScale = (scale: number): Uint8Array => {
      const mask = new Uint8Array(rows * surfaces.length);
      for (const [column, surface] of surfaces.entries()) {
        for (let row = 0; row < rows; row++) {
          const fromSurface = (row - surface) * MM_PER_ROW;
          const isBone = fromSurface >= -BAND.aboveMm * scale && fromSurface <= BAND.belowMm * scale;
          if (isBone) mask[row * surfaces.length + column] = 1;
        }
      }
      return mask;
    };
    const meant = withScale(1);
    for (const scale of [0.6, 0.8, 1, 1.3, 1.7, 2.1]) {
      const drawn = new BandDrawer().draw(
        grid(withScale(scale), surfaces.length, rows),
        BAND,
        even(surfaces.length, rows),
      );
      const differ = drawn.reduce((sum, bone, i) => sum + (bone ^ meant[i]!), 0);
      // Both ends of a column are rounded to whole pixels.
      expect(differ, `drawn ${scale} times as thick`).toBeLessThanOrEqual(2 * 5);
      for (let column = 0; column < surfaces.length; column++) {
        const ofColumn = (mask: Uint8Array) => mask.filter((_, i) => i % surfaces.length === column);
        const thickness = (mask: Uint8Array) => ofColumn(mask).reduce((sum, bone) => sum + bone, 0);
        expect(Math.abs(thickness(drawn) - thickness(meant))).toBeLessThanOrEqual(1);
        if (thickness(meant) === 0) continue;
        expect(Math.abs(ofColumn(drawn).indexOf(1) - ofColumn(meant).indexOf(1))).toBeLessThanOrEqual(1);
      }
    }
  });

  it('leaves what is no band: two bones in one beam, a scrap, what the edge of the picture cuts', () => {
    const rows = 40;
    const mask = new Uint8Array(rows * 4);
    const fill = (column: number, from: number, end: number): void => {
      for (let row = from; row < end; row++) mask[row * 4 + column] = 1;
    };
    fill(0, 10, 30);
    fill(1, 10, 11);
    fill(2, 0, 9);
    fill(3, 33, 40);
    expect(new BandDrawer().draw(grid(mask, 4, rows), BAND, even(4, rows))).toEqual(mask);
  });

  it('draws every bone of a beam, and keeps nothing of the mask before', () => {
    const drawer = new BandDrawer();
    const rows = 40;
    const two = new Uint8Array(rows).fill(1, 5, 14).fill(1, 22, 31);
    const drawn = Array.from(drawer.draw(grid(two, 1, rows), BAND, even(1, rows)));
    expect(drawn.join('')).toMatch(/^0+1{6,7}0+1{6,7}0+$/);
    expect(drawer.draw(grid(new Uint8Array(rows), 1, rows), BAND, even(1, rows))).toEqual(new Uint8Array(rows));
  });
});

describe('a surface that a model drew', () => {
  const COLUMNS = 40;
  const ROWS = 80;
  const BAND = { aboveMm: 0.3, belowMm: 0.9 };
  const SPACING = [0.1, 0.1] as const;
  const columns = Array.from({ length: COLUMNS }, (_, column) => column);

  /** The band about a surface, drawn as the model would. */
  function drawnAbout(surfaceOf: (column: number) => number) {
    const mask = new Uint8Array(COLUMNS * ROWS);
    for (const column of columns) {
      const from = Math.round(surfaceOf(column)) - 3;
      for (let row = from; row < from + 12; row++) mask[row * COLUMNS + column] = 1;
    }
    return { mask, columns: COLUMNS, rows: ROWS, spacing: SPACING };
  }

  /** A picture with an echo about a row, or none. */
  function pictureOf(echoRow: number | null) {
    const pixels = new Uint8Array(COLUMNS * ROWS).fill(40);
    for (let row = 0; row < ROWS && echoRow !== null; row++) {
      pixels.fill(40 + 200 * Math.exp(-(((row - echoRow) / 2) ** 2)), row * COLUMNS, (row + 1) * COLUMNS);
    }
    return { pixels, view: beamView(COLUMNS, ROWS, 'MF') };
  }

  const topsOf = (mask: Uint8Array): number[] =>
    columns.map((column) => mask.filter((_, i) => i % COLUMNS === column).indexOf(1));

  it('moves towards its echo, never far, and stays where there is none', () => {
    const placedAt = (echoRow: number | null): number => {
      const grid = drawnAbout(() => 30);
      return new EchoFinder().placed(new SurfaceRuns(grid, BAND), pictureOf(echoRow), SPACING)[COLUMNS / 2]!;
    };
    const still = placedAt(null);
    expect(still).toBeCloseTo(29.5, 5);
    // An echo's centre counts as 0.015 mm below the surface.
    expect(placedAt(29.65) - still).toBeCloseTo(0, 1);
    expect(placedAt(30.65) - still).toBeCloseTo(0.6, 1);
    expect(placedAt(28.65) - still).toBeCloseTo(-0.6, 1);
    expect(placedAt(36) - still, 'at most 0.12 mm').toBeCloseTo(1.2, 5);
    expect(placedAt(60) - still, 'out of reach').toBeCloseTo(0, 5);
  });

  it('loses the steps from beam to beam, and keeps its slope', () => {
    const flat = drawnAbout((column) => 30 + (column % 3 === 0 ? 1 : 0));
    const tops = topsOf(new BandDrawer().draw(flat, BAND, pictureOf(null))).slice(8, -8);
    expect(new Set(tops).size).toBe(1);
    const steep = drawnAbout((column) => 20 + column);
    const slope = topsOf(new BandDrawer().draw(steep, BAND, pictureOf(null)));
    expect(slope).toEqual(topsOf(steep.mask));
  });
});

describe('the pieces of a mask', () => {
  it('are dropped when they are short along the probe, whatever their height; corners join', () => {
    const grid = drawn('aa....b...', '..aa..b...', '....a.b..c', '......b..c');
    // 5 columns of 0.5 mm; the others are one column wide.
    expect(new MaskPieces().clean(grid, { ...KEEP_ALL, minLengthMm: 2.5 })).toBe(5);
    expect(shown(grid)).toEqual(['##........', '..##......', '....#.....', '..........']);
  });

  it('are dropped when they are small', () => {
    const grid = drawn('aaaa...bb.', 'aaaa...bb.');
    // 8 pixels of 0.125 mm² are 1 mm².
    expect(new MaskPieces().clean(grid, { ...KEEP_ALL, minAreaMm2: 0.9 })).toBe(8);
    expect(shown(grid)).toEqual(['####......', '####......']);
  });

  it('are joined though they meet only further down', () => {
    const grid = drawn('a...a', 'a...a', 'a...a', 'aaaaa');
    expect(new MaskPieces().clean(grid, { ...KEEP_ALL, minLengthMm: 2.5 })).toBe(11);
  });

  it('are dropped when the model was not sure of them', () => {
    const grid = drawn('aaa...bbb');
    const probabilityAt = (index: number): number => (index < 4 ? 0.9 : 0.55);
    expect(new MaskPieces().clean(grid, { ...KEEP_ALL, minMeanProbability: 0.6 }, probabilityAt)).toBe(3);
    expect(shown(grid)).toEqual(['###......']);
  });

  it('keep holes that are larger than asked for or open to the edge', () => {
    const grid = drawn('aaaaaaaaa', 'a.aa..aa.', 'aaaa..aaa', 'aaaaaaaaa');
    new MaskPieces().clean(grid, { ...KEEP_ALL, maxHoleMm2: 0.25 });
    expect(shown(grid)).toEqual(['#########', '####..##.', '####..###', '#########']);
    new MaskPieces().clean(grid, { ...KEEP_ALL, maxHoleMm2: 0.5 });
    expect(shown(grid)).toEqual(['#########', '########.', '#########', '#########']);
  });

  it('are found in a random mask as a flood fill finds them', () => {
    const [columns, rows] = [61, 47];
    const mask = Uint8Array.from({ length: columns * rows }, (_, i) =>
      (Math.imul(i + 7, 2654435761) >>> 16) % 5 < 2 ? 1 : 0,
    );
    const expected = floodFilled(mask, columns, rows, 9);
    const grid = { mask, columns, rows, spacing: [1, 1] as const };
    new MaskPieces().clean(grid, { ...KEEP_ALL, minAreaMm2: 9 });
    expect(mask).toContain(1);
    expect(mask).toEqual(expected);
  });

  it('follow what the operator set, else the model', () => {
    const own = { ...KEEP_ALL, minLengthMm: 2, maxHoleMm2: 1 };
    expect(rulesInForce(own, MODEL_OWN_MASK)).toEqual(own);
    expect(rulesInForce(own, { ...MODEL_OWN_MASK, minLengthMm: 0 })).toEqual({ ...own, minLengthMm: 0 });
  });
});

/** The mask without its pieces of fewer than `least` pixels, one pixel after another. */
function floodFilled(mask: Uint8Array, columns: number, rows: number, least: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  const seen = new Uint8Array(mask.length);
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || seen[start] === 1) continue;
    const piece = [start];
    seen[start] = 1;
    for (let i = 0; i < piece.length; i++) {
      const [x, y] = [piece[i]! % columns, Math.floor(piece[i]! / columns)];
      for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
          const at = v * columns + u;
          if (mask[at] === 1 && seen[at] === 0) {
            seen[at] = 1;
            piece.push(at);
          }
        }
      }
    }
    if (piece.length >= least) for (const at of piece) out[at] = 1;
  }
  return out;
}

describe('pieces where the rows with bone are known', () => {
  it('are the same as where they are not, holes at their edge included', () => {
    // A ring, an arch open to the row above the range, and a bowl open to the one below.
    const rows = ['.........', '.###.###.', '.#.#.#.#.', '.###.....', '.........', '.........'];
    const gridOf = () => ({
      mask: Uint8Array.from(rows.join(''), (cell) => (cell === '#' ? 1 : 0)),
      columns: 9,
      rows: 6,
      spacing: [1, 1] as const,
    });
    const [known, unknown] = [gridOf(), gridOf()];
    const rules = { ...KEEP_ALL, maxHoleMm2: 5 };
    const drawn = new MaskPieces().clean({ ...known, span: [1, 4] }, rules);
    expect(drawn).toBe(new MaskPieces().clean(unknown, rules));
    expect(drawn).toBe(14);
    expect(known.mask).toEqual(unknown.mask);
  });
});

describe('placing a model’s mask on the source', () => {
  const size = [12, 8] as const;
  /** Cells of 2 x 2 pixels over the area that begins at (2, 2). */
  const grid = { mask: Uint8Array.from([1, 0, 0, 0, 0, 1, 0, 0]), columns: 4, scale: [0.5, 0.5] as const };
  const area = { u0: 2, u1: 10, v0: 2, v1: 6 };

  for (const orientation of ORIENTATIONS) {
    it(`gives every pixel of an ${orientation} source the cell its centre lies in`, () => {
      const depthAlongX = orientation.startsWith('F') || orientation.startsWith('N');
      const view = depthAlongX ? beamView(size[1], size[0], orientation) : beamView(size[0], size[1], orientation);
      const upright = new Uint8Array(size[0] * size[1]);
      for (const [x, y] of [
        [2, 2],
        [3, 2],
        [2, 3],
        [3, 3],
        [4, 4],
        [5, 4],
        [4, 5],
        [5, 5],
      ] as const)
        upright[y * size[0] + x] = 1;
      expect(new MaskPlacer().place(grid, view, area)).toEqual(turnedTo(orientation, upright, size).pixels);
    });
  }
});

describe('placing a model’s mask by its levels', () => {
  const area = { u0: 0, u1: 16, v0: 0, v1: 16 };
  const view = beamView(16, 16, 'MF');

  /** A grid of 4 x 4 cells, each 4 x 4 source pixels, bone where the level reaches 0. */
  const gridOf = (levelAt: (column: number, row: number) => number) => {
    const levels = Float32Array.from({ length: 16 }, (_, cell) => levelAt(cell % 4, cell >> 2));
    return {
      mask: Uint8Array.from(levels, (level) => (level >= 0 ? 1 : 0)),
      columns: 4,
      scale: [0.25, 0.25] as const,
      levels,
      least: 0,
      span: [0, 4] as const,
    };
  };
  const firstBoneRow = (mask: Uint8Array, x: number): number => {
    for (let y = 0; y < 16; y++) if (mask[y * 16 + x] === 1) return y;
    return -1;
  };

  it('puts an edge between two cells where the levels cross, to the pixel', () => {
    // Centres of rows 1 and 2 lie at y = 6 and 10; from -1 to 3 the level is 0 at y = 7.
    const mask = new ContourPlacer().place(
      gridOf((_, row) => 4 * row - 5),
      view,
      area,
    );
    for (let x = 0; x < 16; x++) expect(firstBoneRow(mask, x)).toBe(7);
  });

  it('follows a slanted edge in steps of a pixel, not of a cell', () => {
    const mask = new ContourPlacer().place(
      gridOf((column, row) => row - 1.2 - 0.25 * column),
      view,
      area,
    );
    const edge = Array.from({ length: 11 }, (_, x) => firstBoneRow(mask, x + 2));
    expect(edge.every((y, i) => i === 0 || [0, 1].includes(y - edge[i - 1]!))).toBe(true);
    expect(new Set(edge).size).toBeGreaterThanOrEqual(3);
  });

  it('draws nothing where rules cleared every cell, and nothing beyond a cell of one that stayed', () => {
    const grid = gridOf(() => 5);
    grid.mask.fill(0);
    const placer = new ContourPlacer();
    expect(placer.place(grid, view, area).includes(1)).toBe(false);
    expect(placer.span).toEqual([0, 0]);
    grid.mask[0] = 1;
    const mask = new ContourPlacer().place(grid, view, area);
    expect(mask[0]).toBe(1);
    for (let at = 0; at < mask.length; at++) if (mask[at] === 1) expect(Math.max(at % 16, at >> 4)).toBeLessThan(4);
  });

  it('is the same picture however the source is turned', () => {
    const grid = gridOf((column, row) => row - 1.2 - 0.25 * column);
    const upright = Uint8Array.from(new ContourPlacer().place(grid, view, area));
    for (const orientation of ORIENTATIONS) {
      const placer = new ContourPlacer();
      const turned = placer.place(grid, beamView(16, 16, orientation), area);
      expect(turned).toEqual(turnedTo(orientation, upright, [16, 16]).pixels);
      // Where it holds bone is said.
      const [from, end] = placer.span;
      expect(turned.indexOf(1)).toBeGreaterThanOrEqual(from);
      expect(turned.lastIndexOf(1)).toBeLessThan(end);
    }
  });

  it('asks at every pixel of any picture, turned or cut, whether the levels between its four cells reach the limit', () => {
    const placer = new ContourPlacer();
    for (let i = 0; i < 60; i++) {
      const random = new Random(i);
      const upTo = (end: number): number => Math.floor(random.uniform(0, end));
      const view = beamView(40 + upTo(40), 30 + upTo(40), ORIENTATIONS[i % ORIENTATIONS.length]!);
      const area = { u0: upTo(6), u1: view.columns - upTo(5), v0: upTo(6), v1: view.rows - upTo(5) };
      const scale = [random.uniform(0.2, 1), random.uniform(0.2, 1)] as const;
      const columns = Math.ceil((area.u1 - area.u0) * scale[0]) + upTo(9);
      const rows = Math.ceil((area.v1 - area.v0) * scale[1]) + upTo(5);
      const levels = Float32Array.from({ length: columns * rows }, (_, cell) => {
        const height = Math.floor(cell / columns) - rows / 2 - 3 * Math.sin((cell % columns) / 5);
        return 4 - 2 * Math.abs(height) + random.uniform(0, 2);
      });
      // Rules cleared some.
      const mask = Uint8Array.from(levels, (level) => (level >= 1 && random.uniform() > 0.03 ? 1 : 0));
      const span = [Math.floor(mask.indexOf(1) / columns), Math.floor(mask.lastIndexOf(1) / columns) + 1] as const;
      const grid = { mask, levels, columns, scale, least: 1, span };
      expect(placer.place(grid, view, area)).toEqual(contourByPixel(grid, view, area));
    }
  });
});

describe('the sigmoid of the table', () => {
  it('is the sigmoid within 0.000003, also where that is 0 or 1, and no number where there is none', () => {
    for (let level = -40; level <= 40; level += 0.0037) {
      expect(Math.abs(sigmoid(level) - 1 / (1 + Math.exp(-level)))).toBeLessThan(3e-6);
    }
    expect([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((level) => Math.round(sigmoid(level)))).toEqual([
      1, 0,
    ]);
    expect(sigmoid(Number.NaN)).toBeNaN();
  });
});

describe('smoothing over frames', () => {
  const frame = gpuFrame(new Uint8Array(4), [4, 1], [1, 1]);
  const bone = (...mask: number[]): Verdict => ({ ...NO_BONE, state: 'bone', mask: Uint8Array.from(mask), score: 0.5 });
  const maskOf = (verdict: Verdict): number[] | null => (verdict.mask === null ? null : [...verdict.mask]);

  it('is off for one frame: the very verdict comes back', () => {
    const verdict = bone(1, 0, 0, 0);
    expect(new MaskSmoother().smooth(verdict, frame, 1)).toBe(verdict);
  });

  it('shows what most of the last frames show', () => {
    const smoother = new MaskSmoother();
    const smooth = (verdict: Verdict) => maskOf(smoother.smooth(verdict, frame, 3));
    expect(smooth(bone(1, 1, 0, 0))).toEqual([1, 1, 0, 0]);
    smooth(bone(1, 0, 1, 0));
    expect(smooth(bone(1, 0, 0, 1))).toEqual([1, 0, 0, 0]);
    expect(smooth(bone(0, 0, 0, 1))).toEqual([1, 0, 0, 1]);
    expect(smooth(NO_BONE)).toEqual([0, 0, 0, 1]);
    expect(smoother.smooth(NO_BONE, frame, 3)).toMatchObject({ state: 'no-bone', mask: null, score: null });
  });

  it('carries nothing over from another source or past a frame without an answer', () => {
    const smoother = new MaskSmoother();
    smoother.smooth(bone(1, 1, 1, 1), frame, 3);
    const other = { ...frame, series: 1 };
    expect(maskOf(smoother.smooth(bone(1, 0, 0, 0), other, 3))).toEqual([1, 0, 0, 0]);
    smoother.smooth({ ...NO_BONE, state: 'ai-failed', reason: 'test' }, other, 3);
    expect(maskOf(smoother.smooth(bone(0, 1, 0, 0), other, 3))).toEqual([0, 1, 0, 0]);
  });
});

describe('cutting a mask out of values', () => {
  it.each([1, 16, 31, 4097])('marks exactly the cells that reach the limit, of %i', (cells) => {
    const kernel = new MarkKernel();
    for (const seed of [1, 2, 3]) {
      const values = Float32Array.from({ length: cells }, (_, i) => Math.sin(seed * i * i));
      const mask = kernel.mark(values, values[0]!);
      expect(mask).toEqual(Uint8Array.from(values, (value) => (value >= values[0]! ? 1 : 0)));
    }
  });

  it('tells between which cells the bone lies', () => {
    const kernel = new MarkKernel();
    const values = new Float32Array(100).fill(-1);
    kernel.mark(values, 0);
    expect(kernel.span).toEqual([0, 0]);
    values.fill(1, 40, 71);
    kernel.mark(values, 0);
    expect(kernel.span).toEqual([32, 80]);
    values[99] = 1;
    kernel.mark(values, 0);
    expect(kernel.span).toEqual([32, 100]);
  });
});
