import type { Saying } from './sayings.ts';
/**
 * What travels along the live path: frames, results and the times they were handled at.
 *
 * All `…Ms` times are milliseconds of one monotonic clock shared by our processes (process.hrtime), never wall clock:
 * differences between them are true durations even when the system time is corrected (design, section 4, Time).
 */

/** Where a stream comes from. Only `live` may ever be shown without a veil in words. */
export type SourceKind = 'live' | 'simulated' | 'replay' | 'demo';

/**
 * What the image's +x and +y axes point to: M marked side, U unmarked side, F away from the transducer, N towards it.
 * PlusServer delivers MF: columns grow to the marked side, rows grow with depth (openigtlink.md section 3).
 */
export const ORIENTATIONS = ['MF', 'UF', 'MN', 'UN', 'FM', 'FU', 'NM', 'NU'] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** How the millimetres per pixel became known. Anything but `source` is said on screen beside every length. */
export type ScaleOrigin = 'source' | 'user' | 'estimate';

export interface Scale {
  /** Along columns (x) and rows (y), mm per pixel. */
  readonly mmPerPixel: readonly [x: number, y: number];
  readonly origin: ScaleOrigin;
}

export interface FramePose {
  /** Name of the transform it was taken from, e.g. `ProbeToReference`. */
  readonly name: string;
  /** 4 x 4, row-major, mm. */
  readonly matrix: Float32Array;
  /** Picture time stamp minus pose time stamp; 0 when both carry the same bits. */
  readonly skewMs: number;
}

export interface FrameMeta {
  readonly streamId: string;
  readonly sourceKind: SourceKind;
  readonly deviceName: string;
  /** Source time, seconds since 1970 UTC; resolves about 0.24 µs. 0 = the source gave none. */
  readonly ts: number;
  /** The 64 time-stamp bits as received: what is sent on, and what "same frame" is decided by. */
  readonly tsBits: bigint;
  readonly frameId: number;
  /** `source`: the source's FrameNumber. `sequence`: our own count, because the source sends none. */
  readonly frameIdOrigin: 'source' | 'sequence';
  readonly size: readonly [columns: number, rows: number];
  /** mm per pixel and slice as the source states it; null when it states none. */
  readonly spacing: readonly [number, number, number] | null;
  readonly scale: Scale;
  readonly orientation: Orientation;
  /** Suffix of the IMAGE device name: `Image_Reference` -> `Reference`; empty when there is none. */
  readonly coordFrame: string;
  readonly pose: FramePose | null;
  /** The 72 IMAGE header bytes, verbatim: geometry is passed on by copying them, never by recomputing. */
  readonly sourceImageHeader: Uint8Array;
}

/** OpenIGTLink scalar type codes (openigtlink.md section 2). */
export type ScalarTypeName = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64';

/**
 * Who still reads a frame's pixels. Its memory is used again when the last holder has released it; a holder that forgets
 * to costs memory until the next collection, never a wrong picture.
 */
export interface FrameLease {
  hold(): void;
  release(): void;
}

export interface RawFrame {
  readonly meta: FrameMeta;
  readonly scalarType: ScalarTypeName;
  readonly components: 1 | 3;
  /** As received: a view into the message's buffer, row-major, components interleaved. What is recorded. */
  readonly raw: Uint8Array;
  /** 8-bit, row-major, components interleaved: what is shown and segmented. The same memory as `raw` for uint8 sources. */
  readonly pixels: Uint8Array;
  /** Last byte of the message read. */
  readonly receivedMs: number;
  /** Held once by whoever is handed the frame; null: the memory is nobody's to reuse (recordings, the phantom). */
  readonly lease: FrameLease | null;
}

/** What the inference process works on: the frame in its own memory, handed over against a credit. */
export interface GpuFrame {
  /** Engine-wide running number of the frame; results and drops refer to it. */
  readonly handle: number;
  /** Raised when the source changes: nothing carries over from one series of frames to the next. */
  readonly series: number;
  readonly size: readonly [columns: number, rows: number];
  readonly components: 1 | 3;
  readonly pixels: Uint8Array;
  readonly scale: Scale;
  readonly orientation: Orientation;
  readonly receivedMs: number;
  readonly dequeuedMs: number;
}

/** The five states a frame's result can have; an operator must never take one for another. */
export const RESULT_STATES = ['bone', 'no-bone', 'ai-off', 'ai-failed', 'frame-skipped'] as const;
export type ResultState = (typeof RESULT_STATES)[number];

export interface MaskResult {
  readonly kind: 'mask';
  /** Source's full size, row-major, 0/1. Written anew for the next result: whoever keeps a mask keeps `bits`. */
  readonly mask: Uint8Array;
  /** The same mask, one bit a pixel (`packMask`), as it came from the inference process: what consoles are sent. */
  readonly bits: Uint8Array;
  /** What the model's detector found before the mask was outlined; null: it has none. */
  readonly boxes: readonly Box[] | null;
}

/** A detection, corners in pixels of the source picture. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** 0..1, not calibrated. */
  readonly score: number;
  readonly label: string;
}

/** Of a model that gives no mask: nothing to publish as one. */
export interface BoxesResult {
  readonly kind: 'boxes';
  readonly boxes: readonly Box[];
}

export type FrameResult = MaskResult | BoxesResult;

/** When a frame passed which point. Null: it never got there. */
export interface LatencyTrace {
  readonly receivedMs: number;
  readonly dequeuedMs: number | null;
  readonly preprocessedMs: number | null;
  readonly runStartMs: number | null;
  readonly runEndMs: number | null;
  readonly postprocessedMs: number | null;
  readonly sentMs: number | null;
  /** Time spent waiting only because the model was busy with an earlier frame. */
  readonly modelWaitMs: number;
  /** How long the model's own steps took, within `run` and `postprocess`; what it does not have is absent. */
  readonly detailMs: DetailTimes;
}

/** Steps of a model's own; `mask` is everything from its output to the mask. */
export const DETAIL_STAGES = ['detect', 'encode', 'decode', 'mask'] as const;
export type DetailStage = (typeof DETAIL_STAGES)[number];
export type DetailTimes = Readonly<Partial<Record<DetailStage, number>>>;

export interface ResultPacket {
  readonly frame: RawFrame;
  readonly state: ResultState;
  readonly result: FrameResult | null;
  /** The model's own figure for how sure it is, 0..1; not calibrated, so never shown as a confidence or per cent. */
  readonly score: number | null;
  /** Why the model gave no result, in the operator's words; null when it gave one. */
  readonly reason: Saying | string | null;
  readonly modelId: string | null;
  readonly provider: string | null;
  readonly trace: LatencyTrace;
}
