import type { DisplayFrame } from '../../src-shared/index.ts';
import { CanvasRenderer } from './canvas-renderer.ts';
import type { MaskStyle } from './palette.ts';
import {
  chooseRenderer,
  type PictureRenderer,
  type RendererChoice,
  type RendererReason,
  type WebglAbility,
} from './picture-renderer.ts';
import { WebglRenderer } from './webgl-renderer.ts';

/** What all panes of a page go by: a context lost in one of them is not tried again in another. */
export interface RendererPolicy {
  choice: RendererChoice;
  readonly ability: WebglAbility;
  contextLost: boolean;
}

/** One canvas of the page with what draws on it. Asks for a new canvas when the present one is of no use any more. */
export class Pane {
  readonly #policy: RendererPolicy;
  readonly #onCanvasNeeded: () => void;
  #canvas: OffscreenCanvas | null = null;
  #renderer: PictureRenderer | null = null;
  #reason: RendererReason = 'chosen';

  constructor(policy: RendererPolicy, onCanvasNeeded: () => void) {
    this.#policy = policy;
    this.#onCanvasNeeded = onCanvasNeeded;
  }

  get renderer(): PictureRenderer | null {
    return this.#renderer;
  }

  get reason(): RendererReason {
    return this.#reason;
  }

  /** Null: the page shows this pane no more. */
  setCanvas(canvas: OffscreenCanvas | null): void {
    this.#renderer?.dispose();
    this.#renderer = null;
    this.#canvas = canvas;
  }

  /** @returns whether there is anything to draw on. */
  draw(frame: DisplayFrame, style: MaskStyle): boolean {
    const renderer = this.#ensureRenderer();
    renderer?.draw(frame, style);
    return renderer !== null;
  }

  clear(): void {
    this.#renderer?.clear();
  }

  /** Another renderer was chosen: a canvas keeps its kind of context for ever, so another kind needs a new canvas. */
  followPolicy(): void {
    const { choice, ability, contextLost } = this.#policy;
    const wanted = chooseRenderer(choice, ability, contextLost);
    if (this.#renderer !== null && this.#renderer.kind !== wanted.kind) {
      this.#discardCanvas();
    }
    this.#reason = wanted.reason;
  }

  loseContext(): void {
    if (this.#renderer instanceof WebglRenderer) {
      this.#renderer.loseContext();
    }
  }

  #ensureRenderer(): PictureRenderer | null {
    const canvas = this.#canvas;
    if (this.#renderer !== null || canvas === null) {
      return this.#renderer;
    }
    const { choice, ability, contextLost } = this.#policy;
    const { kind, reason } = chooseRenderer(choice, ability, contextLost);
    this.#reason = reason;
    try {
      this.#renderer =
        kind === 'webgl' ? new WebglRenderer(canvas, () => this.#onContextLost(canvas)) : new CanvasRenderer(canvas);
    } catch {
      // The driver refused a context it had promised. A canvas that was asked for one cannot become a 2-D canvas.
      this.#onContextLost(canvas);
    }
    return this.#renderer;
  }

  #onContextLost(canvas: OffscreenCanvas): void {
    // The context of a canvas that was given back is meant to end.
    if (canvas === this.#canvas) {
      this.#policy.contextLost = true;
      this.#discardCanvas();
    }
  }

  #discardCanvas(): void {
    if (this.#canvas !== null) {
      this.setCanvas(null);
      this.#onCanvasNeeded();
    }
  }
}
