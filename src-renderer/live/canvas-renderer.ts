import type { DisplayFrame } from '../../src-shared/index.ts';
import {
  fillGray,
  fillRgb,
  grayTable,
  MASK_COLOURS,
  type MaskColour,
  type MaskStyle,
  maskedGrayTable,
  showsMask,
} from './palette.ts';
import type { PictureRenderer } from './picture-renderer.ts';

/** The 2-D path: look-up tables into one ImageData, one putImageData. The cheaper one where there is no graphics card. */
export class CanvasRenderer implements PictureRenderer {
  readonly kind = '2d';
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #gray = grayTable();
  #masked = maskedGrayTable(0);
  #maskedOpacity = 0;
  #maskedColour: MaskColour = 'blue';
  #image: ImageData | null = null;
  #words = new Uint32Array(0);

  constructor(canvas: OffscreenCanvas) {
    // willReadFrequently keeps the canvas in main memory: every frame is written by the processor anyway.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    if (context === null) {
      throw new Error('this canvas has no 2-D context');
    }
    this.#canvas = canvas;
    this.#context = context;
  }

  resize(size: readonly [columns: number, rows: number]): void {
    if (this.#image !== null && this.#image.width === size[0] && this.#image.height === size[1]) {
      return;
    }
    this.#canvas.width = size[0];
    this.#canvas.height = size[1];
    this.#image = new ImageData(size[0], size[1]);
    this.#words = new Uint32Array(this.#image.data.buffer);
  }

  draw(frame: DisplayFrame, style: MaskStyle): void {
    this.resize(frame.size);
    if (style.opacity !== this.#maskedOpacity || style.colour !== this.#maskedColour) {
      this.#masked = maskedGrayTable(style.opacity, MASK_COLOURS[style.colour]);
      this.#maskedOpacity = style.opacity;
      this.#maskedColour = style.colour;
    }
    const maskBits = showsMask(style) ? frame.maskBits : null;
    if (frame.components === 1) {
      fillGray(this.#words, frame.pixels, maskBits, this.#gray, this.#masked);
    } else {
      fillRgb(this.#words, frame.pixels, maskBits, style.opacity, MASK_COLOURS[style.colour]);
    }
    this.#context.putImageData(this.#image as ImageData, 0, 0);
  }

  clear(): void {
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  readBack(): Uint8ClampedArray<ArrayBuffer> {
    const { data } = this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    return new Uint8ClampedArray(data);
  }

  dispose(): void {
    this.#image = null;
    this.#words = new Uint32Array(0);
  }
}
