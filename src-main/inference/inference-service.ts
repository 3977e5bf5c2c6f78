import type { DropReason, GpuFrame } from '../../src-shared/index.ts';
import { packMask } from '../../src-shared/index.ts';
import { initQueues, monotonicMs, type PipelineQueues } from '../pipeline/index.ts';
import type { FromInference, FromSessionWorker, RunRequest, StageTimes } from './messages.ts';
import { type FrameStages, isPreparedRun, type PreparedRun, type Verdict } from './model-kind.ts';

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
  readonly send: (message: FromInference) => void;
  /** The pixels of a frame are no longer needed. */
  readonly release: (pixels: Uint8Array) => void;
  /** Hands one request to the worker thread; its memory goes with it. */
  readonly startRun: (request: RunRequest) => void;
}

/**
 * The frames' way through the inference process: Queue_GPU -> pre-processing -> run (worker thread) -> post-processing.
 * One frame runs while the next is prepared; every frame is answered exactly once.
 */
export class InferenceService {
  readonly #queues: PipelineQueues;
  readonly #stages: FrameStages;
  readonly #options: ServiceOptions;
  #maxLagMs: number;
  #prepared: Job | null = null;
  #running: Job | null = null;

  constructor(stages: FrameStages, options: ServiceOptions) {
    this.#stages = stages;
    this.#options = options;
    this.#maxLagMs = options.maxLagMs;
    this.#queues = initQueues({ rtSize: 1, gpuSize: options.gpuQueueSize, outSize: 1 });
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  setMaxLagMs(maxLagMs: number): void {
    this.#maxLagMs = maxLagMs;
  }

  accept(frame: GpuFrame): void {
    const pushedOut = this.#queues.enqueueNowaitGpu(frame);
    if (pushedOut !== undefined) this.#drop(pushedOut, 'full');
    this.#prepareNext();
  }

  /** The worker's answer: the next run starts before this frame is post-processed. */
  runDone(done: FromSessionWorker & { readonly type: 'done' }): void {
    const job = this.#running;
    if (job === null || job.frame.handle !== done.handle) {
      throw new Error(`worker answered frame ${done.handle}, which is not the one running`);
    }
    this.#running = null;
    this.#stages.recycle(done.input);
    this.#startPrepared(monotonicMs());
    const times = {
      preprocessedMs: job.preprocessedMs,
      runStartMs: done.runStartMs,
      runEndMs: done.runEndMs,
      waitMs: job.waitMs,
    };
    const { outcome } = done;
    const verdict = 'error' in outcome ? failure(outcome.error) : attempt(() => job.run.finish(outcome));
    this.#answer(job.frame, verdict, times);
    this.#prepareNext();
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
      this.#options.release(frame.pixels);
      const preprocessedMs = monotonicMs();
      if (isPreparedRun(next)) {
        this.#prepared = { frame, run: next, preprocessedMs, waitMs: 0 };
        this.#startPrepared(preprocessedMs);
      } else {
        const times = { preprocessedMs, runStartMs: preprocessedMs, runEndMs: preprocessedMs, waitMs: 0 };
        this.#answer(frame, next, times);
      }
    }
  }

  /** The prepared frame's run, when there is one and the model is idle. */
  #startPrepared(startedMs: number): void {
    const job = this.#prepared;
    if (job === null || this.#running !== null) return;
    this.#prepared = null;
    this.#running = { ...job, waitMs: startedMs - job.preprocessedMs };
    this.#options.startRun({ handle: job.frame.handle, input: job.run.input, dims: job.run.dims });
  }

  #answer(frame: GpuFrame, verdict: Verdict, times: Omit<StageTimes, 'postprocessedMs'>): void {
    const maskBits = verdict.mask === null ? null : packMask(verdict.mask);
    const { state, score, reason } = verdict;
    const { handle } = frame;
    this.#options.send({
      type: 'result',
      handle,
      state,
      maskBits,
      score,
      reason,
      times: { ...times, postprocessedMs: monotonicMs() },
    });
  }

  #drop(frame: GpuFrame, reason: DropReason): void {
    this.#options.release(frame.pixels);
    this.#options.send({ type: 'dropped', handle: frame.handle, reason });
  }
}

function failure(reason: string): Verdict {
  return { state: 'ai-failed', mask: null, score: null, reason };
}

/** A frame that cannot be worked on is answered in words; the next one is another try. */
function attempt<T>(step: () => T): T | Verdict {
  try {
    return step();
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
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
