import type { DisplayFrame } from '../../src-shared/index.ts';
import { CanvasRenderer } from './canvas-renderer.ts';
import type { MaskStyle } from './palette.ts';
import { chooseRenderer, type PictureRenderer, type RendererChoice, type RendererReason } from './picture-renderer.ts';
import { type Fault, withFault } from './probe.ts';
import { WebglRenderer, webglAbility } from './webgl-renderer.ts';

export interface PainterListener {
  /** `frame` is on the canvas since `atMs` (this console's clock). In the same task, so that a probe may read back. */
  onPainted(frame: DisplayFrame, atMs: number): void;
  /** `frame` was replaced by a newer one before it could be painted. */
  onSkipped(frame: DisplayFrame): void;
  /** The present canvas is of no use any more: `setCanvas` wants a new one. */
  onCanvasNeeded(): void;
}

/**
 * Keeps the newest picture and paints at most one per display refresh: at once when the refresh has none yet, else at
 * the next one. Older pictures that wait are skipped, never queued.
 */
export class Painter {
  readonly #listener: PainterListener;
  readonly #fault: Fault;
  readonly #ability = webglAbility();
  #choice: RendererChoice = 'auto';
  #contextLost = false;
  #canvas: OffscreenCanvas | null = null;
  #renderer: PictureRenderer | null = null;
  #reason: RendererReason = 'chosen';
  #style: MaskStyle = { visible: true, opacity: 0 };
  #waiting: DisplayFrame | null = null;
  #shown: DisplayFrame | null = null;
  #beforeShown: DisplayFrame | null = null;
  #refreshUsed = false;

  constructor(listener: PainterListener, fault: Fault) {
    this.#listener = listener;
    this.#fault = fault;
  }

  get renderer(): PictureRenderer | null {
    return this.#renderer;
  }

  /** Which renderer draws, why that one, and the graphics driver's own name where there is one. */
  get description(): { kind: PictureRenderer['kind']; reason: RendererReason; name: string } | null {
    return this.#renderer === null
      ? null
      : { kind: this.#renderer.kind, reason: this.#reason, name: this.#ability.renderer ?? '' };
  }

  get style(): MaskStyle {
    return this.#style;
  }

  setChoice(choice: RendererChoice): void {
    if (choice !== this.#choice) {
      this.#choice = choice;
      this.#replaceRendererIfWrong();
    }
  }

  setStyle(style: MaskStyle): void {
    this.#style = style;
    this.#redraw();
  }

  setCanvas(canvas: OffscreenCanvas): void {
    this.#canvas = canvas;
    this.#redraw();
  }

  offer(frame: DisplayFrame): void {
    if (this.#waiting !== null) {
      this.#listener.onSkipped(this.#waiting);
    }
    this.#waiting = frame;
    if (!this.#refreshUsed) {
      this.#paintWaiting();
    }
  }

  /** No picture any more: what is on screen belongs to a source that is gone. */
  clear(): void {
    if (this.#waiting !== null) {
      this.#listener.onSkipped(this.#waiting);
    }
    this.#waiting = null;
    this.#shown = null;
    this.#beforeShown = null;
    this.#renderer?.clear();
  }

  loseContext(): void {
    if (this.#renderer instanceof WebglRenderer) {
      this.#renderer.loseContext();
    }
  }

  #paintWaiting(): void {
    const frame = this.#waiting;
    const renderer = this.#ensureRenderer();
    if (frame === null || renderer === null) {
      return;
    }
    this.#waiting = null;
    if (frame !== this.#shown) {
      this.#beforeShown = this.#shown;
      this.#shown = frame;
    }
    renderer.draw(withFault(frame, this.#beforeShown, this.#fault), this.#style);
    this.#listener.onPainted(frame, performance.now());
    this.#refreshUsed = true;
    requestAnimationFrame(() => {
      this.#refreshUsed = false;
      this.#paintWaiting();
    });
  }

  /** The same picture once more, with another mask style or on another canvas. Not counted as painted. */
  #redraw(): void {
    const renderer = this.#ensureRenderer();
    if (renderer !== null && this.#shown !== null) {
      renderer.draw(withFault(this.#shown, this.#beforeShown, this.#fault), this.#style);
    }
    if (!this.#refreshUsed) {
      this.#paintWaiting();
    }
  }

  #ensureRenderer(): PictureRenderer | null {
    const canvas = this.#canvas;
    if (this.#renderer !== null || canvas === null) {
      return this.#renderer;
    }
    const { kind, reason } = chooseRenderer(this.#choice, this.#ability, this.#contextLost);
    this.#reason = reason;
    try {
      this.#renderer =
        kind === 'webgl' ? new WebglRenderer(canvas, () => this.#onContextLost()) : new CanvasRenderer(canvas);
    } catch {
      // The driver refused a context it had promised. A canvas that was asked for one cannot become a 2-D canvas.
      this.#onContextLost();
    }
    return this.#renderer;
  }

  #onContextLost(): void {
    this.#contextLost = true;
    this.#discardCanvas();
  }

  #replaceRendererIfWrong(): void {
    const wanted = chooseRenderer(this.#choice, this.#ability, this.#contextLost);
    if (this.#renderer !== null && this.#renderer.kind !== wanted.kind) {
      this.#discardCanvas();
    }
    this.#reason = wanted.reason;
  }

  #discardCanvas(): void {
    if (this.#canvas === null) {
      return;
    }
    this.#canvas = null;
    this.#renderer?.dispose();
    this.#renderer = null;
    this.#listener.onCanvasNeeded();
  }
}
