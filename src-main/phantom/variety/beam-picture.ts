import { addEcho } from '../echoes.ts';
import { Beamformer, smearAcross } from '../imaging.ts';
import { type Random, SmoothField } from '../random.ts';
import { grayOfAmplitude, meanAbove } from '../visibility.ts';
import type { Decoy } from './decoys.ts';
import { type Outline, type OutlineHits, traceOutlines } from './outlines.ts';
import type { BoneEcho, ScannerSetting } from './sound.ts';
import { amplitudeOf, type TissueField } from './tissue-field.ts';
import type { BeamView } from './view.ts';

/** Onset of the shadow below the surface, mm. */
const SHADOW_ONSET_MM = 0.25;
/** Patches of haze are wide: their level is looked up once per so many samples. */
const PATCH_SAMPLES = 8;
const GRAY_STEPS = 2048;
const DEGREE = Math.PI / 180;

/** What a scan shows, beam after beam, each from the probe downwards. */
export interface BeamPicture {
  /** 0 to 1. */
  readonly gray: Float32Array;
  readonly hits: OutlineHits;
  /** Gray the surface would have without fading and speckle, per beam; 0 where no bone is met. */
  readonly surfaceGray: Float32Array;
  /** The same of the tissue just above the surface. */
  readonly aboveGray: Float32Array;
}

/** Everything that makes a scan, drawn from a seed. */
export interface Scan {
  readonly view: BeamView;
  readonly setting: ScannerSetting;
  readonly tissue: TissueField;
  readonly decoys: readonly Decoy[];
  readonly bones: readonly Outline[];
  readonly echo: BoneEcho;
}

export function renderBeams(random: Random, scan: Scan): BeamPicture {
  return new BeamRenderer(random, scan).render();
}

class BeamRenderer {
  readonly #scan: Scan;
  readonly #beamformer: Beamformer;
  readonly #hits: OutlineHits;
  readonly #real: Float32Array;
  readonly #imaginary: Float32Array;
  readonly #transmission: Float32Array;
  readonly #gain: Float32Array;
  readonly #above: Float32Array;
  readonly #fading: SmoothField;
  readonly #layerFading: SmoothField;
  readonly #phase: SmoothField;
  readonly #patches: SmoothField;

