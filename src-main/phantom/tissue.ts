import type { BeamGrid } from './imaging.ts';
import { hash32, type Random, SmoothField } from './random.ts';
import type { ProbePlacement } from './sweep.ts';
import { speckleTile, TILE_COLUMNS_BITS, TILE_ROWS_BITS, textureTile } from './tiles.ts';

const COLUMN_MASK = (1 << TILE_COLUMNS_BITS) - 1;
const ROW_MASK = (1 << TILE_ROWS_BITS) - 1;

/** Elevation over which speckle becomes independent, mm: about the beam's thickness. */
const SPECKLE_PLANE_MM = 1;
/** The same for muscle structure, which runs on through several planes. */
const TEXTURE_PLANE_MM = 4;
/** Soft edge of a layer, mm. */
const LAYER_EDGE_MM = 0.25;
/** Band under the probe's face where the transducer still rings, mm. */
const RINGING_MM = 0.45;

const neper = (db: number) => (db * Math.LN10) / 20;

/** One plane of a tile: where in the tile it begins and how much of it is seen, per sample. */
interface TilePlane {
  readonly column: Int32Array;
  readonly row: Int32Array;
  readonly weight: Float32Array;
}

/** The two planes about the picture's. Per sample, because elevation changes along a tilted beam. */
type PlaneMix = readonly [TilePlane, TilePlane];

interface TileTrack {
  readonly column: number;
  readonly row: number;
  readonly columnStep: number;
  readonly rowStep: number;
}

function newMix(samples: number): PlaneMix {
  const plane = (): TilePlane => ({
    column: new Int32Array(samples),
    row: new Int32Array(samples),
    weight: new Float32Array(samples),
  });
  return [plane(), plane()];
}

/** Each plane is the same tile seen at another place; which place follows from the plane's number. */
function mixPlanes(mix: PlaneMix, salt: number, planeMm: number, y0: number, yStep: number, keepPower: boolean): void {
  for (let s = 0; s < mix[0].weight.length; s++) {
    const elevation = (y0 + s * yStep) / planeMm;
    const number = Math.floor(elevation);
    const share = elevation - number;
    for (const [k, plane] of mix.entries()) {
      const place = hash32((number + k) ^ salt);
      plane.column[s] = place & COLUMN_MASK;
      plane.row[s] = (place >>> TILE_COLUMNS_BITS) & ROW_MASK;
      const part = k === 0 ? 1 - share : share;
      // Independent planes: sines keep the power of their sum; for texture a plain blend does.
      plane.weight[s] = keepPower ? Math.sin((part * Math.PI) / 2) : part;
    }
  }
}

/**
 * Skin, fat and muscle: how strongly each place scatters, and the scatterers themselves. Scatterers belong to the
 * reference, not to the picture: when the probe moves, speckle slides and slowly changes, as in life.
 */
export class Tissue {
  readonly #grid: BeamGrid;
  readonly #speckle: Float32Array;
  readonly #texture: Float32Array;
  readonly #speckleMix: PlaneMix;
  readonly #textureMix: PlaneMix;
  readonly #salt: number;
  readonly #skinMm: number;
  readonly #fatMm: number;
  readonly #boundary: SmoothField;
  readonly #boundaryMm: number;
  readonly #skinNp: number;
  readonly #fatNp: number;
  readonly #ringingNp: number;
  readonly #contrast: number;

  constructor(random: Random, grid: BeamGrid) {
    this.#grid = grid;
    this.#speckle = speckleTile(random.stream('speckle'));
    this.#texture = textureTile(random.stream('texture'), { mmPerColumn: grid.pitchMm, mmPerRow: grid.stepMm });
    this.#speckleMix = newMix(grid.samples);
    this.#textureMix = newMix(grid.samples);
    const layers = random.stream('layers');
    this.#salt = layers.integer(0, 2 ** 31);
    this.#skinMm = layers.uniform(1, 2.2);
    this.#fatMm = this.#skinMm + layers.uniform(1.5, 5);
    this.#boundary = new SmoothField(layers, 12, 10);
    this.#boundaryMm = layers.uniform(0.2, 0.8);
    this.#skinNp = neper(layers.uniform(6, 13));
    this.#fatNp = neper(layers.uniform(-3, 7));
    this.#ringingNp = neper(layers.uniform(6, 14));
    this.#contrast = layers.uniform(0.45, 0.85);
  }

  /** Depth of the lower edge of the fat under the probe, where the first fascia lies, mm. */
  fatDepthMm(x: number, y: number): number {
    return this.#fatMm + this.#boundaryMm * this.#boundary.at(x, y);
  }

  get meanFatDepthMm(): number {
    return this.#fatMm;
  }

