/** What the page and the live worker say to each other by postMessage. */
import type { Box, CommandName, EngineMessage, ResultState, ScaleOrigin, SourceKind } from '../../src-shared/index.ts';
import type { MaskStyle } from './palette.ts';
import type { RendererChoice, RendererKind, RendererReason } from './picture-renderer.ts';
import type { Fault } from './probe.ts';

/** overlay: the picture with its mask. raw: the same picture without, beside it in the split view. */
export type PaneName = 'overlay' | 'raw';

export type CineMove =
  | { readonly by: number }
  /** 0 is the oldest picture; beyond the last one is the last one. */
  | { readonly to: number }
  | { readonly playing: boolean };

export type ToWorker =
  | {
      readonly type: 'start';
      readonly build: string;
      /** A WebSocket address; null: the engine comes as a port. */
      readonly url: string | null;
      /** From the page's address, over the setting `view.renderer`. */
      readonly rendererOverride: RendererChoice | null;
      /** Null: no probe, no faults. */
      readonly probe: { readonly fault: Fault } | null;
    }
  | { readonly type: 'port'; readonly port: MessagePort }
  /** Null: the page shows this pane no more. */
  | { readonly type: 'canvas'; readonly pane: PaneName; readonly canvas: OffscreenCanvas | null }
  | { readonly type: 'mask-style'; readonly style: MaskStyle }
  | { readonly type: 'command'; readonly id: number; readonly name: CommandName; readonly arguments: unknown }
  | { readonly type: 'freeze'; readonly on: boolean }
  | { readonly type: 'cine'; readonly move: CineMove }
  /** Asks for the picture on screen as it is drawn now. */
  | { readonly type: 'capture'; readonly id: number }
  | { readonly type: 'probe-next'; readonly id: number }
  | { readonly type: 'probe-lose-context' };

/** `mismatch`: engine and page are of different versions, and only a reload of the page helps. */
export type EngineLink =
  | { readonly state: 'connecting' | 'lost' }
  /** `view`: this console may only look; its commands are refused. */
  | { readonly state: 'open'; readonly role: 'view' | 'operate' }
  | { readonly state: 'mismatch'; readonly engineBuild: string };

/** The picture on screen, as far as words and layout depend on it. */
export interface ShownPicture {
  readonly seq: number;
  readonly frameId: number;
  /** Of the source, as received; 0n: it gave none. */
  readonly tsBits: bigint;
  readonly size: readonly [columns: number, rows: number];
  readonly mmPerPixel: readonly [x: number, y: number];
  readonly scaleOrigin: ScaleOrigin;
  readonly sourceKind: SourceKind;
  /** Null: no result came in time. */
  readonly state: ResultState | null;
  readonly score: number | null;
  readonly hasMask: boolean;
  readonly boxes: readonly Box[];
  /** Oldest the picture on screen has been since the last report, ms since it was received. */
  readonly ageMs: number;
}

/** What the model said of the picture on screen. */
export type ShownResult = Pick<ShownPicture, 'state' | 'score' | 'hasMask' | 'boxes'>;

/** Sent five times a second, and at once when the picture's origin, size or scale changes. */
export interface ViewReport {
  readonly renderer: { readonly kind: RendererKind; readonly reason: RendererReason; readonly name: string } | null;
  readonly painted: number;
  readonly paintedPerSecond: number;
  /** Pictures that reached this console and were replaced by a newer one before they could be painted. */
  readonly coalesced: number;
  /** Messages from the engine that could not be read, and why the last one; null once that is a while ago. */
  readonly refused: { readonly count: number; readonly last: string | null };
  readonly picture: ShownPicture | null;
  /** Age of the newest picture that came from the engine, painted or not; null before the first. */
  readonly newestAgeMs: number | null;
  /** Null while the picture runs. */
  readonly cine: CineReport | null;
}

/** Where a frozen picture stands among the last seconds. */
export interface CineReport {
  readonly index: number;
  readonly count: number;
  readonly spanMs: number;
  /** How long before the last picture of the reel this one was received. */
  readonly beforeLastMs: number;
  readonly playing: boolean;
  /** Memory left less than the seconds that were asked for. */
  readonly shortened: boolean;
  /** Age of the newest picture that came from the engine, which goes on. */
  readonly feedAgeMs: number;
}

/** The picture on screen as it was drawn, with what is said about it. */
export interface Capture {
  readonly picture: ShownPicture;
  readonly style: MaskStyle;
  /** Of the picture's own grid, first row on top. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** One painted picture, read back from the canvas right after it was drawn. */
export interface ProbeReading {
  readonly seq: number;
  readonly tsBits: bigint;
  readonly frameId: number;
  readonly state: ResultState | null;
  readonly size: readonly [columns: number, rows: number];
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly renderer: RendererKind;
  readonly painted: number;
  readonly style: MaskStyle;
}

export type FromWorker =
  | { readonly type: 'link'; readonly link: EngineLink }
  | { readonly type: 'engine'; readonly message: Exclude<EngineMessage, { type: 'hello' | 'echo' }> }
  | { readonly type: 'view'; readonly report: ViewReport }
  /** Another result stands from the picture just painted on. */
  | { readonly type: 'result'; readonly result: ShownResult }
  /** The canvas cannot be used any more (another kind of context is wanted): bring a new one. */
  | { readonly type: 'canvas-needed'; readonly pane: PaneName }
  /** Null: there is no picture. */
  | { readonly type: 'captured'; readonly id: number; readonly capture: Capture | null }
  | { readonly type: 'probe-reading'; readonly id: number; readonly reading: ProbeReading };
