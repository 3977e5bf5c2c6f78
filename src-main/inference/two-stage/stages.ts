import type { Box, GpuFrame, Orientation } from '../../../src-shared/index.ts';
import type { DfineManifest, DfineSamManifest } from '../manifest.ts';
import { BandDrawer } from '../mask/band.ts';
import { type MaskOptions, rulesInForce } from '../mask/options.ts';
import { MaskPieces } from '../mask/pieces.ts';
import { MaskPlacer } from '../mask/placing.ts';
import type { SurfaceBand } from '../mask/surface-runs.ts';
import type { RunOutcome, RunValues } from '../messages.ts';
import { type FrameStages, NO_BONE, type PreparedRun, type Verdict } from '../model-kind.ts';
import { beamSpacing, beamView } from '../picture/beam-view.ts';
import { GrayPicture } from '../picture/gray.ts';
import { InputMaker, type Picture } from '../picture/model-input.ts';

/**
 * Pre- and post-processing of detectors, alone or with a SAM-like model behind them. They see the whole frame, as they
 * were trained: turned so that depth runs down, and stretched or padded as the manifest says.
 */
export class TwoStageStages implements FrameStages {
  readonly givesMasks: boolean;
  readonly #manifest: DfineManifest | DfineSamManifest;
  readonly #makers: readonly InputMaker[];
  readonly #pieces = new MaskPieces();
  readonly #band = new BandDrawer();
  readonly #gray = new GrayPicture();
  readonly #kept = new KeptPictures();
  readonly #placer = new MaskPlacer();

  constructor(manifest: DfineManifest | DfineSamManifest) {
    this.#manifest = manifest;
    this.givesMasks = manifest.kind === 'dfine+sam';
    const inputs = [manifest.detector.input, ...(manifest.kind === 'dfine+sam' ? [manifest.encoder.input] : [])];
    this.#makers = inputs.map((input) => new InputMaker(input));
  }

  prepare(frame: GpuFrame): PreparedRun {
    const view = beamView(frame.size[0], frame.size[1], frame.orientation);
    const area = { u0: 0, u1: view.columns, v0: 0, v1: view.rows };
    const spacing = beamSpacing(frame.scale.mmPerPixel, frame.orientation);
    const picture: Picture = { pixels: frame.pixels, components: frame.components, view, area, spacing };
    const kept = this.#bandOf(frame) === null ? null : this.#kept.copyOf(this.#gray.of(frame));
    return {
      inputs: this.#makers.map((maker) => maker.make(picture)),
      size: [view.columns, view.rows],
      finish: (outcome, options) => this.#finish(outcome, options, picture, frame, kept),
    };
  }

  /** Nothing: the whole frame is looked at. */
  lookAhead(): void {}

  recycle(memory: readonly RunValues[]): void {
    for (const [i, maker] of this.#makers.entries()) maker.recycle(memory[i]!);
  }

  /** Null: masks stay as the model drew them. An estimated scale is no better a guess than the model's own. */
  #bandOf({ scale }: Pick<GpuFrame, 'scale'>): SurfaceBand | null {
    return this.#manifest.kind === 'dfine' || scale.origin === 'estimate' ? null : this.#manifest.band;
  }

  #finish(
    outcome: RunOutcome,
    options: MaskOptions,
    { view, area, spacing }: Picture,
    frame: GpuFrame,
    kept: Uint8Array | null,
  ): Verdict {
    const boxes = (outcome.boxes ?? []).map((box) => boxInSource(box, frame.orientation, view));
    const { score } = outcome;
    if (this.#manifest.kind === 'dfine') {
      return { ...NO_BONE, state: boxes.length === 0 ? 'no-bone' : 'bone', boxes, score };
    }
    if (!(outcome.values instanceof Uint8Array)) return { ...NO_BONE, boxes };
    const grid = { mask: outcome.values, columns: view.columns, rows: view.rows, spacing };
    const drawn = this.#pieces.clean(grid, rulesInForce(this.#manifest.mask, options));
    if (drawn === 0) return { ...NO_BONE, boxes };
    const band = this.#bandOf(frame);
    const mask = band === null || kept === null ? grid.mask : this.#band.draw(grid, band, { pixels: kept, view });
    const isUpright = view.strideU === 1 && view.strideV === view.columns;
    const placed = isUpright ? mask : this.#placer.place({ mask, columns: view.columns, scale: [1, 1] }, view, area);
    return { state: 'bone', mask: placed, boxes, score, reason: null };
  }
}

/** One frame runs, one is prepared, one is drawn. */
const PICTURES_UNDER_WAY = 3;

/** Pictures until their masks are drawn: a frame's own memory goes back before. */
class KeptPictures {
  readonly #memory: Uint8Array[] = Array.from({ length: PICTURES_UNDER_WAY }, () => new Uint8Array(0));
  #next = 0;

  /** Valid until the third call after this one. */
  copyOf(pixels: Uint8Array): Uint8Array {
    const at = this.#next;
    this.#next = (at + 1) % PICTURES_UNDER_WAY;
    const memory = this.#memory[at]!;
    const copy = memory.length === pixels.length ? memory : new Uint8Array(pixels.length);
    this.#memory[at] = copy;
    copy.set(pixels);
    return copy;
  }
}

/** From the turned picture to the source: each of the source's axes runs along u or v, forwards or backwards. */
function boxInSource(
  box: Box,
  orientation: Orientation,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Box {
  const alongAxis = (letter: string): readonly [number, number] => {
    switch (letter) {
      case 'M':
        return [box.x0, box.x1];
      case 'U':
        return [columns - box.x1, columns - box.x0];
      case 'F':
        return [box.y0, box.y1];
      default:
        return [rows - box.y1, rows - box.y0];
    }
  };
  const [x0, x1] = alongAxis(orientation[0]!);
  const [y0, y1] = alongAxis(orientation[1]!);
  return { ...box, x0, x1, y0, y1 };
}
