import {
  boneSpan,
  type DropReason,
  type GpuFrame,
  maskBitsLength,
  packMask,
  reasonOf,
} from '../../src-shared/index.ts';
import { initQueues, monotonicMs, type PipelineQueues } from '../pipeline/index.ts';
import type { MaskOptions } from './mask/options.ts';
import { MaskSmoother } from './mask/smoothing.ts';
import type { FromInference, FromSessionWorker, RunRequest, RunValues, StageTimes } from './messages.ts';
import { type FrameStages, failure, isPreparedRun, type PreparedRun, type Verdict } from './model-kind.ts';

/** A frame whose run is ready or under way. */
interface Job {
  readonly frame: GpuFrame;
  readonly run: PreparedRun;
  readonly preprocessedMs: number;
  /** Time it waited only because the model was busy. */
  readonly waitMs: number;
}

export interface ServiceOptions {
  readonly gpuQueueSize: number;
  readonly maxLagMs: number;
  readonly mask: MaskOptions;
  readonly send: (message: FromInference) => void;
  /** The pixels of a frame are no longer needed. */
  readonly release: (pixels: Uint8Array) => void;
  /** Hands one request to the worker thread; its memory goes with it. */
  readonly startRun: (request: RunRequest) => void;
}

/**
 * The frames' way through the inference process: Queue_GPU -> pre-processing -> run (worker thread) -> post-processing.
 * One frame runs while the next is prepared; every frame is answered exactly once. A prepared frame that the model left
 * waiting beyond the lag limit gives way to a newer one, so that a slow model's masks are one run old and not two.
 */
export class InferenceService {
  readonly #queues: PipelineQueues;
  readonly #stages: FrameStages;
  readonly #options: ServiceOptions;
  readonly #smoother = new MaskSmoother();
  #maxLagMs: number;
  #mask: MaskOptions;
  #prepared: Job | null = null;
  #running: Job | null = null;
  /** Values of a finished outcome, for the next run to write into. */
  #spare: RunValues | null = null;
  #bits = new Uint8Array(0);

