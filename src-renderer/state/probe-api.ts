/**
 * What a browser test can ask of a page opened with `?probe=1`: the picture as it is on the canvas, read back in the
 * task that painted it. It costs nothing while nobody asks, and does not exist without the parameter.
 */
import type { SettingsPatch } from '../../src-shared/index.ts';
import { MASK_COLOUR } from '../live/palette.ts';
import type { ViewReport } from '../live/worker-protocol.ts';
import type { ConsoleClient } from './console-client.ts';
import { presentationOf } from './console-context.ts';

export interface PaintedPicture {
  readonly seq: number;
  /** 16 hexadecimal digits. */
  readonly tsBits: string;
  readonly frameId: number;
  readonly state: string | null;
  readonly columns: number;
  readonly rows: number;
  /** RGBA of the canvas, base64, first row on top. One canvas pixel is one source pixel: the scale is exactly 1. */
  readonly rgba: string;
  readonly renderer: 'webgl' | '2d';
  /** Pictures painted since the page was opened, this one included. */
  readonly painted: number;
  readonly maskVisible: boolean;
  readonly maskOpacity: number;
  /** Where the canvas lies on the page, CSS pixels; null while it is not laid out. */
  readonly drawn: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
}

export interface UltramotionProbe {
  /** The next picture that is painted after this call. */
  nextPainted(): Promise<PaintedPicture>;
  /** The same as it lies in memory, for what a test compares in the page itself: RGBA, first row on top. */
  nextPixels(): Promise<{ readonly seq: number; readonly rgba: Uint8ClampedArray }>;
  setMask(style: { readonly visible: boolean; readonly opacity: number }): void;
  readonly maskColour: readonly [red: number, green: number, blue: number];
  /** State word, veil and counters as shown now. */
  shown(): {
    readonly state: string;
    readonly kind: string | null;
    readonly veil: string | null;
    readonly ageMs: number | null;
    readonly painted: number;
    readonly paintedPerSecond: number;
    readonly coalesced: number;
    readonly refused: number;
    readonly renderer: string | null;
    /** Pictures in the reel of a frozen view, and which one is shown; null while the picture runs. */
    readonly cine: { readonly index: number; readonly count: number; readonly seq: number } | null;
  };
  /** What a switch on screen does with a setting; here with any value. */
  changeSettings(patch: SettingsPatch): void;
  /** Takes the WebGL context away, as a driver reset would. */
  loseWebglContext(): void;
}

declare global {
  interface Window {
    __ultramotion?: UltramotionProbe;
  }
}

export function installProbe(client: ConsoleClient): void {
  window.__ultramotion = {
    async nextPainted() {
      const { tsBits, size, rgba, style, ...reading } = await client.nextReading();
      const canvas = document.querySelector('.picture[data-pane=overlay] canvas');
      const { x, y, width, height } = canvas?.getBoundingClientRect() ?? new DOMRect();
      return {
        ...reading,
        tsBits: tsBits.toString(16).padStart(16, '0'),
        columns: size[0],
        rows: size[1],
        rgba: base64(rgba),
        maskVisible: style.visible,
        maskOpacity: style.opacity,
        drawn: width === 0 ? null : { x, y, width, height },
      };
    },
    async nextPixels() {
      const { seq, rgba } = await client.nextReading();
      return { seq, rgba };
    },
    setMask: ({ visible, opacity }) => client.setMaskStyle({ ...client.getState().style, visible, opacity }),
    maskColour: MASK_COLOUR,
    shown() {
      const state = client.getState();
      const { ageMs, kind, veil, state: word } = presentationOf(state);
      return {
        state: word,
        kind,
        veil,
        ageMs,
        painted: state.view?.painted ?? 0,
        paintedPerSecond: state.view?.paintedPerSecond ?? 0,
        coalesced: state.view?.coalesced ?? 0,
        refused: state.view?.refused.count ?? 0,
        renderer: state.view?.renderer?.kind ?? null,
        cine: cineOf(state.view),
      };
    },
    changeSettings: (patch) => client.changeSettings(patch),
    loseWebglContext: () => client.loseWebglContext(),
  };
}

function cineOf(view: ViewReport | null): ReturnType<UltramotionProbe['shown']>['cine'] {
  const { cine = null, picture = null } = view ?? {};
  return cine === null || picture === null ? null : { index: cine.index, count: cine.count, seq: picture.seq };
}

/** In pieces: a call with a million arguments overflows the stack. */
function base64(bytes: Uint8ClampedArray): string {
  const PIECE = 0x8000;
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(text);
}
