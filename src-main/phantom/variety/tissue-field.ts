import { hash32, Random, SmoothField } from '../random.ts';
import { speckleTile, TILE_COLUMNS_BITS, TILE_ROWS_BITS, textureTile } from '../tiles.ts';
import { logUniform } from './outlines.ts';
import type { Medium, NearField, ScannerSetting } from './sound.ts';
import type { BeamView, Box } from './view.ts';

const COLUMN_MASK = (1 << TILE_COLUMNS_BITS) - 1;
const ROW_MASK = (1 << TILE_ROWS_BITS) - 1;
/** The tiles every picture is cut from, at a place of its own: making one costs more than rendering a picture. */
const TILES_SEED = 0x74696c65;
const TEXTURE_SCALE = { mmPerColumn: 0.25, mmPerRow: 0.12 };

let tiles: { readonly speckle: Float32Array; readonly texture: Float32Array } | null = null;
function sharedTiles() {
  if (tiles === null) {
    const random = new Random(TILES_SEED);
    tiles = {
      speckle: speckleTile(random.stream('speckle')),
      texture: textureTile(random.stream('texture'), TEXTURE_SCALE),
    };
  }
  return tiles;
}

export const neper = (db: number) => (db * Math.LN10) / 20;
export const amplitudeOf = (db: number) => 10 ** (db / 20);

interface Blob {
  readonly x: number;
  readonly z: number;
  readonly halfX: number;
  readonly halfZ: number;
  /** Level inside, neper. */
  readonly np: number;
  /** Level of what lies below it, neper: fluid lets more sound through, dense tissue less. */
  readonly belowNp: number;
}

/** Beams that lose sound from some depth on, without any bone: poor contact, edges of vessels, gas in the gel. */
interface Dropout {
  readonly beam: number;
  readonly halfBeams: number;
  readonly softBeams: number;
  readonly fromMm: number;
  readonly np: number;
}

/** Mean scattering of skin, fat, muscle, gel or water, before any bone: one amplitude per sample, 1 = average tissue. */
export class TissueField {
  readonly #view: BeamView;
  readonly #medium: Medium;
  readonly #skinMm: number;
  readonly #fatMm: number;
  readonly #skinNp: number;
  readonly #fatNp: number;
  readonly #deepMm: number;
  readonly #deepNp: number;
  readonly #baseNp: number;
  readonly #contrast: number;
  readonly #boundary: SmoothField;
  readonly #boundaryMm: number;
  readonly #textureAt: readonly [column: number, row: number];
  readonly #textureScale: readonly [x: number, z: number];
  readonly #textureShear: number;
  readonly #speckleAt: readonly [column: number, row: number];
  readonly #noiseSalt: number;
  readonly #blobs: readonly Blob[];
  readonly #dropouts: readonly Dropout[];
  readonly #near: NearField;

