import { boneOf, Sheet, type Surface } from './anatomy.ts';
import { type BeamHits, newBeamHits, traceBeams } from './beams.ts';
import { addEcho, type BoneSound, boneSound, Mirror } from './echoes.ts';
import { completeOptions, type FrameContent, type PhantomFrame, type PhantomOptions, RenderedFrame } from './frame.ts';
import { Beamformer, type BeamGrid, beamGrid, ScanConverter, smearAcross } from './imaging.ts';
import { Random } from './random.ts';
import { type ProbePlacement, Sweep } from './sweep.ts';
import { Tissue } from './tissue.ts';
import { type BeamSurface, grayOfAmplitude, meanAbove, visibleStretches } from './visibility.ts';

/** Where less of a surface is there than this it is an edge that fades away. */
const PRESENT = 0.5;
/** Onset of the shadow below the surface and its softness, mm. */
const SHADOW_ONSET_MM = 0.3;
const SHADOW_SOFTNESS_MM = 0.08;
/** Thickness of the scattering layer at the surface, mm. */
const DIFFUSE_FROM_MM = -0.1;
const DIFFUSE_TO_MM = 0.3;
/** Below it the layer fades over this length. */
const DIFFUSE_FADE_MM = 0.3;
/** Loudest receiver noise anywhere, dB below muscle: a higher floor turns shadows gray (models.md 5.1). */
const NOISE_CEILING_DB = -42;

/** Changes every picture of every seed; chosen for a good first impression of seed 1, the demo's. */
const EDITION = 2;

const amplitudeOf = (db: number) => 10 ** (db / 20);

/** Scanner setting of a seed: what turns amplitudes into grays. */
interface Setting {
  readonly dynamicRangeDb: number;
  readonly blackDb: number;
  readonly gamma: number;
  readonly boneDb: number;
}

/** Levels are drawn as the grays they shall have: muscle dark, bone near white. The dB follow from the dynamic range. */
function drawSetting(random: Random): Setting {
  const dynamicRangeDb = random.uniform(50, 66);
  const muscleGray = random.uniform(0.24, 0.4);
  const boneGray = random.uniform(0.9, 1.1);
  return {
    dynamicRangeDb,
    blackDb: -muscleGray * dynamicRangeDb,
    gamma: random.uniform(0.9, 1.4),
    boneDb: (boneGray - muscleGray) * dynamicRangeDb,
  };
}

/**
 * A synthetic bone under a moving probe: `render(n)` is a pure function of the options and n, whatever was rendered
 * before. Recipe: models.md 5.1, made consistent in three dimensions: bone, fasciae, texture and scatterers all stand in
 * the reference, and each picture is what the probe's plane cuts out of them.
 */
export class PhantomScene {
  readonly options: Required<PhantomOptions>;
  readonly #grid: BeamGrid;
  readonly #sweep: Sweep;
  readonly #tissue: Tissue;
  readonly #bone: Surface;
  readonly #setting: Setting;
  readonly #sound: BoneSound;
  readonly #boneMirror: Mirror;
  readonly #sheets: readonly Mirror[];
  readonly #beamformer: Beamformer;
  readonly #converter: ScanConverter;
  readonly #shadowDecay: Float32Array;
  readonly #amplification: Float32Array;
  readonly #noise: Float32Array;
  readonly #above: Float32Array;
  readonly #real: Float32Array;
  readonly #imaginary: Float32Array;
  readonly #transmission: Float32Array;
  readonly #amplitude: Float32Array;
  readonly #columnMm: Float64Array;
  readonly #columnHits: BeamHits;

  /** @throws {RangeError} for options outside their limits. */
  constructor(options: PhantomOptions) {
    this.options = completeOptions(options);
    const { seed, kind, columns, rows, mmPerPixel } = this.options;
    const random = new Random(seed).stream(`edition ${EDITION}`);
    const grid = beamGrid(columns, rows, mmPerPixel);
    this.#grid = grid;
    this.#sweep = new Sweep(random.stream('sweep'));
    this.#tissue = new Tissue(random.stream('tissue'), grid);
    this.#bone = boneOf(kind, random.stream('bone'));

    const setting = drawSetting(random.stream('setting'));
    this.#setting = setting;
    this.#sound = boneSound(random.stream('sound'), setting.boneDb);
    this.#boneMirror = new Mirror(
      random.stream('mirror'),
      grid,
      this.#bone,
      this.#sound.brightnessDb,
      this.#sound.lobeDegrees,
    );
    this.#sheets = this.#drawSheets(random.stream('sheets'));