  constructor(random: Random, scan: Scan) {
    const { view, setting, echo } = scan;
    const { grid, footprint } = view;
    this.#scan = scan;
    this.#hits = traceOutlines(view, scan.bones);
    const spread = (z: number) =>
      (setting.lateralMm * (1 + 1.2 * Math.min(1, Math.abs(z - setting.focusMm) / 25)) * grid.pitchMm) /
      view.pitchAt(z);
    this.#beamformer = new Beamformer(grid, { axialMm: setting.axialMm, lateralMm: spread });
    this.#real = new Float32Array(grid.beams * grid.samples);
    this.#imaginary = new Float32Array(grid.beams * grid.samples);
    this.#transmission = new Float32Array(grid.beams * grid.samples);
    this.#above = new Float32Array(grid.beams);
    this.#fading = new SmoothField(random, echo.fadingMm, 1);
    this.#layerFading = new SmoothField(random, 1.6 * echo.fadingMm, 1);
    this.#phase = new SmoothField(random, 1.4, 1);
    this.#patches = new SmoothField(random, 2.5, 2);
    const bends = [1, 2].map((turns) => ({ turns, phase: random.uniform(0, 2 * Math.PI) }));
    this.#gain = Float32Array.from({ length: grid.samples }, (_, s) => {
      const depth = (s + 0.5) * grid.stepMm;
      let db = setting.slopeDbPerMm * depth;
      for (const { turns, phase } of bends)
        db += (setting.bendDb / turns) * Math.sin((turns * 2 * Math.PI * depth) / footprint.depthMm + phase);
      return amplitudeOf(db);
    });
  }

  render(): BeamPicture {
    this.#castShadow();
    this.#fillScatterers();
    for (const decoy of this.#scan.decoys) this.#addDecoy(decoy);
    this.#addMirror();
    for (const part of [this.#real, this.#imaginary]) {
      this.#beamformer.axial(part);
      this.#beamformer.lateral(part);
    }
    const kept = this.#amplify();
    this.#scan.tissue.addNoise(this.#scan.setting, this.#real, this.#imaginary);
    return {
      hits: this.#hits,
      surfaceGray: this.#grayOf((b) => kept[b]! * Math.hypot(this.#mirror(b), this.#layer(b))),
      aboveGray: this.#grayOf((b) => kept[b]! * this.#above[b]!),
      gray: this.#compress(),
    };
  }

  /** Amplitude of bone `b`'s mirror-like echo before fading. */
  #mirror(b: number): number {
    const { mirrorDb, lobeDegrees } = this.#scan.echo;
    const angle = Math.acos(Math.min(1, this.#hits.cosine[b]!)) / (lobeDegrees * DEGREE);
    return amplitudeOf(mirrorDb) * Math.exp(-angle * angle);
  }

  #layer(b: number): number {
    return amplitudeOf(this.#scan.echo.layerDb) * Math.sqrt(Math.max(0.05, this.#hits.cosine[b]!));
  }

  /** Transmission per sample: 1 above the bone, next to nothing below, a penumbra at the sides. */
  #castShadow(): void {
    const { beams, samples, stepMm, pitchMm } = this.#scan.view.grid;
    const { depthMm } = this.#hits;
    const transmission = this.#transmission.fill(1);
    const dark = amplitudeOf(this.#scan.echo.shadowDb);
    const surfaceSample = (b: number) => Math.min(samples, Math.round((depthMm[b]! + SHADOW_ONSET_MM) / stepMm));
    for (let b = 0; b < beams; b++) {
      if (Number.isFinite(depthMm[b]!)) transmission.fill(dark, b * samples + surfaceSample(b), (b + 1) * samples);
    }
    const blur = this.#scan.echo.shadowBlurMm / pitchMm;
    const decay = new Float32Array(samples).fill(Math.exp(-1 / Math.max(0.3, blur / 2)));
    smearAcross(transmission, beams, samples, decay);
    smearAcross(transmission, beams, samples, decay);
    for (let b = 0; b < beams; b++) {
      // The smear must not darken what lies above a sloping surface.
      if (Number.isFinite(depthMm[b]!)) transmission.fill(1, b * samples, b * samples + surfaceSample(b));
    }
  }

  #fillScatterers(): void {
    const { tissue, view } = this.#scan;
    const { beams, samples, stepMm } = view.grid;
    const { depthMm } = this.#hits;
    const gain = this.#beamformer.scattererGain;
    const amplitude = new Float32Array(samples);
    for (let b = 0; b < beams; b++) {
      tissue.amplitude(b, amplitude);
      this.#above[b] = Number.isFinite(depthMm[b]!) ? meanAbove(amplitude, stepMm, depthMm[b]!) : 0;
      for (let s = 0; s < samples; s++) amplitude[s]! *= this.#transmission[b * samples + s]!;
      if (Number.isFinite(depthMm[b]!)) this.#addBoneScatter(b, amplitude);
      for (let s = 0; s < samples; s++) amplitude[s]! *= gain[s]!;
      tissue.scatter(b, amplitude, this.#real, this.#imaginary);
    }
  }

  /** The scattering layer at the surface, the haze under it and the echoes that went to and fro. */
  #addBoneScatter(b: number, amplitude: Float32Array): void {
    const { echo, view } = this.#scan;
    const { stepMm, samples } = view.grid;
    const surface = this.#hits.depthMm[b]!;
    const x = view.pointAt(b, surface)[0];
    const layer = this.#layer(b) * Math.exp(echo.fadingNp * this.#layerFading.at(x, 0) - echo.fadingNp ** 2);
    const strength = Math.hypot(this.#mirror(b) * Math.exp(echo.fadingNp * this.#fading.at(x, 0)), layer);
    const haze = strength * amplitudeOf(-echo.hazeUnderDb);
    let patch = 1;
    for (let s = Math.max(0, Math.ceil((surface - 0.15) / stepMm - 0.5)); s < samples; s++) {
      const below = (s + 0.5) * stepMm - surface;
      const past = Math.max(0, below - 0.2);
      if (s % PATCH_SAMPLES === 0) patch = Math.exp(0.5 * this.#patches.at(x, below));
      const cloud = below > 0.5 ? haze * patch * Math.exp(-past / echo.hazeMm) : 0;
      const level = (past < 4 * echo.layerMm ? layer * Math.exp(-((past / echo.layerMm) ** 1.5)) : 0) + cloud;
      if (level < 1e-4) break;
      amplitude[s]! += level;
    }
    for (const { distanceMm, underDb, thicknessMm } of echo.repeats) {
      this.#addBlob(amplitude, surface + distanceMm, thicknessMm, strength * amplitudeOf(-underDb));
    }
    for (const { distanceMm, underDb, thicknessMm } of echo.clouds) {
      const patch = 1.2 * this.#patches.at(0.6 * x, 3 * distanceMm) - 0.5;
      this.#addBlob(amplitude, surface + distanceMm, thicknessMm, strength * amplitudeOf(-underDb) * Math.exp(patch));
    }
    if (echo.doubleUnderDb === null) return;
    const cosine = this.#hits.cosine[b]!;
    this.#addBlob(amplitude, 2 * surface, 0.35, strength * cosine ** 4 * amplitudeOf(-echo.doubleUnderDb));
  }

  /** Scattering of Gaussian profile about a depth. */
  #addBlob(amplitude: Float32Array, depthMm: number, thicknessMm: number, level: number): void {
    const { stepMm, samples } = this.#scan.view.grid;
    const middle = depthMm / stepMm - 0.5;
    const sigma = thicknessMm / stepMm;
    const last = Math.min(samples - 1, Math.floor(middle + 3 * sigma));
    for (let s = Math.max(0, Math.ceil(middle - 3 * sigma)); s <= last; s++) {
      amplitude[s]! += level * Math.exp(-0.5 * ((s - middle) / sigma) ** 2);
    }
  }

  #addDecoy({ outline, brightnessDb, lobeDegrees }: Decoy): void {
    const { view } = this.#scan;
    const { samples, stepMm } = view.grid;
    const hits = traceOutlines(view, [outline]);
    const peak = amplitudeOf(brightnessDb);
    for (let b = 0; b < view.grid.beams; b++) {
      const depth = hits.depthMm[b]!;
      if (!Number.isFinite(depth)) continue;
      const angle = Math.acos(Math.min(1, hits.cosine[b]!)) / (lobeDegrees * DEGREE);
      const sample = Math.min(samples - 1, Math.round(depth / stepMm));
      const through = this.#transmission[b * samples + sample]!;
      this.#addLine(b, depth, peak * Math.exp(-angle * angle) * through);
    }
  }

  #addMirror(): void {
    for (let b = 0; b < this.#scan.view.grid.beams; b++) {
      if (Number.isFinite(this.#hits.depthMm[b]!)) this.#addLine(b, this.#hits.depthMm[b]!, this.#mirror(b));
    }
  }

  #addLine(b: number, depthMm: number, strength: number): void {
    if (strength < 1e-3) return;
    const { view, echo } = this.#scan;
    const x = view.pointAt(b, depthMm)[0];
    const level = strength * this.#beamformer.lineGain * Math.exp(echo.fadingNp * this.#fading.at(x, 0));
    const phase = 0.5 * this.#phase.at(x, 0);
    const [re, im] = [level * Math.cos(phase), level * Math.sin(phase)];
    addEcho(view.grid, this.#real, this.#imaginary, b, depthMm, re, im);
  }

  /** Depth gain and lost contact, in place; returns what each beam's bone keeps of its amplitude. */
  #amplify(): Float32Array {
    const { tissue, view } = this.#scan;
    const { beams, samples, stepMm } = view.grid;
    const loss = new Float32Array(samples);
    const kept = new Float32Array(beams).fill(1);
    for (let b = 0; b < beams; b++) {
      const lossy = tissue.loss(b, loss);
      for (let s = 0, i = b * samples; s < samples; s++, i++) {
        const factor = this.#gain[s]! * (lossy ? loss[s]! : 1);
        this.#real[i]! *= factor;
        this.#imaginary[i]! *= factor;
      }
      const depth = this.#hits.depthMm[b]!;
      if (!Number.isFinite(depth)) continue;
      const sample = Math.min(samples - 1, Math.max(0, Math.round(depth / stepMm)));
      kept[b] = this.#gain[sample]! * (lossy ? loss[sample]! : 1);
    }
    return kept;
  }

  /** Gray per beam of an amplitude at the bone; 0 where no bone is met. */
  #grayOf(amplitude: (b: number) => number): Float32Array {
    const { setting } = this.#scan;
    return Float32Array.from(this.#hits.depthMm, (depth, b) => {
      return Number.isFinite(depth) ? grayOfAmplitude(amplitude(b), setting) : 0;
    });
  }

  /** Power, averaged with its neighbours where the scanner compounds, to gray. */
  #compress(): Float32Array {
    const { setting, view } = this.#scan;
    const { beams, samples } = view.grid;
    const power = this.#transmission;
    for (let i = 0; i < power.length; i++) power[i] = this.#real[i]! ** 2 + this.#imaginary[i]! ** 2;
    const gray = this.#real;
    const curve = Float32Array.from({ length: GRAY_STEPS }, (_, i) => ((i + 0.5) / GRAY_STEPS) ** setting.gamma);
    const scale = 10 / Math.LN10 / setting.dynamicRangeDb;
    const offset = -setting.blackDb / setting.dynamicRangeDb;
    for (let b = 0; b < beams; b++) {
      const before = b === 0 ? 0 : -samples;
      const after = b === beams - 1 ? 0 : samples;
      for (let s = 0, i = b * samples; s < samples; s++, i++) {
        const across = setting.compounded ? 0.25 * (power[i + before]! + 2 * power[i]! + power[i + after]!) : power[i]!;
        const level = scale * Math.log(across + 1e-12) + offset;
        gray[i] = level <= 0 ? 0 : level >= 1 ? 1 : curve[(level * GRAY_STEPS) | 0]!;
      }
    }
    return gray;
  }
}
