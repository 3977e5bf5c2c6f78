import type { GpuFrame, ResultState } from '../../src-shared/index.ts';
import type { RunOutcome } from './messages.ts';

/** The answer to one frame. */
export interface Verdict {
  readonly state: ResultState;
  /** Source's size, 0/1, valid until the next frame; null when no pixel is bone or there is no answer. */
  readonly mask: Uint8Array | null;
  readonly score: number | null;
  /** In the operator's words; null when the model gave a result. */
  readonly reason: string | null;
}

/** One model run, ready to start, with what its post-processing needs to know about the frame. */
export interface PreparedRun {
  readonly input: Float32Array<ArrayBuffer>;
  readonly dims: readonly number[];
  /** Turns the outcome of the run into the answer. */
  finish(outcome: RunOutcome): Verdict;
}

/**
 * A kind of model on the process's main thread: what happens before and after its runs, so that it can go on while the
 * worker thread is inside a run.
 */
export interface FrameStages {
  /** The run this frame needs, or the answer itself when none is needed. */
  prepare(frame: GpuFrame): PreparedRun | Verdict;
  /** Takes an input's memory back when its run is done. */
  recycle(input: Float32Array<ArrayBuffer>): void;
}

/** A kind of model on the worker thread: owns the sessions. */
export interface ModelRunner {
  /** Name of the execution provider that runs the model. */
  readonly provider: string;
  /** The fixed input of the warm-up. */
  readonly warmupInput: { readonly input: Float32Array<ArrayBuffer>; readonly dims: readonly number[] };
  run(input: Float32Array<ArrayBuffer>, dims: readonly number[]): Promise<RunOutcome>;
}

export function isPreparedRun(value: PreparedRun | Verdict): value is PreparedRun {
  return 'input' in value;
}
