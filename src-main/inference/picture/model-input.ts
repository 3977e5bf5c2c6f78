import { SaidError, say } from '../../../src-shared/index.ts';
import type { PictureInput } from '../manifest-parts.ts';
import type { RunInput, RunValues } from '../messages.ts';
import type { BeamView, ImageArea } from './beam-view.ts';
import { Resampler } from './resample.ts';

/** A picture as a model is to see it. */
export interface Picture {
  /** Row-major, components interleaved. */
  readonly pixels: Uint8Array;
  readonly components: 1 | 3;
  /** One component's pixels seen as beams. */
  readonly view: BeamView;
  readonly area: ImageArea;
  /** Source, mm per pixel along u and v. */
  readonly spacing: readonly [u: number, v: number];
}

/** How the picture lies in the input: at its top left corner, `filled` pixels of `canvas`. */
interface Layout {
  readonly canvas: readonly [columns: number, rows: number];
  readonly filled: readonly [columns: number, rows: number];
  /** Input pixels per source pixel. */
  readonly scale: readonly [u: number, v: number];
  /** Of the grid, where the model knows its scale; null: the picture is fitted in by its pixels. */
  readonly mmPerPixel: number | null;
}

/** Inputs under way: one running, one prepared, one being prepared. */
const SPARE_INPUTS = 3;
/** Largest input per channel: beyond it a wrong scale is likelier than such a model. */
const MAX_PIXELS = 4096 * 2048;

/**
 * Makes the input that a manifest describes (`PictureInput`): resized, normalised, then padded with zeros, in that order.
 * Keeps memory and tables while the geometry stays the same.
 */
export class InputMaker {
  readonly #spec: PictureInput;
  readonly #mmPerPixel: number | null;
  readonly #resampler = new Resampler();
  /** Per channel: input = gain x (0..1) + offset. */
  readonly #gain: readonly number[];
  readonly #offset: readonly number[];
  /** Those that are filled. */
  readonly #channels: readonly number[];
  #spare: RunValues[] = [];
  #plane = new Float32Array(0);
  #key = '';

  constructor(spec: PictureInput, mmPerPixel: number | null = null) {
    this.#spec = spec;
    this.#mmPerPixel = mmPerPixel;
    const channels = Array.from({ length: spec.channels }, (_, channel) => channel);
    this.#gain = channels.map((channel) => spec.white / (spec.std[channel] ?? 1));
    this.#offset = channels.map((channel) => -(spec.mean[channel] ?? 0) / (spec.std[channel] ?? 1));
    this.#channels = spec.reads ?? channels;
  }

  /** @throws {SaidError} for a picture too small, or one that would be too large at the model's scale. */
  make(picture: Picture): RunInput {
    const { canvas, filled, scale, mmPerPixel } = this.#aim(picture);
    const data = this.#memoryFor(canvas, filled);
    if (this.#isPlanar && data instanceof Float32Array) this.#fillPlanes(picture, canvas, data);
    else this.#fillInterleaved(picture, canvas, filled, data);
    return { data, dims: this.#dims(canvas), canvas, scale, mmPerPixel };
  }

  /** Takes an input's memory back. */
  recycle(data: RunValues): void {
    if (this.#spare.length < SPARE_INPUTS) this.#spare.push(data);
  }

  get #isPlanar(): boolean {
    return this.#spec.layout === 'nchw' || this.#spec.layout === 'chw';
  }

  #dims([columns, rows]: Layout['canvas']): readonly number[] {
    const { channels, layout } = this.#spec;
    const dims = this.#isPlanar ? [channels, rows, columns] : [rows, columns, channels];
    return layout.startsWith('n') ? [1, ...dims] : dims;
  }

  #aim(picture: Picture): Layout {
    const { area } = picture;
    const [width, height] = [area.u1 - area.u0, area.v1 - area.v0];
    if (this.#mmPerPixel !== null) return this.#aimAtScale(picture, this.#mmPerPixel);
    const { size, fit } = this.#spec;
    const shrink = size === null ? 1 : Math.min(size[0] / width, size[1] / height);
    // As SAM rounds: 640 x 480 becomes 1024 x 768.
    const fitted = [Math.floor(width * shrink + 0.5), Math.floor(height * shrink + 0.5)] as const;
    const filled = fit === 'source' ? ([width, height] as const) : fit === 'stretch' ? size! : fitted;
    const canvas = fit === 'pad' ? size! : fit === 'source' ? this.#roundedUp(filled) : filled;
    checkSize(canvas);
    this.#resampler.toSize(area, filled[0], filled[1]);
    return { canvas, filled, scale: [filled[0] / width, filled[1] / height], mmPerPixel: null };
  }

  /** A picture that is larger than a fixed size at the model's scale is made to fit: better coarse than cut off. */
  #aimAtScale({ area, spacing }: Picture, wanted: number): Layout {
    const { size } = this.#spec;
    const across = (area.u1 - area.u0) * spacing[0];
    const down = (area.v1 - area.v0) * spacing[1];
    const mmPerPixel = size === null ? wanted : Math.max(wanted, across / (size[0] + 0.5), down / (size[1] + 0.5));
    checkSize([Math.ceil(across / mmPerPixel), Math.ceil(down / mmPerPixel)]);
    const { columns, rows } = this.#resampler.toScale(area, spacing, mmPerPixel);
    const canvas = size ?? this.#roundedUp([columns, rows]);
    const scale = [spacing[0] / mmPerPixel, spacing[1] / mmPerPixel] as const;
    return { canvas, filled: [columns, rows], scale, mmPerPixel };
  }

