import type { Random } from '../random.ts';
import type { BeamPicture } from './beam-picture.ts';
import type { BeamView, PictureWindow } from './view.ts';

/** What a scanner and its cable do to a picture after the beams, drawn from a seed. */
export interface ScreenSetting {
  readonly gamma: number;
  readonly gain: number;
  readonly offset: number;
  readonly blurPx: number;
  readonly medians: number;
  readonly sharpen: number;
  /** Step of the coarsest coefficients of a block compression; 0: none. */
  readonly compression: number;
  /** Gray outside the scanned area. */
  readonly background: number;
}

export function drawScreenSetting(random: Random): ScreenSetting {
  const touched = random.chance(0.4);
  return {
    gamma: touched ? random.uniform(0.6, 1.6) : 1,
    gain: touched ? random.uniform(0.75, 1.3) : 1,
    offset: random.chance(0.15) ? random.uniform(0, 0.08) : 0,
    blurPx: random.chance(0.5) ? random.uniform(0.3, 1.3) : 0,
    medians: random.chance(0.25) ? random.integer(1, 2) : 0,
    sharpen: random.chance(0.2) ? random.uniform(0.3, 1.2) : 0,
    compression: random.chance(0.2) ? random.uniform(0.02, 0.1) : 0,
    background: random.chance(0.85) ? 0 : random.uniform(0.01, 0.15),
  };
}

/** Beams to the window's pixels, 0 to 1; -1 outside the scanned area. */
export function scanConvert(picture: BeamPicture, view: BeamView, window: PictureWindow): Float32Array {
  const { columns, rows, mmPerPixel, leftMm, topMm } = window;
  const { samples, stepMm } = view.grid;
  const out = new Float32Array(rows * columns).fill(-1);
  for (let row = 0, i = 0; row < rows; row++) {
    const z = topMm + (row + 0.5) * mmPerPixel[1];
    for (let column = 0; column < columns; column++, i++) {
      const x = leftMm + (column + 0.5) * mmPerPixel[0];
      const u = view.beamAt(x, z);
      const s = view.depthAt(x, z) / stepMm - 0.5;
      if (!(u >= view.firstBeam && u <= view.lastBeam && s >= -0.5 && s <= samples - 1)) continue;
      const [b, fb] = [Math.floor(u), u - Math.floor(u)];
      const [k, fs] = [Math.max(0, Math.floor(s)), Math.max(0, s - Math.floor(s))];
      const at = b * samples + k;
      const next = k + 1 < samples ? 1 : 0;
      const { gray } = picture;
      const left = gray[at]! + fs * (gray[at + next]! - gray[at]!);
      const right = gray[at + samples]! + fs * (gray[at + samples + next]! - gray[at + samples]!);
      out[i] = left + fb * (right - left);
    }
  }
  return out;
}

/** Applies the setting in place; what lies outside the scanned area stays as flat as it is on a screen. */
export function applyScreen(picture: Float32Array, columns: number, rows: number, setting: ScreenSetting): void {
  const outside = new Uint8Array(picture.length);
  for (let i = 0; i < picture.length; i++) {
    if (picture[i]! >= 0) continue;
    outside[i] = 1;
    picture[i] = 0;
  }
  for (let pass = 0; pass < setting.medians; pass++) median3(picture, columns, rows);
  if (setting.blurPx > 0) gaussianBlur(picture, columns, rows, setting.blurPx);
  if (setting.sharpen > 0) {
    const soft = picture.slice();
    gaussianBlur(soft, columns, rows, 1.2);
    for (let i = 0; i < picture.length; i++) picture[i]! += setting.sharpen * (picture[i]! - soft[i]!);
  }
  const straight = setting.gamma === 1;
  for (let i = 0; i < picture.length; i++) {
    const value =
      setting.gain * (straight ? clamped(picture[i]!) : clamped(picture[i]!) ** setting.gamma) + setting.offset;
    picture[i] = outside[i] === 1 ? setting.background : clamped(value);
  }
  if (setting.compression > 0) compress(picture, columns, rows, setting.compression);
}