  /** Prepares the planes for a probe position; `amplitude` and `scatter` then refer to it. */
  moveTo(probe: ProbePlacement): void {
    const yStep = probe.beam[1] * this.#grid.stepMm;
    mixPlanes(this.#speckleMix, this.#salt, SPECKLE_PLANE_MM, probe.origin[1], yStep, true);
    mixPlanes(this.#textureMix, this.#salt ^ 0x5bd1e995, TEXTURE_PLANE_MM, probe.origin[1], yStep, false);
  }

  /** Mean scattering amplitude along beam `b`; 1 = average muscle. Writes one value per sample. */
  amplitude(b: number, probe: ProbePlacement, out: Float32Array): void {
    const { lateralMm, stepMm, samples } = this.#grid;
    const fatMm = this.fatDepthMm(probe.origin[0] + lateralMm[b]!, probe.origin[1]);
    out.fill(0);
    for (const plane of this.#textureMix) this.#addTexture(plane, this.#track(b, probe), out);
    for (let s = 0; s < samples; s++) {
      out[s] = Math.exp(this.#layerNp((s + 0.5) * stepMm, fatMm) + this.#contrast * out[s]!);
    }
  }

  /** Where beam `b` runs through the tiles, in cells. */
  #track(b: number, probe: ProbePlacement): TileTrack {
    const { lateralMm, pitchMm, stepMm } = this.#grid;
    return {
      column: (probe.origin[0] + lateralMm[b]! * probe.lateral[0]) / pitchMm,
      row: (probe.origin[2] + lateralMm[b]! * probe.lateral[2]) / stepMm,
      columnStep: (probe.beam[0] * stepMm) / pitchMm,
      rowStep: probe.beam[2],
    };
  }

  #addTexture({ column, row, weight }: TilePlane, track: TileTrack, out: Float32Array): void {
    const tile = this.#texture;
    for (
      let s = 0, tx = track.column, tz = track.row;
      s < out.length;
      s++, tx += track.columnStep, tz += track.rowStep
    ) {
      const c = Math.floor(tx) + column[s]!;
      const at = (Math.floor(tz) + row[s]!) & ROW_MASK;
      const left = tile[((c & COLUMN_MASK) << TILE_ROWS_BITS) | at]!;
      const right = tile[(((c + 1) & COLUMN_MASK) << TILE_ROWS_BITS) | at]!;
      out[s]! += weight[s]! * (left + (tx - Math.floor(tx)) * (right - left));
    }
  }

  #layerNp(depthMm: number, fatMm: number): number {
    if (depthMm > fatMm + LAYER_EDGE_MM) return 0;
    const below = (edge: number) => 1 / (1 + Math.exp((edge - depthMm) / (LAYER_EDGE_MM / 4)));
    const skin = 1 - below(this.#skinMm);
    const muscle = below(fatMm);
    const ringing = 1 - below(RINGING_MM);
    return ringing * this.#ringingNp + skin * this.#skinNp + (1 - skin) * (1 - muscle) * this.#fatNp;
  }

  /** Fills beam `b` of the complex field with scatterers of the given amplitude. */
  scatter(
    b: number,
    probe: ProbePlacement,
    amplitude: Float32Array,
    real: Float32Array,
    imaginary: Float32Array,
  ): void {
    const start = b * this.#grid.samples;
    real.fill(0, start, start + amplitude.length);
    imaginary.fill(0, start, start + amplitude.length);
    for (const plane of this.#speckleMix) {
      this.#addScatterers(plane, this.#track(b, probe), amplitude, start, real, imaginary);
    }
  }

  #addScatterers(
    { column, row, weight }: TilePlane,
    track: TileTrack,
    amplitude: Float32Array,
    start: number,
    real: Float32Array,
    imaginary: Float32Array,
  ): void {
    const tile = this.#speckle;
    const { columnStep, rowStep } = track;
    for (let s = 0, tx = track.column, tz = track.row; s < amplitude.length; s++, tx += columnStep, tz += rowStep) {
      const c = Math.floor(tx);
      const r = Math.floor(tz);
      const fx = tx - c;
      const fz = tz - r;
      const left = ((c + column[s]!) & COLUMN_MASK) << TILE_ROWS_BITS;
      const right = ((c + 1 + column[s]!) & COLUMN_MASK) << TILE_ROWS_BITS;
      const upper = (r + row[s]!) & ROW_MASK;
      const lower = (r + 1 + row[s]!) & ROW_MASK;
      const level = weight[s]! * amplitude[s]!;
      const leftLevel = level * (1 - fx);
      const rightLevel = level * fx;
      const i = (left | upper) * 2;
      const j = (left | lower) * 2;
      const k = (right | upper) * 2;
      const l = (right | lower) * 2;
      real[start + s]! +=
        leftLevel * (tile[i]! + fz * (tile[j]! - tile[i]!)) + rightLevel * (tile[k]! + fz * (tile[l]! - tile[k]!));
      imaginary[start + s]! +=
        leftLevel * (tile[i + 1]! + fz * (tile[j + 1]! - tile[i + 1]!)) +
        rightLevel * (tile[k + 1]! + fz * (tile[l + 1]! - tile[k + 1]!));
    }
  }

  /** Adds the receiver's own noise, new in every frame, of amplitude `level` per sample. */
  addNoise(frame: number, level: Float32Array, real: Float32Array, imaginary: Float32Array): void {
    const { beams, samples } = this.#grid;
    const tile = this.#speckle;
    for (let b = 0; b < beams; b++) {
      const place = hash32(frame * 4099 + b + this.#salt);
      const column = (place & COLUMN_MASK) << TILE_ROWS_BITS;
      for (let s = 0, i = b * samples; s < samples; s++, i++) {
        const at = (column | ((s + (place >>> TILE_COLUMNS_BITS)) & ROW_MASK)) * 2;
        real[i]! += level[s]! * tile[at]!;
        imaginary[i]! += level[s]! * tile[at + 1]!;
      }
    }
  }
}
