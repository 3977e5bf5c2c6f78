import type { Orientation, ScalarTypeName } from '../../src-shared/index.ts';

/** A transform that belongs to one picture. */
export interface NamedTransform {
  /** `ProbeToReference`: from, "To", to. */
  readonly name: string;
  /** 4 x 4, row-major, mm. */
  readonly matrix: Float32Array;
  readonly ok: boolean;
}

/** What is the same for many frames. */
export interface ClipFormat {
  readonly size: readonly [columns: number, rows: number];
  readonly components: 1 | 3;
  readonly scalarType: ScalarTypeName;
  readonly spacing: readonly [number, number, number] | null;
  readonly orientation: Orientation | null;
  /** Name an IMAGE of it is sent under, e.g. `Image_Reference`. */
  readonly deviceName: string;
}

export interface ClipFrame {
  /** Little-endian scalars, row-major, components interleaved. Stays valid: nobody reuses this memory. */
  readonly pixels: Uint8Array;
  readonly transforms: readonly NamedTransform[];
  /** Image to reference, 4 x 4 row-major, mm; null: the clip has no calibrated geometry. */
  readonly imageToReference: Float32Array | null;
  /** The 72 IMAGE header bytes as they were received; absent or null: to be made from the above. */
  readonly imageHeader?: Uint8Array | null;
  /** Absent: as the clip says. Segments of a recording may differ. */
  readonly format?: ClipFormat;
  /** Fields recorded with the frame, e.g. Timestamp; passed on as metadata. */
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * A finite series of pictures that can be played as if it were live: a recording or the phantom's loop.
 * One player and one picture-to-message path serve both, whether they are played into the engine or simulated as a server.
 */
export interface Clip extends ClipFormat {
  readonly kind: 'replay' | 'demo';
  readonly frameCount: number;
  /** When each frame was taken, seconds, not decreasing; the player keeps these distances unless told a pace. */
  timeS(index: number): number;
  /** Frame `index`, or null while it is not there yet (a phantom still being rendered). */
  frame(index: number): Promise<ClipFrame | null>;
  close(): Promise<void>;
}
