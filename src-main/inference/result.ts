import type { Box, ResultState, Saying } from '../../src-shared/index.ts';
import type { StageTimes } from './messages.ts';

/** The answer to one frame, with the times it passed the inference process's stages. */
export interface InferenceResult extends StageTimes {
  readonly handle: number;
  readonly state: ResultState;
  /**
   * Source's full size, 0/1; all 0 for `no-bone`, null when there is no answer or the model gives boxes alone. Written anew for the next result: whoever
   * keeps it keeps `maskBits`.
   */
  readonly mask: Uint8Array | null;
  /** The same, one bit a pixel (`packMask`). */
  readonly maskBits: Uint8Array | null;
  /** What the model's detector found, source pixels; null: it has none, or there is no answer. */
  readonly boxes: readonly Box[] | null;
  /** 0..1, not calibrated. */
  readonly score: number | null;
  readonly reason: Saying | string | null;
  readonly modelId: string;
  /** Execution provider that really ran the model. */
  readonly provider: string;
  /** As in the `GpuFrame`. */
  readonly dequeuedMs: number;
}
