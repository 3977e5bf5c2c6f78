import { describe, expect, it } from 'vitest';
import { MaskShaper } from '../../../src-renderer/live/mask-shape.ts';
import { type Orientation, packMask, unpackMask } from '../../../src-shared/index.ts';

/** A picture of text: # is bone. */
function bitsOf(rows: readonly string[]): Uint8Array {
  return packMask(Uint8Array.from(rows.join(''), (letter) => (letter === '#' ? 1 : 0)));
}

function drawn(rows: readonly string[], shape: 'fill' | 'outline' | 'surface', orientation: Orientation): string[] {
  const [columns, count] = [rows[0]?.length ?? 0, rows.length];
  const bits = new MaskShaper().shaped(bitsOf(rows), [columns, count], shape, orientation);
  const mask = new Uint8Array(columns * count);
  unpackMask(bits, mask);
  return rows.map((_, row) =>
    Array.from(mask.subarray(row * columns, (row + 1) * columns), (value) => (value === 1 ? '#' : '.')).join(''),
  );
}

const BLOCK = ['......', '.####.', '.####.', '.####.', '......'];

describe('what is drawn of a mask', () => {
  it('is the mask itself when filled', () => {
    const bits = bitsOf(BLOCK);
    expect(new MaskShaper().shaped(bits, [6, 5], 'fill', 'MF')).toBe(bits);
  });

  it('is its border, inside it', () => {
    expect(drawn(BLOCK, 'outline', 'MF')).toEqual(['......', '.####.', '.#..#.', '.####.', '......']);
  });

  it.each([
    ['MF', ['......', '.####.', '......', '......', '......']],
    ['UN', ['......', '......', '......', '.####.', '......']],
    ['FM', ['......', '.#....', '.#....', '.#....', '......']],
    ['NU', ['......', '....#.', '....#.', '....#.', '......']],
  ] as const)('%s: is the edge towards the transducer as surface line', (orientation, wanted) => {
    expect(drawn(BLOCK, 'surface', orientation)).toEqual(wanted);
  });

  it('ends at the edge of the picture', () => {
    expect(drawn(['##', '##'], 'surface', 'MF')).toEqual(['##', '..']);
    expect(drawn(['##', '##'], 'outline', 'MF')).toEqual(['##', '##']);
  });
});
