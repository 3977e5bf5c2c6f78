import type { Random } from './random.ts';

/** Tiles are read with wrap-around, so their sides are powers of two. About 100 x 100 mm at the usual grid. */
export const TILE_COLUMNS_BITS = 9;
export const TILE_ROWS_BITS = 10;
const COLUMNS = 1 << TILE_COLUMNS_BITS;
const ROWS = 1 << TILE_ROWS_BITS;

/** Fully developed speckle: complex normal, unit power, real and imaginary part interleaved, column after column. */
export function speckleTile(random: Random): Float32Array {
  const tile = new Float32Array(COLUMNS * ROWS * 2);
  for (let i = 0; i < tile.length; i++) tile[i] = random.gaussian() * Math.SQRT1_2;
  return tile;
}

/** Three passes of a moving average along one direction, with wrap-around: close to a Gaussian of `sigma` cells. */
function blur(tile: Float32Array, sigma: number, length: number, step: number, lines: number, lineStep: number): void {
  const radius = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2));
  const line = new Float32Array(length);
  const scale = 1 / (2 * radius + 1);
  for (let pass = 0; pass < 3; pass++) {
    for (let l = 0; l < lines; l++) {
      const start = l * lineStep;
      let sum = 0;
      for (let i = 0; i < length; i++) line[i] = tile[start + i * step]!;
      for (let i = -radius; i <= radius; i++) sum += line[(i + length) % length]!;
      for (let i = 0; i < length; i++) {
        tile[start + i * step] = sum * scale;
        sum += line[(i + radius + 1) % length]! - line[(i - radius + length) % length]!;
      }
    }
  }
}

function smoothNoise(random: Random, sigmaColumns: number, sigmaRows: number): Float32Array {
  const tile = new Float32Array(COLUMNS * ROWS);
  for (let i = 0; i < tile.length; i++) tile[i] = random.uniform(-1, 1);
  blur(tile, sigmaRows, ROWS, 1, COLUMNS, ROWS);
  blur(tile, sigmaColumns, COLUMNS, ROWS, ROWS, 1);
  let power = 0;
  for (const value of tile) power += value * value;
  const scale = 1 / Math.sqrt(power / tile.length);
  for (let i = 0; i < tile.length; i++) tile[i]! *= scale;
  return tile;
}

export interface TextureScale {
  readonly mmPerColumn: number;
  readonly mmPerRow: number;
}

/**
 * Log-amplitude of muscle and fat, zero mean, about unit variance: regions of differing echogenicity, and short bright
 * septa lying across the beam. One value per cell, column after column.
 */
export function textureTile(random: Random, { mmPerColumn, mmPerRow }: TextureScale): Float32Array {
  const regions = smoothNoise(random, 4 / mmPerColumn, 2 / mmPerRow);
  const fibres = smoothNoise(random, 0.9 / mmPerColumn, 0.14 / mmPerRow);
  const bundles = smoothNoise(random, 2.5 / mmPerColumn, 0.5 / mmPerRow);
  for (let i = 0; i < regions.length; i++) {
    const fibre = fibres[i]!;
    // Septa: only the crests of the fine noise, so that they stand alone instead of striping everything.
    const septum = Math.max(0, fibre + 0.5 * bundles[i]! - 1.2);
    regions[i] = 0.55 * regions[i]! + 0.3 * fibre + 0.3 * bundles[i]! + 2 * septum - 0.5;
  }
  return regions;
}
