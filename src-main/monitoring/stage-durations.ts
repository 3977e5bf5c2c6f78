import type { LatencyTrace, Stage } from '../../src-shared/index.ts';

/** Duration of one stage, ms; null where the frame never got there. */
export function stageMs(trace: LatencyTrace, stage: Stage): number | null {
  switch (stage) {
    case 'queue':
      return difference(trace.receivedMs, trace.dequeuedMs);
    case 'preprocess':
      return difference(trace.dequeuedMs, trace.preprocessedMs);
    case 'wait':
      return trace.modelWaitMs;
    case 'run':
      return difference(trace.runStartMs, trace.runEndMs);
    case 'postprocess':
      return difference(trace.runEndMs, trace.postprocessedMs);
    case 'send':
      return difference(trace.postprocessedMs, trace.sentMs);
  }
}

function difference(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : to - from;
}