    const optics = random.stream('optics');
    const focusMm = optics.uniform(12, 28);
    const atFocusMm = optics.uniform(0.15, 0.28);
    const spread = (z: number) => atFocusMm * (1 + 1.2 * Math.min(1, Math.abs(z - focusMm) / 22));
    this.#beamformer = new Beamformer(grid, { axialMm: optics.uniform(0.1, 0.18), lateralMm: spread });
    this.#converter = new ScanConverter(grid, columns, rows, mmPerPixel[0], setting);
    const blur = this.#sound.shadowBlurMm / grid.pitchMm;
    this.#shadowDecay = new Float32Array(grid.samples).fill(Math.exp(-1 / Math.max(0.3, blur / 2)));
    this.#amplification = amplificationCurve(random.stream('gain'), grid);
    this.#noise = noiseCurve(random.stream('noise'), grid);

    this.#above = new Float32Array(grid.beams);
    const cells = grid.beams * grid.samples;
    this.#real = new Float32Array(cells);
    this.#imaginary = new Float32Array(cells);
    this.#transmission = new Float32Array(cells);
    this.#amplitude = new Float32Array(grid.samples);
    this.#columnMm = Float64Array.from({ length: columns }, (_, c) => (c - (columns - 1) / 2) * mmPerPixel[0]);
    this.#columnHits = newBeamHits(columns);
  }

  /** Frame `index` of the endless sweep; its content repeats after `loopFrames`. Its buffers are the caller's. */
  render(index: number): PhantomFrame {
    return new RenderedFrame(this.options, index, this.renderContent(index));
  }

  /** What `render` shows, without its index and time. */
  renderContent(index: number): FrameContent {
    const { columns, rows, loopFrames } = this.options;
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new RangeError(`phantom frame ${index}: expected a whole number from 0`);
    }
    const frame = index % loopFrames;
    const probe = this.#sweep.at(frame / loopFrames);
    this.#boneMirror.trace(probe, this.#grid);
    for (const sheet of this.#sheets) sheet.trace(probe, this.#grid);
    this.#castShadow();
    this.#fillTissue(probe);
    this.#addSheets(probe);
    this.#addBone(probe);
    for (const part of [this.#real, this.#imaginary]) {
      this.#beamformer.axial(part);
      this.#beamformer.lateral(part);
      this.#amplify(part);
    }
    this.#tissue.addNoise(frame, this.#noise, this.#real, this.#imaginary);
    const pixels = new Uint8Array(rows * columns);
    this.#converter.convert(this.#real, this.#imaginary, pixels);
    return { pixels, ...this.#truth(probe), probeToReference: probe.matrix };
  }

  #drawSheets(random: Random): Mirror[] {
    const { columns, mmPerPixel } = this.options;
    const halfWidth = ((columns - 1) * mmPerPixel[0]) / 2;
    const fat = this.#tissue.meanFatDepthMm;
    // Two under the fat, where the deep fascia always is; the rest anywhere in the muscle.
    const deep = Array.from({ length: random.integer(2, 6) }, () => fat + random.uniform(2, 22));
    const depths = [fat + random.uniform(-0.3, 0.3), fat + random.uniform(1, 2.5), ...deep];
    return depths.map((depth, i) => {
      const sheet = new Sheet(random, depth, halfWidth, i < 2 ? 'fascia' : 'septum');
      return new Mirror(random, this.#grid, sheet, sheet.brightnessDb, sheet.lobeDegrees);
    });
  }

  /** Transmission per sample: 1 above the bone, next to nothing below, a penumbra at the sides. */
  #castShadow(): void {
    const { beams, samples, stepMm } = this.#grid;
    const { depthMm, presence } = this.#boneMirror.hits;
    const transmission = this.#transmission;
    const loss = 1 - amplitudeOf(this.#sound.shadowDb);
    transmission.fill(1);
    for (let b = 0; b < beams; b++) {
      if (presence[b] === 0) continue;
      const dark = 1 - presence[b]! * loss;
      const start = b * samples;
      let s = Math.max(0, Math.floor(depthMm[b]! / stepMm));
      for (; s < samples; s++) {
        const below = ((s + 0.5) * stepMm - depthMm[b]! - SHADOW_ONSET_MM) / SHADOW_SOFTNESS_MM;
        if (below > 10) break;
        transmission[start + s] = 1 - (1 - dark) / (1 + Math.exp(-below));
      }
      transmission.fill(dark, start + Math.min(s, samples), start + samples);
    }
    smearAcross(transmission, beams, samples, this.#shadowDecay);
    smearAcross(transmission, beams, samples, this.#shadowDecay);
    for (let b = 0; b < beams; b++) {
      // The smear must not darken what lies above a sloping surface.
      if (presence[b]! <= 0.5) continue;
      const surface = Math.round((depthMm[b]! + SHADOW_ONSET_MM) / stepMm);
      transmission.fill(1, b * samples, b * samples + Math.max(0, Math.min(samples, surface)));
    }
  }

  #fillTissue(probe: ProbePlacement): void {
    const { beams, samples } = this.#grid;
    const gain = this.#beamformer.scattererGain;
    const amplitude = this.#amplitude;
    this.#tissue.moveTo(probe);
    for (let b = 0; b < beams; b++) {
      this.#tissue.amplitude(b, probe, amplitude);
      this.#above[b] = meanAbove(amplitude, this.#grid.stepMm, this.#boneMirror.hits.depthMm[b]!);
      for (let s = 0; s < samples; s++) amplitude[s]! *= this.#transmission[b * samples + s]!;
      this.#addDiffuse(b, amplitude);
      this.#addRepeats(b, probe, amplitude);
      for (let s = 0; s < samples; s++) amplitude[s]! *= gain[s]!;
      this.#tissue.scatter(b, probe, amplitude, this.#real, this.#imaginary);
    }
  }

  /** The bone's scattering layer and the haze of multiple echoes under it share the speckle of the place. */
  #addDiffuse(b: number, amplitude: Float32Array): void {
    const { samples, stepMm } = this.#grid;
    const { depthMm, presence, cosine } = this.#boneMirror.hits;
    if (presence[b] === 0) return;
    const surface = depthMm[b]!;
    const layer = amplitudeOf(this.#sound.diffuseDb) * presence[b]! * cosine[b]!;
    const from = Math.max(0, Math.ceil((surface + DIFFUSE_FROM_MM) / stepMm - 0.5));
    const to = Math.min(samples - 1, Math.floor((surface + DIFFUSE_TO_MM) / stepMm - 0.5));
    for (let s = from; s <= to; s++) amplitude[s]! += layer;
    const { underDb, lengthMm } = this.#sound.haze;
    const [layerFade, hazeFade] = [Math.exp(-stepMm / DIFFUSE_FADE_MM), Math.exp(-stepMm / lengthMm)];
    let rest = layer;
    let haze = this.#boneMirror.strength(b) * amplitudeOf(-underDb);
    for (let s = Math.max(0, to + 1); s < samples; s++, rest *= layerFade, haze *= hazeFade)
      amplitude[s]! += rest + haze;
  }

  /** Echoes that went to and fro: inside the cortex (comet tail), and between bone and probe (at twice the depth). */
  #addRepeats(b: number, probe: ProbePlacement, amplitude: Float32Array): void {
    const mirror = this.#boneMirror;
    if (mirror.hits.presence[b] === 0) return;
    const { cometTail, reverberation, brightnessDb } = this.#sound;
    const x = probe.origin[0] + this.#grid.lateralMm[b]!;
    const depth = mirror.hits.depthMm[b]!;
    const strength = mirror.strength(b);
    for (const { distanceMm, underDb, thicknessMm } of cometTail) {
      const level = strength * amplitudeOf(-underDb) * mirror.fading(x + 17 * distanceMm, probe.origin[1]) ** 2;
      this.#addBlob(amplitude, depth + distanceMm, thicknessMm, level);
    }
    if (reverberation === null) return;
    // Twice off the same mirror: its lobe counts twice, and roughness blurs it into pieces.
    const lobe = strength / amplitudeOf(brightnessDb);
    const level = strength * lobe * mirror.fading(x, probe.origin[1]) ** 3 * amplitudeOf(-reverberation.underDb);
    this.#addBlob(amplitude, 2 * depth, reverberation.thicknessMm, level);
  }

  /** Scattering of Gaussian profile about a depth. */
  #addBlob(amplitude: Float32Array, depthMm: number, thicknessMm: number, level: number): void {
    const { samples, stepMm } = this.#grid;
    const middle = depthMm / stepMm - 0.5;
    const sigma = thicknessMm / stepMm;
    const last = Math.min(samples - 1, Math.floor(middle + 3 * sigma));
    for (let s = Math.max(0, Math.ceil(middle - 3 * sigma)); s <= last; s++) {
      amplitude[s]! += level * Math.exp(-0.5 * ((s - middle) / sigma) ** 2);
    }
  }

  #addSheets(probe: ProbePlacement): void {
    const { beams, samples, stepMm } = this.#grid;
    for (const sheet of this.#sheets) {
      for (let b = 0; b < beams; b++) {
        const depth = sheet.hits.depthMm[b]!;
        const strength = sheet.strength(b);
        if (strength < 0.01 || depth < 0) continue;
        const sample = Math.min(samples - 1, Math.round(depth / stepMm));
        this.#addLine(probe, sheet, b, depth, strength * this.#transmission[b * samples + sample]!);
      }
    }
  }

  #addBone(probe: ProbePlacement): void {
    const mirror = this.#boneMirror;
    for (let b = 0; b < this.#grid.beams; b++) {
      if (mirror.hits.presence[b] === 0) continue;
      const depth = mirror.hits.depthMm[b]!;
      const strength = mirror.strength(b);
      this.#addLine(probe, mirror, b, depth, strength);
    }
  }

  #addLine(probe: ProbePlacement, mirror: Mirror, b: number, depthMm: number, strength: number): void {
    const x = probe.origin[0] + this.#grid.lateralMm[b]!;
    const y = probe.origin[1];
    const amplitude = strength * mirror.fading(x, y) * this.#beamformer.lineGain;
    const phase = mirror.phase(x, y);
    const [re, im] = [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
    addEcho(this.#grid, this.#real, this.#imaginary, b, depthMm, re, im);
  }

  #amplify(field: Float32Array): void {
    const { beams, samples } = this.#grid;
    for (let b = 0, i = 0; b < beams; b++) {
      for (let s = 0; s < samples; s++, i++) field[i]! *= this.#amplification[s]!;
    }
  }

  /** Gray the bone, and the tissue above it, have in each beam without speckle and fading. */
  #surfaceOfBeams(): BeamSurface {
    const { depthMm, presence, cosine } = this.#boneMirror.hits;
    const layer = amplitudeOf(this.#sound.diffuseDb);
    const isMet = (b: number) => presence[b]! > PRESENT;
    const gain = (b: number) => this.#amplification[this.#sampleAt(depthMm[b]!)]!;
    const bone = (b: number) => Math.hypot(this.#boneMirror.strength(b), layer * presence[b]! * cosine[b]!);
    const grays = (amplitude: (b: number) => number) =>
      Float32Array.from(depthMm, (_, b) => (isMet(b) ? grayOfAmplitude(gain(b) * amplitude(b), this.#setting) : 0));
    return { depthMm, cosine, bone: null, surfaceGray: grays(bone), aboveGray: grays((b) => this.#above[b]!) };
  }

  #truth(probe: ProbePlacement): Pick<FrameContent, 'surfaceRow' | 'hiddenRow'> {
    const { columns, rows, mmPerPixel } = this.options;
    const { beams, marginBeams, pitchMm } = this.#grid;
    const span = {
      firstBeam: marginBeams,
      lastBeam: beams - 1 - marginBeams,
      depthMm: rows * mmPerPixel[1],
      pitchAt: () => pitchMm,
    };
    const stretch = visibleStretches(this.#surfaceOfBeams(), span);
    const surfaceRow = new Float32Array(columns).fill(Number.NaN);
    const hiddenRow = new Float32Array(columns).fill(Number.NaN);
    const { depthMm, presence } = this.#columnHits;
    traceBeams(this.#bone, probe, this.#columnMm, this.#columnHits);
    for (let c = 0; c < columns; c++) {
      if (presence[c] === 0) continue;
      const beam = Math.min(span.lastBeam, marginBeams + Math.round((c * mmPerPixel[0]) / pitchMm));
      const isSeen = presence[c]! > PRESENT && stretch[beam]! >= 0;
      (isSeen ? surfaceRow : hiddenRow)[c] = depthMm[c]! / mmPerPixel[1] - 0.5;
    }
    return { surfaceRow, hiddenRow };
  }

  #sampleAt(depthMm: number): number {
    return Math.max(0, Math.min(this.#grid.samples - 1, Math.round(depthMm / this.#grid.stepMm)));
  }
}

/** What depth-gain compensation leaves of the attenuation, per sample: it corrects 85 to 105 % and bends a little. */
function amplificationCurve(random: Random, grid: BeamGrid): Float32Array {
  const dbPerMm = random.uniform(0.4, 0.9) * random.uniform(5, 12) * 0.2;
  const missing = random.uniform(-0.15, 0.05);
  const bends = Array.from({ length: 3 }, (_, i) => ({
    db: random.uniform(0, 2.5) / (i + 1),
    turns: random.uniform(0.4, 1) * (i + 1),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  return Float32Array.from({ length: grid.samples }, (_, s) => {
    const depth = (s + 0.5) * grid.stepMm;
    let db = Math.max(-14, dbPerMm * missing * depth);
    for (const bend of bends) db += bend.db * Math.sin((2 * Math.PI * bend.turns * depth) / 50 + bend.phase);
    return amplitudeOf(db);
  });
}

/** Receiver noise per sample: rises with depth as the amplification does, and stays below the ceiling. */
function noiseCurve(random: Random, grid: BeamGrid): Float32Array {
  const floorDb = NOISE_CEILING_DB - random.uniform(4, 18);
  const riseDb = random.uniform(0, NOISE_CEILING_DB - floorDb);
  return Float32Array.from({ length: grid.samples }, (_, s) => amplitudeOf(floorDb + (riseDb * s) / grid.samples));
}
