import type { Orientation, ScalarTypeName } from '../../src-shared/index.ts';

export interface SequenceInfo {
  readonly size: readonly [columns: number, rows: number];
  readonly frames: number;
  readonly scalarType: ScalarTypeName;
  readonly components: 1 | 3;
  /** mm along columns, rows and between slices as the file states it; null when it states none. */
  readonly spacing: readonly [number, number, number] | null;
  readonly orientation: Orientation | null;
  /** Every field of the header that belongs to no single frame, under the file's own names. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface SequenceFrame {
  readonly index: number;
  /** Little-endian scalars, row-major, components interleaved. A view; do not write to it. */
  readonly pixels: Uint8Array;
  /** Field `Timestamp`: seconds since the recording device started, not UTC. Null when missing or not a number. */
  readonly timestampS: number | null;
  /** The frame's fields without their prefix: Timestamp, ProbeToTrackerTransform, ProbeToTrackerTransformStatus, … */
  readonly fields: ReadonlyMap<string, string>;
  /** False where the recorder had no picture for this slot and wrote a blank one. */
  readonly imageValid: boolean;
}

/** What a header says, whichever format it is in. */
export interface SequenceHeader {
  readonly info: SequenceInfo;
  readonly frameFields: readonly ReadonlyMap<string, string>[];
  /** Null: the pixels follow the header in the same file. */
  readonly dataFile: string | null;
  /** Bytes before the pixels in the data file; null: the pixels are its last bytes. */
  readonly skipBytes: number | null;
  readonly compressed: boolean;
  /** Length of the compressed data where the header says it; null: to the end of the file. */
  readonly compressedBytes: number | null;
  readonly bigEndian: boolean;
  /** The frame is the fastest axis (some Slicer files): values of one pixel over time lie side by side. */
  readonly framesInterleaved: boolean;
}

export const SCALAR_BYTES: Readonly<Record<ScalarTypeName, 1 | 2 | 4 | 8>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
};

export function frameBytes(info: Pick<SequenceInfo, 'size' | 'scalarType' | 'components'>): number {
  return info.size[0] * info.size[1] * info.components * SCALAR_BYTES[info.scalarType];
}
