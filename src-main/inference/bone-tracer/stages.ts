import type { GpuFrame } from '../../../src-shared/index.ts';
import type { BoneTracerManifest } from '../manifest.ts';
import type { RunOutcome } from '../messages.ts';
import type { FrameStages, PreparedRun, Verdict } from '../model-kind.ts';
import { drawBand } from './band.ts';
import { beamSpacing, beamView, type ImageArea } from './beam-view.ts';
import { rgbToGray } from './gray.ts';
import { findImageArea, Surround } from './image-area.ts';
import { Resampler } from './resample.ts';
import { isSector } from './sector.ts';

/** Inputs under way: one running, one prepared, one being prepared. */
const SPARE_INPUTS = 3;

const NO_BONE: Verdict = { state: 'no-bone', mask: null, score: null, reason: null };
const failed = (reason: string): Verdict => ({ state: 'ai-failed', mask: null, score: null, reason });

/** Pre- and post-processing of a bone tracer. Keeps its buffers while the stream's geometry stays the same. */
export class BoneTracerStages implements FrameStages {
  readonly #manifest: BoneTracerManifest;
  readonly #resampler: Resampler;
  readonly #spare: Float32Array<ArrayBuffer>[] = [];
  #gray = new Uint8Array(0);
  #mask = new Uint8Array(0);

  constructor(manifest: BoneTracerManifest) {
    this.#manifest = manifest;
    this.#resampler = new Resampler(manifest.input.mmPerPixel);
  }

  prepare(frame: GpuFrame): PreparedRun | Verdict {
    const [columns, rows] = frame.size;
    const pixels = this.#grayOf(frame);
    const view = beamView(columns, rows, frame.orientation);
    const surround = new Surround(pixels, view);
    const area = findImageArea(surround, view);
    if (area === null) return NO_BONE;
    const spacing = beamSpacing(frame.scale.mmPerPixel, frame.orientation);
    const refusal = this.#refusalOf(area, spacing);
    if (refusal !== null) return failed(`${this.#manifest.id}: ${refusal}`);
    if (isSector(surround, area)) {
      return failed(`sector picture: ${this.#manifest.id} needs a linear picture, whose beams run straight down`);
    }
    const grid = this.#resampler.prepare(area, spacing);
    const input = this.#inputOf(grid.columns * grid.rows);
    this.#resampler.resample(pixels, view, area, input);
    const geometry = { view, area, spacing, gridMmPerPixel: this.#manifest.input.mmPerPixel };
    return {
      input,
      dims: [1, 1, grid.rows, grid.columns],
      finish: (outcome: RunOutcome): Verdict => {
        const mask = this.#maskOf(columns * rows);
        const drawn = drawBand(outcome.values, geometry, this.#manifest.mask, mask);
        return drawn === 0 ? NO_BONE : { state: 'bone', mask, score: outcome.score, reason: null };
      },
    };
  }

  recycle(input: Float32Array<ArrayBuffer>): void {
    if (this.#spare.length < SPARE_INPUTS) this.#spare.push(input);
  }

  /** The grid's size follows from the scale, so a wrong scale must be caught before memory is taken for it. */
  #refusalOf(area: ImageArea, spacing: readonly [u: number, v: number]): string | null {
    const { widthMm, depthMm } = this.#manifest;
    const width = (area.u1 - area.u0) * spacing[0];
    const depth = (area.v1 - area.v0) * spacing[1];
    const scale = `at ${spacing[0].toPrecision(3)} x ${spacing[1].toPrecision(3)} mm per pixel`;
    if (!(depth >= depthMm[0] && depth <= depthMm[1])) {
      return `the picture is ${depth.toFixed(1)} mm deep ${scale}, expected ${depthMm[0]} to ${depthMm[1]} mm`;
    }
    if (!(width >= widthMm[0] && width <= widthMm[1])) {
      return `the picture is ${width.toFixed(1)} mm wide ${scale}, expected ${widthMm[0]} to ${widthMm[1]} mm`;
    }
    return null;
  }

  #grayOf(frame: GpuFrame): Uint8Array {
    if (frame.components === 1) return frame.pixels;
    const count = frame.size[0] * frame.size[1];
    if (this.#gray.length !== count) this.#gray = new Uint8Array(count);
    rgbToGray(frame.pixels, this.#gray);
    return this.#gray;
  }

  #inputOf(length: number): Float32Array<ArrayBuffer> {
    const spare = this.#spare.pop();
    // The memory of another geometry is no use; it goes with its last reference.
    return spare?.length === length ? spare : new Float32Array(length);
  }

  #maskOf(length: number): Uint8Array {
    if (this.#mask.length !== length) this.#mask = new Uint8Array(length);
    return this.#mask;
  }
}
