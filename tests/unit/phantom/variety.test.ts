import { describe, expect, it } from 'vitest';
import { BAND_ABOVE_MM, BAND_BELOW_MM, renderVaried, type VariedPicture } from '../../../src-main/phantom/index.ts';

const SIZE = { columns: 160, rows: 160 } as const;

/** The first `count` pictures, from seed 1, that are as wanted. */
function picturesWhere(
  wanted: (picture: VariedPicture) => boolean,
  count: number,
  mmPerPixel: number | 'stretch' = 0.2,
) {
  const found: VariedPicture[] = [];
  for (let seed = 1; found.length < count; seed++) {
    if (seed > 200) throw new Error(`only ${found.length} of ${count} such pictures among 200 seeds`);
    const picture = renderVaried({ seed, ...SIZE, mmPerPixel });
    if (wanted(picture)) found.push(picture);
  }
  return found;
}

const boneColumns = ({ surfaceRow }: VariedPicture) =>
  Array.from(surfaceRow.keys()).filter((column) => !Number.isNaN(surfaceRow[column]!));

describe('a varied phantom', () => {
  it('is the same for the same seed and another for the next', () => {
    const one = renderVaried({ seed: 11, ...SIZE, mmPerPixel: 0.15 });
    const again = renderVaried({ seed: 11, ...SIZE, mmPerPixel: 0.15 });
    expect(again).toEqual(one);
    expect(renderVaried({ seed: 12, ...SIZE, mmPerPixel: 0.15 }).pixels).not.toEqual(one.pixels);
  });

  it('has an empty mask, no surface and no box without bone', () => {
    for (let seed = 0; seed < 6; seed++) {
      const picture = renderVaried({ seed, ...SIZE, mmPerPixel: 0.2, boneFree: 1 });
      expect(picture.bone).toBeNull();
      expect(picture.mask.some(Boolean) || picture.hidden.some(Boolean)).toBe(false);
      expect(boneColumns(picture)).toEqual([]);
      expect(picture.boxes).toEqual([]);
    }
  });

  it('bands the surface of a linear probe from 0.3 mm above to 0.9 mm below, straight down', () => {
    for (const picture of picturesWhere((p) => p.probe === 'linear' && boneColumns(p).length > 40, 3)) {
      const shares = boneColumns(picture).map((column) => {
        const surface = picture.surfaceRow[column]!;
        const first = Math.ceil(surface - BAND_ABOVE_MM / 0.2);
        const last = Math.floor(surface + BAND_BELOW_MM / 0.2);
        let inside = 0;
        for (let row = first + 1; row < last; row++) inside += picture.mask[row * SIZE.columns + column] ?? 1;
        return inside / (last - first - 1);
      });
      expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.97);
    }
  });

  it('follows the beams of a convex probe: the band of a slanting beam is as thick as that of a straight one', () => {
    const [picture] = picturesWhere((p) => p.probe === 'convex' && boneColumns(p).length > 60, 1);
    const band = picture!.mask.reduce((sum, value) => sum + value, 0) * 0.2 * 0.2;
    // Area over the surface's extent across the beams: the band's thickness, whatever the beams' directions.
    let across = 0;
    const columns = boneColumns(picture!);
    for (let i = 1; i < columns.length; i++) if (columns[i]! - columns[i - 1]! === 1) across += 0.2;
    expect(band / across).toBeGreaterThan(0.8);
    expect(band / across).toBeLessThan(2.4);
  });

  it('boxes hold every pixel of the mask, each box at least one on every side', () => {
    for (const { mask, boxes } of picturesWhere((p) => p.boxes.length > 1, 3)) {
      const inBox = (column: number, row: number) =>
        boxes.some((b) => column >= b.left && column < b.right && row >= b.top && row < b.bottom);
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 1) expect(inBox(i % SIZE.columns, Math.floor(i / SIZE.columns))).toBe(true);
      }
      for (const b of boxes) {
        const rows = Array.from({ length: b.bottom - b.top }, (_, i) => b.top + i);
        for (const column of [b.left, b.right - 1]) {
          expect(rows.some((row) => mask[row * SIZE.columns + column] === 1)).toBe(true);
        }
      }
    }
  });

  it('shows every probe, medium and kind of bone, and some pictures without any', () => {
    const seen = new Set<string | null>();
    const all = [
      'linear',
      'convex',
      'layers',
      'uniform',
      'water',
      'shaft',
      'arc',
      'humps',
      'vertebra',
      'free',
      'pair',
      null,
    ];
    for (let seed = 0; seed < 60 && seen.size < all.length; seed++) {
      const { probe, medium, bone } = renderVaried({ seed, columns: 32, rows: 32, mmPerPixel: 0.5 });
      for (const trait of [probe, medium, bone]) seen.add(trait);
    }
    expect(seen).toEqual(new Set(all));
  });

  it('ranges from nearly black to washed out', () => {
    const means = picturesWhere(() => true, 60).map(
      ({ pixels }) => pixels.reduce((sum, v) => sum + v, 0) / pixels.length,
    );
    expect(Math.min(...means)).toBeLessThan(12);
    expect(Math.max(...means)).toBeGreaterThan(100);
  });

  it('stretches whole scans, so that pixels differ in width and height', () => {
    const spacings = picturesWhere(() => true, 30, 'stretch').map((picture) => picture.mmPerPixel);
    expect(spacings.some(([x, y]) => x > 1.3 * y)).toBe(true);
    expect(spacings.some(([x, y]) => y > 1.1 * x)).toBe(true);
  });

  it('keeps labels inside the scanned area: what is flat border holds no bone', () => {
    for (const { pixels, mask } of picturesWhere((p) => p.boxes.length > 0, 5, 'stretch')) {
      let brightest = 0;
      for (let i = 0; i < mask.length; i++) if (mask[i] === 1) brightest = Math.max(brightest, pixels[i]!);
      expect(brightest).toBeGreaterThan(25);
    }
  });

  it('refuses options outside their limits', () => {
    expect(() => renderVaried({ seed: -1, ...SIZE, mmPerPixel: 0.2 })).toThrow(/seed -1: expected a whole number 0 to/);
    expect(() => renderVaried({ seed: 1, columns: 8, rows: 64, mmPerPixel: 0.2 })).toThrow(/columns 8: expected/);
    expect(() => renderVaried({ seed: 1, ...SIZE, mmPerPixel: 5 })).toThrow(/mmPerPixel 5: expected 0.03 to 1/);
    expect(() => renderVaried({ seed: 1, ...SIZE, mmPerPixel: 0.2, boneFree: 2 })).toThrow(
      /boneFree 2: expected 0 to 1/,
    );
  });
});
