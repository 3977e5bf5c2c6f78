import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { drawBand } from '../../../src-main/inference/bone-tracer/band.ts';
import { BoneTracerStages } from '../../../src-main/inference/bone-tracer/stages.ts';
import { readManifestOf } from '../../../src-main/inference/manifest.ts';
import { MODEL_OWN_MASK } from '../../../src-main/inference/mask/options.ts';
import { isPreparedRun, type PreparedRun, type Verdict } from '../../../src-main/inference/model-kind.ts';
import { beamView } from '../../../src-main/inference/picture/beam-view.ts';
import { findImageArea, Surround } from '../../../src-main/inference/picture/image-area.ts';
import { PictureFinder } from '../../../src-main/inference/picture/picture-finder.ts';
import { Resampler } from '../../../src-main/inference/picture/resample.ts';
import { isSector } from '../../../src-main/inference/picture/sector.ts';
import { inEnglish, ORIENTATIONS } from '../../../src-shared/index.ts';
import { gpuFrame, onScreen, phantomFrame, sectorOf, turnedTo } from './pictures.ts';

const manifest = readManifestOf(path.resolve(import.meta.dirname, '../../../models/bone-tracer'), 'bone-tracer');
const SIZE = [300, 220] as const;
const SPACING = [0.16, 0.2] as const;

let stages: BoneTracerStages;
beforeEach(() => {
  stages = new BoneTracerStages(manifest);
});

function prepared(value: PreparedRun | Verdict): PreparedRun {
  if (!isPreparedRun(value)) throw new Error(`no run was prepared: ${value.state} ${value.reason}`);
  return value;
}

/** A surface given per column of the canonical grid, drawn by the post-processing. */
function bandOf(run: PreparedRun, surface: (x: number) => number): Verdict {
  const values = Float32Array.from({ length: run.inputs[0]!.dims[3]! }, (_, x) => surface(x));
  const verdict = run.finish({ values, dims: [values.length], score: 0.5, boxes: null, detailMs: {} }, MODEL_OWN_MASK);
  return { ...verdict, mask: verdict.mask?.slice() ?? null };
}

describe('turning by orientation', () => {
  const upright = phantomFrame({ seed: 5, columns: SIZE[0], rows: SIZE[1], mmPerPixel: SPACING });
  const surface = (x: number): number => 40 + 0.3 * x + 8 * Math.sin(x / 20);

  for (const orientation of ORIENTATIONS) {
    it(`gives the model the same picture from an ${orientation} source, and its mask lies on the same anatomy`, () => {
      const reference = prepared(stages.prepare(gpuFrame(upright.pixels, SIZE, SPACING)));
      const mask = bandOf(reference, surface).mask!;
      const turned = turnedTo(orientation, upright.pixels, SIZE);
      const depthAlongX = orientation.startsWith('F') || orientation.startsWith('N');
      const spacing = depthAlongX ? ([SPACING[1], SPACING[0]] as const) : SPACING;
      const run = prepared(stages.prepare(gpuFrame(turned.pixels, turned.size, spacing, { orientation })));
      expect(run.inputs).toEqual(reference.inputs);
      expect(mask).toContain(1);
      expect(bandOf(run, surface).mask).toEqual(turnedTo(orientation, mask, SIZE).pixels);
    });
  }
});

describe('resampling', () => {
  const area = { u0: 0, u1: 320, v0: 0, v1: 240 };
  const view = beamView(320, 240, 'MF');

  it.each([
    ['shrinking', 0.1],
    ['shrinking a lot', 0.03],
    ['keeping', 0.15],
    ['enlarging', 0.24],
  ])('keeps a slope of gray where it is when %s', (_, mmPerPixel) => {
    const pixels = Uint8Array.from({ length: 320 * 240 }, (_, i) =>
      Math.round(((i % 320) / 319) * 120 + Math.floor(i / 320) / 2),
    );
    const resampler = new Resampler();
    const grid = resampler.toScale(area, [mmPerPixel, mmPerPixel], 0.15);
    expect(grid).toEqual({
      columns: Math.floor((320 * mmPerPixel) / 0.15 + 1e-6),
      rows: Math.floor((240 * mmPerPixel) / 0.15 + 1e-6),
    });
    const out = new Float32Array(grid.columns * grid.rows);
    resampler.resample(pixels, view, area, [{ out, gain: 1, offset: 0 }]);
    for (const [x, y] of [
      [0.2, 0.3],
      [0.5, 0.5],
      [0.7, 0.9],
    ] as const) {
      const column = Math.floor(x * grid.columns);
      const row = Math.floor(y * grid.rows);
      const sourceX = ((column + 0.5) * 0.15) / mmPerPixel - 0.5;
      const sourceY = ((row + 0.5) * 0.15) / mmPerPixel - 0.5;
      const expected = ((sourceX / 319) * 120 + sourceY / 2) / 255;
      expect(Math.abs(out[row * grid.columns + column]! - expected)).toBeLessThan(0.004);
    }
  });

  it('averages when it shrinks: stripes finer than the grid become gray, not lines', () => {
    const pixels = Uint8Array.from({ length: 320 * 240 }, (_, i) => (i % 2) * 200);
    const resampler = new Resampler();
    const grid = resampler.toScale(area, [0.0375, 0.0375], 0.15);
    const out = new Float32Array(grid.columns * grid.rows);
    resampler.resample(pixels, view, area, [{ out, gain: 1, offset: 0 }]);
    for (const value of out) expect(value).toBeCloseTo(100 / 255, 5);
  });

  it('gives RGB the gray of its luminance', () => {
    const gray = phantomFrame({ seed: 6, columns: SIZE[0], rows: SIZE[1], mmPerPixel: SPACING }).pixels;
    const rgb = new Uint8Array(gray.length * 3).map((_, i) => gray[Math.floor(i / 3)]!);
    const fromGray = prepared(stages.prepare(gpuFrame(gray, SIZE, SPACING))).inputs;
    const fromRgb = prepared(
      new BoneTracerStages(manifest).prepare(gpuFrame(rgb, SIZE, SPACING, { components: 3 })),
    ).inputs;
    expect(fromRgb).toEqual(fromGray);
  });
});