  constructor(random: Random, view: BeamView, medium: Medium, near: NearField, box: Box) {
    this.#view = view;
    this.#medium = medium;
    this.#near = near;
    const layered = medium === 'layers';
    this.#skinMm = layered ? random.uniform(0.8, 2.5) : 0;
    this.#fatMm = layered ? this.#skinMm + random.uniform(1, 10) : 0;
    this.#skinNp = neper(random.uniform(0, 14));
    this.#fatNp = neper(random.uniform(-12, 8));
    this.#deepMm = layered ? this.#fatMm + random.uniform(4, 30) : 1e3;
    this.#deepNp = neper(random.uniform(-9, 6));
    this.#baseNp = neper(medium === 'water' ? -random.uniform(18, 60) : random.uniform(-5, 3));
    this.#contrast = layered ? random.uniform(0.3, 1) : random.uniform(0, medium === 'water' ? 0.8 : 0.3);
    this.#boundary = new SmoothField(random, random.uniform(6, 16), 1);
    this.#boundaryMm = random.uniform(0.1, 1);
    this.#textureAt = [random.integer(0, COLUMN_MASK), random.integer(0, ROW_MASK)];
    this.#textureScale = [
      random.sign() / (TEXTURE_SCALE.mmPerColumn * logUniform(random, 0.6, 1.8)),
      1 / (TEXTURE_SCALE.mmPerRow * logUniform(random, 0.6, 1.8)),
    ];
    this.#textureShear = random.uniform(-0.5, 0.5);
    this.#speckleAt = [random.integer(0, COLUMN_MASK), random.integer(0, ROW_MASK)];
    this.#noiseSalt = random.integer(0, 2 ** 30);
    this.#blobs = drawBlobs(random, box, medium);
    this.#dropouts = drawDropouts(random, view);
  }

  get meanFatDepthMm(): number {
    return this.#fatMm;
  }

  get vessels(): readonly Blob[] {
    return this.#blobs;
  }

  /** Writes the amplitude along beam `b`. */
  amplitude(b: number, out: Float32Array): void {
    const { texture } = sharedTiles();
    const { stepMm } = this.#view.grid;
    const [scaleX, scaleZ] = this.#textureScale;
    const boundary = this.#boundaryMm * this.#boundary.at(this.#view.pointAt(b, 10)[0], 0);
    const blobs = this.#blobs;
    const [x0, z0] = this.#view.pointAt(b, 0);
    const [x1, z1] = this.#view.pointAt(b, 1);
    for (let s = 0; s < out.length; s++) {
      const depth = (s + 0.5) * stepMm;
      const x = x0 + depth * (x1 - x0);
      const z = z0 + depth * (z1 - z0);
      const column = (Math.floor(x * scaleX) + this.#textureAt[0]) & COLUMN_MASK;
      const row = (Math.floor((z + this.#textureShear * x) * scaleZ) + this.#textureAt[1]) & ROW_MASK;
      let np = this.#contrast * texture[(column << TILE_ROWS_BITS) | row]! + this.#layerNp(depth + boundary);
      for (const blob of blobs) np += blobNp(blob, x, z);
      out[s] = Math.exp(np);
    }
    this.#addNearField(out);
  }

  #layerNp(depthMm: number): number {
    if (this.#medium !== 'layers') return this.#baseNp;
    const level = depthMm < this.#skinMm ? this.#skinNp : depthMm < this.#fatMm ? this.#fatNp : 0;
    return depthMm > this.#deepMm ? this.#deepNp : level;
  }

  #addNearField(out: Float32Array): void {
    const { levelDb, lengthMm, lineMm, lineDepth } = this.#near;
    const level = amplitudeOf(levelDb);
    for (let s = 0; s < out.length; s++) {
      const depth = (s + 0.5) * this.#view.grid.stepMm;
      const rest = level * Math.exp(-depth / lengthMm);
      if (rest < 1e-4) return;
      out[s]! += rest * (1 - lineDepth * Math.sin((Math.PI * depth) / lineMm) ** 2);
    }
  }

  /** Fills beam `b` of the complex field with scatterers of the given amplitude. */
  scatter(b: number, amplitude: Float32Array, real: Float32Array, imaginary: Float32Array): void {
    const { speckle } = sharedTiles();
    const column = ((b + this.#speckleAt[0]) & COLUMN_MASK) << TILE_ROWS_BITS;
    const start = b * amplitude.length;
    for (let s = 0; s < amplitude.length; s++) {
      const at = (column | ((s + this.#speckleAt[1]) & ROW_MASK)) * 2;
      real[start + s]! += amplitude[s]! * speckle[at]!;
      imaginary[start + s]! += amplitude[s]! * speckle[at + 1]!;
    }
  }

  /** Factor on everything beam `b` receives, per sample; false when it loses nothing. */
  loss(b: number, out: Float32Array): boolean {
    let any = false;
    for (const { beam, halfBeams, softBeams, fromMm, np } of this.#dropouts) {
      const inside = 1 / (1 + Math.exp((Math.abs(b - beam) - halfBeams) / softBeams));
      if (inside < 0.01) continue;
      if (!any) out.fill(1);
      any = true;
      for (let s = 0; s < out.length; s++) {
        const begun = 1 / (1 + Math.exp((fromMm - s * this.#view.grid.stepMm) / 0.8));
        out[s]! *= Math.exp(np * inside * begun);
      }
    }
    return any;
  }

  /** Adds the receiver's own noise, which amplification does not change here: it is drawn at its level in the picture. */
  addNoise(setting: ScannerSetting, real: Float32Array, imaginary: Float32Array): void {
    const { speckle } = sharedTiles();
    const { beams, samples } = this.#view.grid;
    const level = Float32Array.from({ length: samples }, (_, s) =>
      amplitudeOf(setting.noiseDb + (setting.noiseRiseDb * s) / samples),
    );
    for (let b = 0; b < beams; b++) {
      const place = hash32(b + this.#noiseSalt);
      const column = (place & COLUMN_MASK) << TILE_ROWS_BITS;
      for (let s = 0, i = b * samples; s < samples; s++, i++) {
        const at = (column | ((s + (place >>> TILE_COLUMNS_BITS)) & ROW_MASK)) * 2;
        real[i]! += level[s]! * speckle[at]!;
        imaginary[i]! += level[s]! * speckle[at + 1]!;
      }
    }
  }
}

function blobNp({ x, z, halfX, halfZ, np, belowNp }: Blob, atX: number, atZ: number): number {
  const u = (atX - x) / halfX;
  if (u < -1 || u > 1) return 0;
  const edge = halfZ * Math.sqrt(1 - u * u);
  if (atZ < z - edge) return 0;
  return atZ <= z + edge ? np : belowNp * (1 - u * u);
}

/** Vessels, cysts and dense lumps: ellipses with a level of their own. */
function drawBlobs(random: Random, box: Box, medium: Medium): Blob[] {
  const count = random.chance(0.35) ? random.integer(1, medium === 'water' ? 6 : 3) : 0;
  return Array.from({ length: count }, () => {
    const halfX = logUniform(random, 0.8, 7);
    const fluid = medium !== 'water' && random.chance(0.65);
    return {
      x: random.uniform(box.left, box.right),
      z: random.uniform(3, box.bottom * 0.8),
      halfX,
      halfZ: halfX * random.uniform(0.4, 1.1),
      np: neper(fluid ? -random.uniform(12, 40) : medium === 'water' ? random.uniform(5, 40) : random.uniform(3, 12)),
      belowNp: neper(fluid ? random.uniform(0, 5) : -random.uniform(0, 7)),
    };
  });
}

function drawDropouts(random: Random, view: BeamView): Dropout[] {
  const count = random.chance(0.3) ? random.integer(1, 3) : 0;
  const beams = view.lastBeam - view.firstBeam;
  return Array.from({ length: count }, () => ({
    beam: view.firstBeam + (random.chance(0.5) ? random.sign() * 0.5 + 0.5 : random.uniform()) * beams,
    halfBeams: beams * logUniform(random, 0.008, 0.2),
    softBeams: random.uniform(0.6, 8),
    fromMm: random.chance(0.5) ? -3 : random.uniform(2, 25),
    np: neper(-random.uniform(6, 40)),
  }));
}