  #roundedUp([columns, rows]: readonly [number, number]): readonly [number, number] {
    const { multipleOf } = this.#spec;
    return [Math.ceil(columns / multipleOf) * multipleOf, Math.ceil(rows / multipleOf) * multipleOf];
  }

  /** Memory whose padding is 0: new, or of an input of the same geometry, where nothing ever wrote to it. */
  #memoryFor([columns, rows]: Layout['canvas'], filled: Layout['filled']): RunValues {
    const key = `${columns} ${rows} ${filled[0]} ${filled[1]}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#spare = [];
    }
    const length = columns * rows * this.#spec.channels;
    const spare = this.#spare.pop();
    if (spare?.length === length) return spare;
    return this.#spec.type === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  }

  #fillPlanes(picture: Picture, canvas: Layout['canvas'], data: Float32Array): void {
    const length = canvas[0] * canvas[1];
    const planes = this.#channels.map((channel) => ({
      out: data.subarray(channel * length, (channel + 1) * length),
      gain: this.#gain[channel]!,
      offset: this.#offset[channel]!,
    }));
    if (picture.components === 1) {
      this.#resampler.resample(picture.pixels, picture.view, picture.area, planes, canvas[0]);
      return;
    }
    for (const [i, plane] of planes.entries()) {
      this.#resampler.resample(
        picture.pixels,
        componentView(picture, this.#channels[i]!),
        picture.area,
        [plane],
        canvas[0],
      );
    }
  }

  #fillInterleaved(picture: Picture, canvas: Layout['canvas'], filled: Layout['filled'], data: RunValues): void {
    const { channels } = this.#spec;
    const [columns, rows] = filled;
    if (this.#plane.length !== columns * rows) this.#plane = new Float32Array(columns * rows);
    const plane = this.#plane;
    const step = this.#isPlanar ? 1 : channels;
    const isWhole = this.#spec.type === 'uint8';
    for (let channel = 0; channel < channels; channel++) {
      if (channel === 0 || picture.components === 3) {
        this.#resampler.resample(picture.pixels, componentView(picture, channel), picture.area, [
          { out: plane, gain: 1, offset: 0 },
        ]);
      }
      const gain = this.#gain[channel]!;
      // Bytes are cut off, not rounded, when they are stored.
      const offset = this.#offset[channel]! + (isWhole ? 0.5 : 0);
      const first = this.#isPlanar ? channel * canvas[0] * canvas[1] : channel;
      for (let row = 0, at = 0; row < rows; row++) {
        let out = first + row * canvas[0] * step;
        for (let i = 0; i < columns; i++, at++, out += step) data[out] = gain * plane[at]! + offset;
      }
    }
  }
}

/** The view of one component of an interleaved picture. */
function componentView({ components, view }: Picture, channel: number): BeamView {
  if (components === 1) return view;
  return {
    ...view,
    origin: view.origin * components + channel,
    strideU: view.strideU * components,
    strideV: view.strideV * components,
  };
}

function checkSize([columns, rows]: readonly [number, number]): void {
  if (columns < 1 || rows < 1 || columns * rows > MAX_PIXELS) {
    throw new SaidError(say('inference.input-size', { columns, rows, limit: MAX_PIXELS }));
  }
}