describe('the band', () => {
  it('reaches from 0.3 mm above to 0.9 mm below the surface, in every column of the source', () => {
    const view = beamView(50, 100, 'MF');
    const mask = new Uint8Array(50 * 100);
    const geometry = {
      view,
      area: { u0: 0, u1: 50, v0: 0, v1: 100 },
      spacing: [0.1, 0.1] as const,
      gridMmPerPixel: 0.15,
    };
    // Row 19.5 of the grid is 3 mm deep.
    drawBand(new Float32Array(33).fill(19.5), geometry, manifest.mask, mask);
    for (let x = 0; x < 50; x++) {
      const rows = Array.from({ length: 100 }, (_, y) => y).filter((y) => mask[y * 50 + x] === 1);
      expect([rows[0], rows.at(-1), rows.length]).toEqual([27, 38, 12]);
    }
  });

  it('does not bridge columns without bone', () => {
    const view = beamView(60, 60, 'MF');
    const mask = new Uint8Array(60 * 60);
    const geometry = {
      view,
      area: { u0: 0, u1: 60, v0: 0, v1: 60 },
      spacing: [0.15, 0.15] as const,
      gridMmPerPixel: 0.15,
    };
    drawBand(
      Float32Array.from({ length: 60 }, (_, x) => (x >= 20 && x < 40 ? Number.NaN : 30)),
      geometry,
      manifest.mask,
      mask,
    );
    for (let x = 0; x < 60; x++) expect(mask.some((value, i) => value === 1 && i % 60 === x)).toBe(x < 20 || x >= 40);
  });
});

describe('pictures that need no run', () => {
  it.each([
    ['black', 0],
    ['one flat gray', 90],
    ['white', 255],
  ])('answers a picture that is %s with no bone', (_, level) => {
    const verdict = stages.prepare(gpuFrame(new Uint8Array(640 * 480).fill(level), [640, 480], [0.1, 0.1]));
    expect(verdict).toMatchObject({ state: 'no-bone', reason: null });
  });

  it('refuses a scale that makes the picture deeper than any linear probe sees, and says both', () => {
    const frame = phantomFrame({ seed: 5 });
    const verdict = stages.prepare(gpuFrame(frame.pixels, [640, 480], [1, 1]));
    expect(verdict).toMatchObject({ state: 'ai-failed' });
    expect(inEnglish((verdict as Verdict).reason ?? '')).toMatch(
      /480\.0 mm deep at 1\.00 x 1\.00 mm per pixel, expected 10 to 120 mm/,
    );
  });
});

const areaOf = (pixels: Uint8Array, size: readonly [number, number]) => {
  const view = beamView(size[0], size[1], 'MF');
  const surround = new Surround(pixels, view);
  const area = findImageArea(surround, view);
  return { area, sector: area !== null && isSector(surround, area) };
};

describe('the image area', () => {
  it.each([0, 12, 60])('is found between text, gray scale and ruler on a screen of gray level %i', (level) => {
    const frame = phantomFrame({ seed: 8 });
    const screen = onScreen(frame.pixels, [640, 480], level);
    const { area, sector } = areaOf(screen.pixels, screen.size);
    expect(sector).toBe(false);
    expect(Math.abs(area!.u0 - 160)).toBeLessThanOrEqual(3);
    expect(Math.abs(area!.u1 - 800)).toBeLessThanOrEqual(3);
    expect(Math.abs(area!.v0 - 60)).toBeLessThanOrEqual(3);
    expect(area!.v1).toBeGreaterThanOrEqual(520);
    expect(area!.v1).toBeLessThanOrEqual(570);
  });

  it('is the whole frame when the picture fills it', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { area } = areaOf(phantomFrame({ seed }).pixels, [640, 480]);
      expect(area, `seed ${seed}`).toMatchObject({ u0: 0, u1: 640, v0: 0 });
      expect(area!.v1).toBeGreaterThan(470);
    }
  });
});