  constructor(stages: FrameStages, options: ServiceOptions) {
    this.#stages = stages;
    this.#options = options;
    this.#maxLagMs = options.maxLagMs;
    this.#mask = options.mask;
    this.#queues = initQueues({ rtSize: 1, gpuSize: options.gpuQueueSize, outSize: 1 });
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  setMaxLagMs(maxLagMs: number): void {
    this.#maxLagMs = maxLagMs;
  }

  setMaskOptions(mask: MaskOptions): void {
    this.#mask = mask;
  }

  accept(frame: GpuFrame): void {
    const pushedOut = this.#queues.enqueueNowaitGpu(frame);
    if (pushedOut !== undefined) this.#drop(pushedOut, 'full');
    this.#replaceOutdated();
    this.#prepareNext();
  }

  /** The worker's answer: the next run starts before this frame is post-processed. */
  runDone(done: FromSessionWorker & { readonly type: 'done' }): void {
    const job = this.#running;
    if (job === null || job.frame.handle !== done.handle) {
      throw new Error(`worker answered frame ${done.handle}, which is not the one running`);
    }
    this.#running = null;
    this.#stages.recycle(done.memory);
    this.#startPrepared(monotonicMs());
    const times = {
      preprocessedMs: job.preprocessedMs,
      runStartMs: done.runStartMs,
      runEndMs: done.runEndMs,
      waitMs: job.waitMs,
    };
    const { outcome } = done;
    if ('error' in outcome) {
      this.#answer(job.frame, failure(outcome.error), { ...times, detailMs: {} });
    } else {
      const begunMs = monotonicMs();
      const verdict = attempt(() => job.run.finish(outcome, this.#mask));
      this.#spare = outcome.values;
      const detailMs = { ...outcome.detailMs, mask: monotonicMs() - begunMs };
      this.#answer(job.frame, verdict, { ...times, detailMs });
    }
    this.#prepareNext();
  }

  /** Called with a newer frame in the queue. */
  #replaceOutdated(): void {
    const job = this.#prepared;
    if (job === null || monotonicMs() - job.frame.receivedMs <= this.#maxLagMs) return;
    this.#prepared = null;
    this.#stages.recycle(job.run.inputs.map(({ data }) => data));
    this.#options.send({ type: 'dropped', handle: job.frame.handle, reason: 'outdated' });
  }

  #prepareNext(): void {
    while (this.#prepared === null) {
      const queue = this.#queues.getQueueGpu();
      for (const outdated of queue.dropOutdated(monotonicMs(), this.#maxLagMs).removed) {
        this.#drop(outdated, 'outdated');
      }
      const frame = this.#queues.tryDequeue(queue);
      if (frame === null) return;
      const next = attempt(() => this.#stages.prepare(checked(frame)));
      const preprocessedMs = monotonicMs();
      if (isPreparedRun(next)) {
        this.#prepared = { frame, run: next, preprocessedMs, waitMs: 0 };
        this.#startPrepared(preprocessedMs);
      } else {
        const times = { preprocessedMs, runStartMs: preprocessedMs, runEndMs: preprocessedMs, waitMs: 0, detailMs: {} };
        this.#answer(frame, next, times);
      }
      this.#stages.lookAhead();
      this.#options.release(frame.pixels);
    }
  }

  /** The prepared frame's run, when there is one and the model is idle. */
  #startPrepared(startedMs: number): void {
    const job = this.#prepared;
    if (job === null || this.#running !== null) return;
    this.#prepared = null;
    this.#running = { ...job, waitMs: startedMs - job.preprocessedMs };
    const { inputs, size } = job.run;
    const { scoreThreshold } = this.#mask;
    const spare = this.#spare;
    this.#spare = null;
    this.#options.startRun({ handle: job.frame.handle, inputs, size, scoreThreshold, spare });
  }

  #answer(frame: GpuFrame, verdict: Verdict, times: Omit<StageTimes, 'postprocessedMs'>): void {
    const { givesMasks } = this.#stages;
    const { state, mask, boxes, score, reason } = givesMasks
      ? this.#smoother.smooth(verdict, frame, this.#mask.smoothFrames)
      : verdict;
    const [from, end] = mask === null ? [0, 0] : this.#pack(mask);
    const { handle } = frame;
    this.#options.send({
      type: 'result',
      handle,
      state,
      givesMasks,
      // Its own memory: a structured clone of a view carries the whole buffer.
      maskBits: mask === null ? null : this.#bits.slice(from, end),
      maskFrom: from,
      boxes,
      score,
      reason,
      times: { ...times, postprocessedMs: monotonicMs() },
    });
  }

  /** Into `#bits`; returns which of its bytes hold bone. */
  #pack(mask: Uint8Array): readonly [from: number, end: number] {
    const length = maskBitsLength(mask.length);
    if (this.#bits.length !== length) this.#bits = new Uint8Array(length);
    return boneSpan(packMask(mask, this.#bits));
  }

  #drop(frame: GpuFrame, reason: DropReason): void {
    this.#options.release(frame.pixels);
    this.#options.send({ type: 'dropped', handle: frame.handle, reason });
  }
}

/** A frame that cannot be worked on is answered in words; the next one is another try. */
function attempt<T>(step: () => T): T | Verdict {
  try {
    return step();
  } catch (error) {
    return failure(reasonOf(error));
  }
}

function checked(frame: GpuFrame): GpuFrame {
  const wanted = frame.size[0] * frame.size[1] * frame.components;
  if (frame.pixels.byteLength !== wanted) {
    throw new RangeError(
      `frame ${frame.size[0]} x ${frame.size[1]} x ${frame.components} has ${frame.pixels.byteLength} bytes: expected ${wanted}`,
    );
  }
  return frame;
}
