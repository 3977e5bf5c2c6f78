import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SurfaceTracer } from '../../../src-main/inference/bone-tracer/surface-tracer.ts';
import { readManifestOf } from '../../../src-main/inference/manifest.ts';

const COLUMNS = 200;
const ROWS = 240;
const MM_PER_PIXEL = 0.15;

let tracer: SurfaceTracer;
beforeAll(() => {
  const manifest = readManifestOf(path.resolve(import.meta.dirname, '../../../models/bone-tracer'), 'bone-tracer');
  tracer = new SurfaceTracer(manifest.surface, MM_PER_PIXEL);
});

/** A ridge 5 rows thick along `rowOf` (NaN: none), `level` strong. */
function ridge(
  rowOf: (x: number) => number,
  level = 0.6,
  onto = new Float32Array(COLUMNS * ROWS),
): Float32Array<ArrayBuffer> {
  for (let x = 0; x < COLUMNS; x++) {
    const row = rowOf(x);
    if (Number.isNaN(row)) continue;
    for (let y = Math.max(0, Math.ceil(row - 2.5)); y <= Math.min(ROWS - 1, Math.floor(row + 2.5)); y++) {
      const value = level * (1 - ((y - row) / 3) ** 2);
      onto[y * COLUMNS + x] = Math.max(onto[y * COLUMNS + x]!, value);
    }
  }
  return onto;
}

const columnsWithBone = (rows: Float32Array): number => rows.filter((row) => !Number.isNaN(row)).length;

describe('SurfaceTracer', () => {
  it('finds no bone in an empty picture, and its score is 0', () => {
    const trace = tracer.trace(new Float32Array(COLUMNS * ROWS), COLUMNS, ROWS);
    expect(trace.boneColumns).toBe(0);
    expect(trace.score).toBe(0);
    expect(columnsWithBone(trace.rows)).toBe(0);
  });

  it('follows a curved ridge to within a row', () => {
    const rowOf = (x: number): number => 100.3 + 25 * Math.sin(x / 40);
    const trace = tracer.trace(ridge(rowOf), COLUMNS, ROWS);
    expect(trace.boneColumns).toBe(COLUMNS);
    for (let x = 0; x < COLUMNS; x++) expect(Math.abs(trace.rows[x]! - rowOf(x))).toBeLessThan(1);
  });

  it('believes a short surface beside a long one, but not alone: speckle makes one, bone more', () => {
    const short = (x: number): number => (x >= 10 && x < 70 ? 60 : Number.NaN);
    const long = (x: number): number => (x >= 90 ? 120 : Number.NaN);
    expect(tracer.trace(ridge(short), COLUMNS, ROWS)).toMatchObject({ boneColumns: 0, score: 0 });
    expect(columnsWithBone(tracer.trace(ridge(short), COLUMNS, ROWS).rows)).toBe(0);
    const { rows } = tracer.trace(ridge(long, 0.6, ridge(short)), COLUMNS, ROWS);
    expect(columnsWithBone(rows.subarray(0, 80))).toBeGreaterThan(50);
    expect(columnsWithBone(rows.subarray(80))).toBeGreaterThan(100);
  });

  it('places a surface between two rows', () => {
    const trace = tracer.trace(
      ridge(() => 100.4),
      COLUMNS,
      ROWS,
    );
    for (const row of trace.rows) expect(row).toBeCloseTo(100.4, 1);
  });

  it('follows a ridge as steep as 60 degrees', () => {
    const steep = (x: number): number => 20 + (x < 100 ? 0 : (x - 100) * Math.tan(Math.PI / 3));
    const trace = tracer.trace(ridge(steep), COLUMNS, ROWS);
    for (let x = 0; x < COLUMNS; x++) expect(Math.abs(trace.rows[x]! - steep(x))).toBeLessThan(2);
  });

  it('leaves a wide gap open', () => {
    const trace = tracer.trace(
      ridge((x) => (x >= 70 && x < 130 ? Number.NaN : 90)),
      COLUMNS,
      ROWS,
    );
    expect(trace.boneColumns).toBe(140);
    for (let x = 72; x < 128; x++) expect(trace.rows[x]).toBeNaN();
    expect(trace.rows[60]).toBeCloseTo(90, 1);
    expect(trace.rows[140]).toBeCloseTo(90, 1);
  });

  it('closes a gap of two columns', () => {
    const trace = tracer.trace(
      ridge((x) => (x === 99 || x === 100 ? Number.NaN : 90)),
      COLUMNS,
      ROWS,
    );
    expect(trace.boneColumns).toBe(COLUMNS);
  });

  it('drops a bright speck: too short to be a surface', () => {
    expect(
      tracer.trace(
        ridge((x) => (x >= 90 && x < 105 ? 90 : Number.NaN)),
        COLUMNS,
        ROWS,
      ).boneColumns,
    ).toBe(0);
  });

  it('drops a faint ridge', () => {
    expect(
      tracer.trace(
        ridge(() => 90, 0.05),
        COLUMNS,
        ROWS,
      ).boneColumns,
    ).toBe(0);
  });

  it('prefers the surface over the weaker echo 2 mm below it', () => {
    const both = ridge(() => 80, 0.6);
    ridge(() => 80 + 2 / MM_PER_PIXEL, 0.5, both);
    const trace = tracer.trace(both, COLUMNS, ROWS);
    for (const row of trace.rows) expect(row).toBeCloseTo(80, 1);
  });

  it('prefers the surface over its image at twice the depth, even where that is as strong', () => {
    const both = ridge(() => 80, 0.6);
    ridge(() => 160, 0.6, both);
    const trace = tracer.trace(both, COLUMNS, ROWS);
    for (const row of trace.rows) expect(row).toBeCloseTo(80, 1);
  });

  it('gives the same answer for the same picture after pictures of other sizes', () => {
    const picture = ridge((x) => 60 + x / 4);
    const before = tracer.trace(picture, COLUMNS, ROWS).rows.slice();
    tracer.trace(new Float32Array(300 * 300).fill(0.3), 300, 300);
    tracer.trace(new Float32Array(20 * 90), 20, 90);
    expect(tracer.trace(picture, COLUMNS, ROWS).rows).toEqual(before);
  });
});
