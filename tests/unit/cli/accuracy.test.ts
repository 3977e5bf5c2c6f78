import { describe, expect, it } from 'vitest';
import { AccuracySum, type SurfaceTruth } from '../../../src-main/cli/accuracy.ts';
import { maskOfSurface } from '../../../src-main/phantom/index.ts';

const COLUMNS = 40;
const ROWS = 100;
const MM = 0.1;

/** Bone in columns 10 to 29 at row 50. */
function truth(hidden: Uint8Array = new Uint8Array(COLUMNS * ROWS)): SurfaceTruth {
  const surfaceRow = new Float32Array(COLUMNS).fill(Number.NaN).fill(50, 10, 30);
  return { columns: COLUMNS, rows: ROWS, mmPerRow: MM, surfaceRow, mask: maskOfSurface(surfaceRow, ROWS, MM), hidden };
}

function bandAt(row: number, from: number, to: number): Uint8Array {
  return maskOfSurface(new Float32Array(COLUMNS).fill(Number.NaN).fill(row, from, to), ROWS, MM);
}

function resultOf(mask: Uint8Array | null, against = truth()) {
  const sum = new AccuracySum();
  sum.add(against, mask);
  return sum.result;
}

describe('accuracy by columns', () => {
  it('is perfect for the true mask', () => {
    const result = resultOf(truth().mask);
    expect(result).toMatchObject({ recall: 1, falseColumns: 0, meanErrorMm: 0, p95ErrorMm: 0, dice: 1 });
    expect(Math.abs(result.offsetMm)).toBeLessThan(MM);
  });

  it('counts the visible columns that were found', () => {
    expect(resultOf(bandAt(50, 10, 20))).toMatchObject({ recall: 0.5, falseColumns: 0 });
    expect(resultOf(null)).toMatchObject({ recall: 0, falseColumns: 0, meanErrorMm: null });
  });

  it('counts as false what touches no pixel of the true mask: beside the bone, above it, and below', () => {
    expect(resultOf(bandAt(50, 0, 30))).toMatchObject({ recall: 1, falseColumns: 0.25 });
    const both = bandAt(20, 10, 14).map((value, i) => value | truth().mask[i]!);
    expect(resultOf(both)).toMatchObject({ recall: 1, falseColumns: 0.1 });
    expect(resultOf(bandAt(80, 10, 30))).toMatchObject({ recall: 0, falseColumns: 0.5 });
  });

  it('finds within 0.6 mm, and takes the median offset off the error', () => {
    const result = resultOf(bandAt(54, 10, 30));
    expect(result).toMatchObject({ recall: 1, meanErrorMm: 0, p95ErrorMm: 0 });
    expect(Math.abs(result.offsetMm - 0.4)).toBeLessThan(MM);
    expect(resultOf(bandAt(58, 10, 30)).recall).toBe(0);
  });

  it('lets columns with bone that nobody can see count neither way', () => {
    expect(resultOf(bandAt(50, 30, 36), truth(bandAt(50, 30, 36))).falseColumns).toBe(0);
    expect(resultOf(bandAt(50, 30, 36)).falseColumns).toBe(0.15);
  });

  it('counts pictures without bone that show a surface', () => {
    const none = {
      ...truth(),
      surfaceRow: new Float32Array(COLUMNS).fill(Number.NaN),
      mask: new Uint8Array(COLUMNS * ROWS),
    };
    const sum = new AccuracySum();
    sum.add(none, null);
    sum.add(none, bandAt(50, 10, 20));
    expect(sum.result).toMatchObject({ boneFreePictures: 2, boneFreeWithSurface: 0.5, recall: null, dice: null });
  });
});
