/** What consoles are told about recordings: the one being made, and those on the disk. */
import { z } from 'zod';
import type { Saying } from './sayings.ts';

/** A word the operator may put behind a recording's date; it becomes part of a folder's name. */
export const recordingLabelSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$/,
    'expected 1 to 48 letters, digits, - or _, beginning with a letter or digit',
  );

/** The name of a recording: of its folder inside the recordings folder, never a path. */
export const recordingNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'expected the name of a recording: letters, digits, - and _');

export const EXPORT_FORMATS = ['mha', 'nrrd', 'mp4'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** `failed`: ended by itself, `message` says why; what had been counted is whole. */
export const RECORDING_STATES = ['off', 'recording', 'stopping', 'failed'] as const;
export type RecordingState = (typeof RECORDING_STATES)[number];

/** The recording being made, or the last one. */
export interface RecordingStatus {
  readonly state: RecordingState;
  readonly name: string | null;
  /** Since it began; stands still when it has ended. */
  readonly durationS: number;
  /** Frames of it whose pixels and lines have been written. */
  readonly archived: number;
  readonly backlogFrames: number;
  readonly backlogBytes: number;
  /** Frames received but not recorded, because the archive was at its limit. */
  readonly lost: number;
  /** Until the disk is full at the rate of the last seconds; null while that is not known. */
  readonly minutesLeft: number | null;
  /** Why it failed or ended by itself; null otherwise. */
  readonly message: string | null;
  /** The same as consoles say it; null where there is no sentence for it. */
  readonly said: Saying | null;
  readonly encrypted: false;
}

/** One recording on the disk. */
export interface RecordingInfo {
  readonly name: string;
  /** `broken`: its manifest cannot be read, `message` says why. `recording`: being made, or cut off and not yet recovered. */
  readonly state: 'recording' | 'complete' | 'recovered' | 'broken';
  readonly startedUtc: string | null;
  readonly durationS: number;
  readonly frames: number;
  readonly segments: number;
  readonly masks: { readonly valid: number; readonly invalid: number };
  readonly lost: number;
  /** FrameNumbers missing from it; null: the source does not number its frames. */
  readonly missing: number | null;
  readonly sourceKind: string | null;
  readonly bytes: number;
  readonly endReason: string | null;
  readonly message: string | null;
  /** The same as consoles say it; null where there is no sentence for it. */
  readonly said: Saying | null;
}

/** The answer to "is it whole?": a line per fault, none when it is. */
export interface RecordingCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly frames: number;
  readonly faults: readonly string[];
  /** All of them as consoles say them; null when there are none. */
  readonly said: Saying | null;
}

/** Before the first recording of an engine. */
export const NO_RECORDING: RecordingStatus = {
  state: 'off',
  name: null,
  durationS: 0,
  archived: 0,
  backlogFrames: 0,
  backlogBytes: 0,
  lost: 0,
  minutesLeft: null,
  message: null,
  said: null,
  encrypted: false,
};
