import type { DisplayFrame, Orientation } from '../../src-shared/index.ts';
import { BoxDrawer } from './box-drawer.ts';
import { MaskShaper } from './mask-shape.ts';
import { type MaskStyle, showsMask } from './palette.ts';
import { Pane, type RendererPolicy } from './pane.ts';
import type { PictureRenderer, RendererChoice, RendererReason } from './picture-renderer.ts';
import { type Fault, withFault } from './probe.ts';
import { webglAbility } from './webgl-renderer.ts';
import type { PaneName } from './worker-protocol.ts';

export interface PainterListener {
  /** `frame` is on the canvas since `atMs` (this console's clock). In the same task, so that a probe may read back. */
  onPainted(frame: DisplayFrame, atMs: number): void;
  /** `frame` was replaced by a newer one before it could be painted. */
  onSkipped(frame: DisplayFrame): void;
  /** The present canvas is of no use any more: `setCanvas` wants a new one. */
  onCanvasNeeded(pane: PaneName): void;
}

/**
 * Keeps the newest picture and paints at most one per display refresh: at once when the refresh has none yet, else at
 * the next one. Older pictures that wait are skipped, never queued.
 *
 * Paints on the overlay pane and, while the page has one, the raw pane beside it: the same picture without its mask.
 */
export class Painter {
  readonly #listener: PainterListener;
  readonly #fault: Fault;
  readonly #policy: RendererPolicy = { choice: 'auto', ability: webglAbility(), contextLost: false };
  readonly #panes: Readonly<Record<PaneName, Pane>>;
  readonly #shaper = new MaskShaper();
  readonly #boxes = new BoxDrawer();
  #style: MaskStyle = { visible: true, opacity: 0, colour: 'blue', shape: 'fill', boxes: true };
  #orientation: Orientation = 'MF';
  #waiting: DisplayFrame | null = null;
  #shown: DisplayFrame | null = null;
  #beforeShown: DisplayFrame | null = null;
  #refreshUsed = false;

  constructor(listener: PainterListener, fault: Fault) {
    this.#listener = listener;
    this.#fault = fault;
    this.#panes = {
      overlay: new Pane(this.#policy, () => listener.onCanvasNeeded('overlay')),
      raw: new Pane(this.#policy, () => listener.onCanvasNeeded('raw')),
    };
  }

  get renderer(): PictureRenderer | null {
    return this.#panes.overlay.renderer;
  }

  /** Which renderer draws, why that one, and the graphics driver's own name where there is one. */
  get description(): { kind: PictureRenderer['kind']; reason: RendererReason; name: string } | null {
    const { renderer, reason } = this.#panes.overlay;
    return renderer === null ? null : { kind: renderer.kind, reason, name: this.#policy.ability.renderer ?? '' };
  }

  get style(): MaskStyle {
    return this.#style;
  }

  get shown(): DisplayFrame | null {
    return this.#shown;
  }

  setChoice(choice: RendererChoice): void {
    if (choice !== this.#policy.choice) {
      this.#policy.choice = choice;
      this.#panes.overlay.followPolicy();
      this.#panes.raw.followPolicy();
    }
  }

  setStyle(style: MaskStyle): void {
    this.#style = style;
    this.redraw();
  }

  /** What the axes of the picture point to: where "towards the transducer" is. */
  setOrientation(orientation: Orientation): void {
    if (orientation !== this.#orientation) {
      this.#orientation = orientation;
      this.redraw();
    }
  }

  /** Null: the page shows this pane no more. */
  setCanvas(pane: PaneName, canvas: OffscreenCanvas | null): void {
    this.#panes[pane].setCanvas(canvas);
    this.redraw();
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

  /** Paints this picture now, in place of whatever waited: a picture of the past that the operator asked for. */
  show(frame: DisplayFrame): void {
    this.#skipWaiting();
    this.#beforeShown = null;
    this.#shown = frame;
    this.redraw();
  }

  /** No picture any more: what is on screen belongs to a source that is gone. */
  clear(): void {
    this.#skipWaiting();
    this.#shown = null;
    this.#beforeShown = null;
    this.#panes.overlay.clear();
    this.#panes.raw.clear();
  }

  /** The same picture once more, with another mask style or on another canvas. Not counted as painted. */
  redraw(): void {
    if (this.#shown !== null) {
      this.#draw(this.#shown);
    }
    if (!this.#refreshUsed) {
      this.#paintWaiting();
    }
  }

  loseContext(): void {
    this.#panes.overlay.loseContext();
  }

  #skipWaiting(): void {
    if (this.#waiting !== null) {
      this.#listener.onSkipped(this.#waiting);
    }
    this.#waiting = null;
  }

  #paintWaiting(): void {
    const frame = this.#waiting;
    if (frame === null) {
      return;
    }
    const [shown, beforeShown] = [this.#shown, this.#beforeShown];
    if (frame !== shown) {
      this.#beforeShown = shown;
      this.#shown = frame;
    }
    if (!this.#draw(frame)) {
      [this.#shown, this.#beforeShown] = [shown, beforeShown];
      return;
    }
    this.#waiting = null;
    this.#listener.onPainted(frame, performance.now());
    this.#refreshUsed = true;
    requestAnimationFrame(() => {
      this.#refreshUsed = false;
      this.#paintWaiting();
    });
  }

  #draw(frame: DisplayFrame): boolean {
    const style = this.#style;
    this.#panes.raw.draw(frame, { ...style, visible: false });
    const shaped = this.#shaped(withFault(frame, this.#beforeShown, this.#fault));
    return this.#panes.overlay.draw(style.visible && style.boxes ? this.#boxes.drawnOn(shaped) : shaped, style);
  }

  #shaped(frame: DisplayFrame): DisplayFrame {
    const { shape } = this.#style;
    if (shape === 'fill' || frame.maskBits === null || !showsMask(this.#style)) {
      return frame;
    }
    return { ...frame, maskBits: this.#shaper.shaped(frame.maskBits, frame.size, shape, this.#orientation) };
  }
}
