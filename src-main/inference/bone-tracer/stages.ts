import { type GpuFrame, say } from '../../../src-shared/index.ts';
import type { BoneTracerManifest } from '../manifest.ts';
import type { RunOutcome, RunValues } from '../messages.ts';
import { type FrameStages, failure, NO_BONE, type PreparedRun, type Verdict } from '../model-kind.ts';
import { beamSpacing, beamView } from '../picture/beam-view.ts';
import { GrayPicture } from '../picture/gray.ts';
import { PictureFinder } from '../picture/picture-finder.ts';
import { pictureRefusal } from '../picture/picture-limits.ts';
import { Resampler } from '../picture/resample.ts';
import { drawBand } from './band.ts';

/** Inputs under way: one running, one prepared, one being prepared. */
const SPARE_INPUTS = 3;

/** Pre- and post-processing of a bone tracer. Keeps its buffers while the stream's geometry stays the same. */
export class BoneTracerStages implements FrameStages {
  readonly givesMasks = true;
  readonly #manifest: BoneTracerManifest;
  readonly #resampler = new Resampler();
  readonly #gray = new GrayPicture();
  readonly #finder = new PictureFinder();
  readonly #spare: Float32Array<ArrayBuffer>[] = [];
  #mask = new Uint8Array(0);

  constructor(manifest: BoneTracerManifest) {
    this.#manifest = manifest;
  }

  prepare(frame: GpuFrame): PreparedRun | Verdict {
    const [columns, rows] = frame.size;
    const pixels = this.#gray.of(frame);
    const view = beamView(columns, rows, frame.orientation);
    const found = this.#finder.find(frame, pixels, view);
    if (found === null) return NO_BONE;
    const { area, isSector } = found;
    const spacing = beamSpacing(frame.scale.mmPerPixel, frame.orientation);
    // The grid's size follows from the scale, so a wrong scale must be caught before memory is taken for it.
    const refusal = pictureRefusal(this.#manifest.id, area, spacing, this.#manifest);
    if (refusal !== null) return failure(refusal);
    if (isSector) {
      return failure(say('inference.sector', { model: this.#manifest.id }));
    }
    const { mmPerPixel } = this.#manifest.input;
    const grid = this.#resampler.toScale(area, spacing, mmPerPixel);
    const input = this.#inputOf(grid.columns * grid.rows);
    this.#resampler.resample(pixels, view, area, [{ out: input, gain: 1, offset: 0 }]);
    const geometry = { view, area, spacing, gridMmPerPixel: mmPerPixel };
    return {
      inputs: [
        {
          data: input,
          dims: [1, 1, grid.rows, grid.columns],
          canvas: [grid.columns, grid.rows],
          scale: [spacing[0] / mmPerPixel, spacing[1] / mmPerPixel],
          mmPerPixel,
        },
      ],
      size: [view.columns, view.rows],
      finish: (outcome: RunOutcome): Verdict => {
        const mask = this.#maskOf(columns * rows);
        const drawn = drawBand(outcome.values as Float32Array, geometry, this.#manifest.mask, mask);
        return drawn === 0 ? NO_BONE : { ...NO_BONE, state: 'bone', mask, score: outcome.score };
      },
    };
  }

  lookAhead(): void {
    this.#finder.lookAhead();
  }

  recycle([input]: readonly RunValues[]): void {
    if (this.#spare.length < SPARE_INPUTS) this.#spare.push(input as Float32Array<ArrayBuffer>);
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
