import { type GpuFrame, say } from '../../../src-shared/index.ts';
import type { SegmenterManifest } from '../manifest.ts';
import { ContourPlacer } from '../mask/contour-placing.ts';
import { type MaskOptions, rulesInForce } from '../mask/options.ts';
import { MaskPieces } from '../mask/pieces.ts';
import { MaskPlacer } from '../mask/placing.ts';
import type { RunInput, RunOutcome, RunValues } from '../messages.ts';
import { type FrameStages, failure, NO_BONE, type PreparedRun, type Verdict } from '../model-kind.ts';
import { beamSpacing, beamView } from '../picture/beam-view.ts';
import { GrayPicture } from '../picture/gray.ts';
import { InputMaker, type Picture } from '../picture/model-input.ts';
import { PictureFinder } from '../picture/picture-finder.ts';
import { pictureRefusal } from '../picture/picture-limits.ts';
import { BoneGrid } from './bone-grid.ts';

/**
 * Pre- and post-processing of a single-stage model: the picture without its surround, at the model's scale, in; the mask
 * on the source's own grid out.
 */
export class SegmenterStages implements FrameStages {
  readonly givesMasks = true;
  readonly #manifest: SegmenterManifest;
  readonly #input: InputMaker;
  readonly #gray = new GrayPicture();
  readonly #finder = new PictureFinder();
  readonly #grid: BoneGrid;
  readonly #pieces = new MaskPieces();
  readonly #placer = new MaskPlacer();
  readonly #contours = new ContourPlacer();

  constructor(manifest: SegmenterManifest) {
    this.#manifest = manifest;
    this.#input = new InputMaker(manifest.input, manifest.mmPerPixel);
    this.#grid = new BoneGrid(manifest.output);
  }

  prepare(frame: GpuFrame): PreparedRun | Verdict {
    const [columns, rows] = frame.size;
    const gray = this.#gray.of(frame);
    const view = beamView(columns, rows, frame.orientation);
    const found = this.#finder.find(frame, gray, view);
    if (found === null) return NO_BONE;
    const { area, isSector } = found;
    const spacing = beamSpacing(frame.scale.mmPerPixel, frame.orientation);
    const refusal = pictureRefusal(this.#manifest.id, area, spacing, this.#manifest);
    if (refusal !== null) return failure(refusal);
    if (this.#manifest.beams === 'straight' && isSector) {
      return failure(say('inference.sector', { model: this.#manifest.id }));
    }
    const isColour = frame.components === 3 && this.#manifest.input.channels === 3;
    const picture: Picture = {
      pixels: isColour ? frame.pixels : gray,
      components: isColour ? 3 : 1,
      view,
      area,
      spacing,
    };
    const input = this.#input.make(picture);
    return {
      inputs: [input],
      size: [view.columns, view.rows],
      finish: (outcome, options) => this.#finish(outcome, options, picture, input),
    };
  }

  lookAhead(): void {
    this.#finder.lookAhead();
  }

  recycle([memory]: readonly RunValues[]): void {
    this.#input.recycle(memory!);
  }

  #finish(outcome: RunOutcome, options: MaskOptions, { view, area, spacing }: Picture, input: RunInput): Verdict {
    const grid = this.#grid.read(outcome, options.threshold ?? this.#manifest.threshold);
    // The output may be coarser than the input: cells per input pixel.
    const [perColumn, perRow] = [grid.columns / input.canvas[0], grid.rows / input.canvas[1]];
    const scale = [input.scale[0] * perColumn, input.scale[1] * perRow] as const;
    grid.cutTo(Math.ceil((area.u1 - area.u0) * scale[0]), Math.ceil((area.v1 - area.v0) * scale[1]));
    const cell = [spacing[0] / scale[0], spacing[1] / scale[1]] as const;
    const rules = rulesInForce(this.#manifest.mask, options);
    const mask = { mask: grid.mask, columns: grid.columns, rows: grid.rows, span: grid.span, spacing: cell };
    const drawn = this.#pieces.clean(mask, rules, grid.probabilityAt);
    if (drawn === 0) return NO_BONE;
    const placed = { mask: grid.mask, columns: grid.columns, scale };
    const isCoarser = scale[0] < 1 && scale[1] < 1;
    const drawnMask =
      isCoarser && grid.levels !== null
        ? {
            mask: this.#contours.place({ ...placed, ...grid.levels, span: grid.span }, view, area),
            span: this.#contours.span,
          }
        : { mask: this.#placer.place(placed, view, area) };
    return {
      ...NO_BONE,
      ...drawnMask,
      state: 'bone',
      score: this.#pieces.meanProbability ?? grid.meanProbability(),
    };
  }
}
