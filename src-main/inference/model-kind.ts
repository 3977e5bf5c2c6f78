import type { Box, GpuFrame, ProviderReport, ResultState, Saying } from '../../src-shared/index.ts';
import type { MaskOptions } from './mask/options.ts';
import type { RunInput, RunOutcome, RunValues } from './messages.ts';

/** The answer to one frame. */
export interface Verdict {
  readonly state: ResultState;
  /** Source's size, 0/1, valid until the next frame; null when no pixel is bone or there is no answer. */
  readonly mask: Uint8Array | null;
  /** Pixels of the mask outside of this range hold no bone; absent: nobody knows. */
  readonly span?: readonly [from: number, end: number];
  /** What the model's detector found, in source pixels; null: it has none, or there is no answer. */
  readonly boxes: readonly Box[] | null;
  readonly score: number | null;
  /** In the operator's words; null when the model gave a result. */
  readonly reason: Saying | string | null;
}

/** One model run, ready to start, with what its post-processing needs to know about the frame. */
export interface PreparedRun {
  readonly inputs: readonly RunInput[];
  /** The picture's size as the model's coordinates count it: beams run down its rows. */
  readonly size: readonly [columns: number, rows: number];
  /** Turns the outcome of the run into the answer. The outcome's values may be written again by the next run. */
  finish(outcome: RunOutcome, options: MaskOptions): Verdict;
}

/** What happens before and after a model's runs, apart from them: it can go on while another thread is inside one. */
export interface FrameStages {
  /** False: it gives boxes alone. */
  readonly givesMasks: boolean;
  /** The run this frame needs, or the answer itself when none is needed. */
  prepare(frame: GpuFrame): PreparedRun | Verdict;
  /** What the frames to come need and this one does not wait for; called after `prepare`, before its pixels are gone and before the next. */
  lookAhead(): void;
  /** Takes the inputs' memory back, in their order, when their run is done or will not be. */
  recycle(memory: readonly RunValues[]): void;
}

/** Owns a model's sessions; its runs block the thread they are called in. */
export interface ModelRunner {
  /** What runs each of the model's files, and what was tried before. */
  readonly providers: readonly ProviderReport[];
  /** One run of everything the model has, on a fixed input. */
  warmUp(): Promise<void>;
  run(task: RunTask): Promise<RunOutcome>;
}

/** What a runner is given for one frame. */
export interface RunTask {
  readonly inputs: readonly RunInput[];
  readonly size: readonly [columns: number, rows: number];
  /** Score from which a detection counts; null: the manifest's. */
  readonly scoreThreshold: number | null;
  /** `values` of an earlier outcome that nobody needs any more: the next may be written into them. */
  readonly spare?: RunValues | null;
}

export function isPreparedRun(value: PreparedRun | Verdict): value is PreparedRun {
  return 'inputs' in value;
}

/** The frame holds no bone. */
export const NO_BONE: Verdict = { state: 'no-bone', mask: null, boxes: null, score: null, reason: null };

/** There is no answer, and why. */
export const failure = (reason: Saying | string): Verdict => ({
  state: 'ai-failed',
  mask: null,
  boxes: null,
  score: null,
  reason,
});
