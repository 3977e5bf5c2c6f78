import type { ScaleOrigin, SourceKind } from './frame.ts';

/** What places a picture in space: its own matrix, its pose, or whichever of the two moves. */
export const SPACE_GEOMETRIES = ['auto', 'image', 'pose'] as const;
export type SpaceGeometry = (typeof SPACE_GEOMETRIES)[number];

/**
 * How the newest picture was placed.
 * - `image`: the IMAGE matrix is image to reference already; no pose is multiplied onto it.
 * - `pose-pixel`: the pose maps pixels (`ImageTo…`), its columns hold the pixel size.
 * - `pose-calibrated`: pose x IMAGE matrix, which maps the picture into the very frame the pose comes from.
 * - `pose-uncalibrated`: pose x pixel size; where the picture lies on the probe is not known.
 */
export const SPACE_PLACEMENTS = ['image', 'pose-pixel', 'pose-calibrated', 'pose-uncalibrated'] as const;
export type SpacePlacement = (typeof SPACE_PLACEMENTS)[number];

/**
 * Why a frame with bone gave no points. `no-pose`: it came without one. `invalid-pose`, `invalid-image`: not finite, or
 * without extent. `undecided`: neither matrix nor pose has moved yet, so nobody knows which of them is tracked.
 */
export const SPACE_SKIP_REASONS = ['no-pose', 'invalid-pose', 'invalid-image', 'undecided'] as const;
export type SpaceSkipReason = (typeof SPACE_SKIP_REASONS)[number];

/** The bone surface gathered so far, without its points. */
export interface SpaceStatus {
  /** Raised whenever points are thrown away: what was fetched before belongs to another surface. */
  readonly generation: number;
  readonly points: number;
  readonly maxPoints: number;
  /** One point is kept per cube of this side. */
  readonly gridMm: number;
  /** Frames with bone since the surface was begun. */
  readonly framesUsed: number;
  readonly framesSkipped: Readonly<Record<SpaceSkipReason, number>>;
  /** Null: no picture could be placed yet. */
  readonly placement: SpacePlacement | null;
  /** The coordinate frame the points lie in, by the source's names; empty: it names none. */
  readonly reference: string;
  /** What the source's numbers are; points are always RAS. */
  readonly sourceCoordinates: 'RAS' | 'LPS';
  readonly scaleOrigin: ScaleOrigin | null;
  readonly sourceKind: SourceKind | null;
}

/** Where one picture lies. */
export interface SpacePlane {
  /** The picture's 64 time-stamp bits, 16 hexadecimal digits. */
  readonly tsBits: string;
  readonly size: readonly [columns: number, rows: number];
  /** 3 x 4, row-major: (column, row, 0, 1) -> mm, RAS. */
  readonly imageToReference: readonly number[];
}

/** Numbers of a point: x, y, z in mm (RAS), depth below the picture's transducer edge in mm, seconds since the first point. */
export const SPACE_POINT_FLOATS = 5;

/** Points of one `space.points` answer: as base64 they stay well below a text message's limit. */
export const SPACE_POINTS_PER_ANSWER = 8000;

export interface SpacePoints {
  readonly generation: number;
  /** Number of the first point sent; 0 where the generation asked for is not the one there is. */
  readonly from: number;
  /** Float32, little-endian, `SPACE_POINT_FLOATS` a point, base64. */
  readonly points: string;
  /** Points there are; more than what has been fetched: ask again. */
  readonly total: number;
  /** Of the picture asked for, else the newest; null: none could be placed. */
  readonly plane: SpacePlane | null;
}