describe('looking for the picture in a stream', () => {
  const view = beamView(640, 480, 'MF');
  const { pixels } = phantomFrame({ seed: 1 });
  const halved = pixels.map((value, i) => (i % 640 < 320 ? value : 0));
  const frame = gpuFrame(pixels, [640, 480], [0.1, 0.1]);

  it('is done in every fourth frame, for the ones after it', () => {
    const finder = new PictureFinder();
    const widths = [pixels, halved, halved, halved, halved, halved].map((of) => {
      const { area } = finder.find(frame, of, view)!;
      finder.lookAhead();
      return area.u1 - area.u0;
    });
    expect(widths.slice(0, 5)).toEqual([640, 640, 640, 640, 640]);
    expect(widths[5]).toBeLessThan(330);
  });

  it('is done at once for another source, and while there is none', () => {
    const finder = new PictureFinder();
    expect(finder.find(frame, new Uint8Array(640 * 480), view)).toBeNull();
    expect(finder.find(frame, pixels, view)?.area.u1).toBe(640);
    expect(finder.find({ ...frame, series: 1 }, halved, view)!.area.u1).toBeLessThan(330);
  });

  it('keeps edges that only flicker', () => {
    const finder = new PictureFinder();
    const trimmed = pixels.map((value, i) => (i % 640 < 634 ? value : 0));
    const edges = Array.from({ length: 9 }, (_, i) => {
      const { u1 } = finder.find(frame, i < 4 ? pixels : trimmed, view)!.area;
      finder.lookAhead();
      return u1;
    });
    expect(new Set(edges)).toEqual(new Set([640]));
  });
});

describe('sector pictures', () => {
  let nextSeries = 1000;
  const shapes = [
    { name: 'an abdominal convex probe', radiusMm: 60, halfAngle: 0.52, mmPerPixel: 0.22, size: [640, 480] as const },
    { name: 'a small convex probe', radiusMm: 12, halfAngle: 0.75, mmPerPixel: 0.14, size: [640, 480] as const },
    { name: 'a phased array', radiusMm: 1, halfAngle: 0.78, mmPerPixel: 0.18, size: [800, 600] as const },
    {
      name: 'a linear probe with trapezoid opening',
      radiusMm: 110,
      halfAngle: 0.22,
      mmPerPixel: 0.15,
      size: [640, 480] as const,
    },
  ];

  for (const shape of shapes) {
    it(`are refused in words: ${shape.name}`, () => {
      for (const seed of [2, 3, 4]) {
        const frame = phantomFrame({ seed, columns: 400, rows: 300, mmPerPixel: [0.15, 0.15] });
        const pixels = sectorOf(frame, [400, 300], shape, 0.2);
        const spacing = [shape.mmPerPixel, shape.mmPerPixel] as const;
        const verdict = stages.prepare(gpuFrame(pixels, shape.size, spacing, { series: nextSeries++ }));
        expect(verdict, `seed ${seed}`).toMatchObject({
          state: 'ai-failed',
          reason: { code: 'inference.sector', values: { model: 'bone-tracer' } },
        });
        const screen = onScreen(pixels, shape.size);
        expect(areaOf(screen.pixels, screen.size).sector, `seed ${seed} on a screen`).toBe(true);
      }
    });
  }

  it('are never seen in linear phantoms, whatever their bone', () => {
    for (const kind of ['long', 'arc', 'humps', 'none'] as const) {
      for (const seed of [21, 22, 23]) {
        expect(areaOf(phantomFrame({ seed, kind }).pixels, [640, 480]).sector, `${kind} ${seed}`).toBe(false);
      }
    }
  });

  it('are not seen where a linear probe lost contact at both ends', () => {
    const { pixels } = phantomFrame({ seed: 9 });
    const lost = pixels.map((value, i) => {
      const x = i % 640;
      const y = Math.floor(i / 640);
      return (x < 120 || x > 540) && y > 12 ? 0 : value;
    });
    expect(areaOf(lost, [640, 480]).sector).toBe(false);
  });

  const data = process.env.ULTRAMOTION_TEST_DATA;
  it.skipIf(data === undefined)(
    `are not seen in a real linear sequence${data === undefined ? ' (skipped: ULTRAMOTION_TEST_DATA is not set)' : ''}`,
    () => {
      const file = path.join(data ?? '', 'ultrasound/BoneUltrasound_L14.igs.mha');
      expect(existsSync(file), file).toBe(true);
      const bytes = readFileSync(file);
      const mark = 'ElementDataFile = LOCAL\n';
      const frames = inflateSync(bytes.subarray(bytes.indexOf(mark) + mark.length));
      for (let i = 0; i < 21; i++) {
        const { area, sector } = areaOf(frames.subarray(i * 820 * 616, (i + 1) * 820 * 616), [820, 616]);
        expect(sector).toBe(false);
        expect(Math.abs(area!.u0 - 178)).toBeLessThanOrEqual(4);
        expect(Math.abs(area!.u1 - 640)).toBeLessThanOrEqual(4);
        expect(area!.v1).toBeGreaterThan(605);
      }
    },
  );
});
