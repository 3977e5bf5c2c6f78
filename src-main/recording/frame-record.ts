import type { FrameMeta, Orientation, RawFrame, ResultState, ScalarTypeName } from '../../src-shared/index.ts';
import { readImageHeader } from '../openigtlink/index.ts';

/** What is the same for all frames of one segment; a frame that differs starts the next. */
export interface SegmentFormat {
  readonly size: readonly [columns: number, rows: number];
  readonly scalarType: ScalarTypeName;
  readonly components: 1 | 3;
  readonly bigEndian: boolean;
  /** mm; null: the source states none. */
  readonly spacing: readonly [number, number, number] | null;
  readonly orientation: Orientation;
  readonly deviceName: string;
  readonly sourceKind: FrameMeta['sourceKind'];
}

/** A received frame without its pixels, as it crosses into the archive's thread. */
export interface FrameRecord {
  /** Place in the recording, from 0; its mask carries the same. */
  readonly seq: number;
  readonly format: SegmentFormat;
  readonly frameNumber: number;
  readonly frameNumberOrigin: FrameMeta['frameIdOrigin'];
  /** The source's 64 time-stamp bits. */
  readonly stampBits: bigint;
  /** Seconds since the recording began, on the receive clock. */
  readonly receivedS: number;
  /** Wall clock when it was received, ms since 1970 UTC. */
  readonly receivedUtcMs: number;
  readonly pose: { readonly name: string; readonly matrix: Float32Array; readonly skewMs: number } | null;
  /** The 72 IMAGE header bytes, verbatim. */
  readonly imageHeader: Uint8Array;
}

/** What became of a frame at the model. `none`: it got no result (dropped on the way, or the model was down). */
export interface MaskRecord {
  readonly seq: number;
  readonly state: ResultState | 'none';
  /** One bit a pixel (`packMask`); null: there is no mask, and the slot is INVALID. */
  readonly bits: Uint8Array | null;
  readonly score: number | null;
  readonly reason: string | null;
  readonly modelId: string | null;
  readonly provider: string | null;
  readonly inferenceMs: number | null;
}

/** What stands in the slot of a frame that got no result. */
export const noResult = (seq: number): MaskRecord => ({
  seq,
  state: 'none',
  bits: null,
  score: null,
  reason: null,
  modelId: null,
  provider: null,
  inferenceMs: null,
});

/** `nowMs`: monotonic; `startMs`: when the recording began on the same clock. */
export function recordOf(frame: RawFrame, seq: number, startMs: number, nowMs: number): FrameRecord {
  const { meta } = frame;
  return {
    seq,
    format: {
      size: meta.size,
      scalarType: frame.scalarType,
      components: frame.components,
      bigEndian: readImageHeader(meta.sourceImageHeader).endian === 1,
      spacing: meta.spacing,
      orientation: meta.orientation,
      deviceName: meta.deviceName,
      sourceKind: meta.sourceKind,
    },
    frameNumber: meta.frameId,
    frameNumberOrigin: meta.frameIdOrigin,
    stampBits: meta.tsBits,
    receivedS: (frame.receivedMs - startMs) / 1000,
    receivedUtcMs: Date.now() - (nowMs - frame.receivedMs),
    pose: meta.pose,
    imageHeader: meta.sourceImageHeader,
  };
}

/** Whether a frame of `b` cannot stand in a segment of `a`, in one word; null when it can. */
export function differenceOf(a: SegmentFormat, b: SegmentFormat): 'size' | 'type' | 'spacing' | 'source' | null {
  if (a.size[0] !== b.size[0] || a.size[1] !== b.size[1]) {
    return 'size';
  }
  if (a.scalarType !== b.scalarType || a.components !== b.components || a.bigEndian !== b.bigEndian) {
    return 'type';
  }
  if (!sameSpacing(a.spacing, b.spacing)) {
    return 'spacing';
  }
  const sameSource = a.deviceName === b.deviceName && a.sourceKind === b.sourceKind && a.orientation === b.orientation;
  return sameSource ? null : 'source';
}

/** A tracked picture's axes are rounded anew with every pose: what they move by is no change of scale. */
const SPACING_TOLERANCE = 1e-3;

function sameSpacing(a: SegmentFormat['spacing'], b: SegmentFormat['spacing']): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  return a.every((length, axis) => Math.abs(length - (b[axis] as number)) <= SPACING_TOLERANCE * Math.abs(length));
}