function clamped(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

function gaussianBlur(picture: Float32Array, columns: number, rows: number, sigma: number): void {
  const reach = Math.ceil(2.5 * sigma);
  const taps = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const line = new Float32Array(Math.max(columns, rows) + 2 * reach);
  const along = (length: number, start: number, step: number) => {
    for (let i = -reach; i < length + reach; i++) {
      line[i + reach] = picture[start + Math.min(length - 1, Math.max(0, i)) * step]!;
    }
    for (let i = 0; i < length; i++) {
      let value = 0;
      for (let k = 0; k < taps.length; k++) value += taps[k]! * line[i + k]!;
      picture[start + i * step] = value / sum;
    }
  };
  for (let row = 0; row < rows; row++) along(columns, row * columns, 1);
  for (let column = 0; column < columns; column++) along(rows, column, columns);
}

/** Median of each pixel and its four neighbours. */
function median3(picture: Float32Array, columns: number, rows: number): void {
  const source = picture.slice();
  for (let row = 1; row < rows - 1; row++) {
    for (let i = row * columns + 1; i < (row + 1) * columns - 1; i++) {
      const [a, b, c] = [source[i - 1]!, source[i + 1]!, source[i]!];
      const [d, e] = [source[i - columns]!, source[i + columns]!];
      // Median of five: the median of c and what is left of the two pairs without the extremes.
      const low = Math.max(Math.min(a, b), Math.min(d, e));
      const high = Math.min(Math.max(a, b), Math.max(d, e));
      picture[i] = Math.max(Math.min(low, high), Math.min(Math.max(low, high), c));
    }
  }
}

const BLOCK = 8;
const COSINES = Float32Array.from({ length: BLOCK * BLOCK }, (_, i) => {
  const [k, n] = [Math.floor(i / BLOCK), i % BLOCK];
  return Math.cos(((n + 0.5) * k * Math.PI) / BLOCK) * Math.sqrt((k === 0 ? 1 : 2) / BLOCK);
});

/** Rounds the cosine coefficients of 8 x 8 blocks, coarser for finer detail, as JPEG and video capture do. */
function compress(picture: Float32Array, columns: number, rows: number, step: number): void {
  const block = new Float32Array(BLOCK * BLOCK);
  const half = new Float32Array(BLOCK * BLOCK);
  for (let top = 0; top + BLOCK <= rows; top += BLOCK) {
    for (let left = 0; left + BLOCK <= columns; left += BLOCK) {
      const at = (i: number) => (top + Math.floor(i / BLOCK)) * columns + left + (i % BLOCK);
      for (let i = 0; i < block.length; i++) block[i] = picture[at(i)]!;
      transform(block, half, false);
      for (let i = 0; i < block.length; i++) {
        const quantum = step * (1 + 0.5 * (Math.floor(i / BLOCK) + (i % BLOCK)));
        block[i] = quantum * Math.round(block[i]! / quantum);
      }
      transform(block, half, true);
      for (let i = 0; i < block.length; i++) picture[at(i)] = clamped(block[i]!);
    }
  }
}

/** Cosine transform of a block and back, in place. */
function transform(block: Float32Array, half: Float32Array, inverse: boolean): void {
  const cosine = (k: number, n: number) => COSINES[inverse ? n * BLOCK + k : k * BLOCK + n]!;
  for (const [from, to] of [
    [block, half],
    [half, block],
  ] as const) {
    // Each pass transforms the rows and turns the block over its diagonal.
    for (let row = 0; row < BLOCK; row++) {
      for (let k = 0; k < BLOCK; k++) {
        let sum = 0;
        for (let n = 0; n < BLOCK; n++) sum += cosine(k, n) * from[row * BLOCK + n]!;
        to[k * BLOCK + row] = sum;
      }
    }
  }
}
