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
import type { FromInference, RunDone, RunRequest, RunValues, StageTimes } from './messages.ts';
import { type FrameStages, failure, isPreparedRun, type PreparedRun, type Verdict } from './model-kind.ts';

/** `packMask` takes so many pixels at a time, from where it begins. */
const PACKED_TOGETHER = 32;

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
  /** The model runs in this very thread: what arrives meanwhile lies unread until the run is over. */
  readonly runsBlock: boolean;
  readonly send: (message: FromInference) => void;
  /** The pixels of a frame are no longer needed. */
  readonly release: (pixels: Uint8Array) => void;
  /** Hands one request to the sessions, whose answer comes through `runDone`; its memory goes with it. */
  readonly startRun: (request: RunRequest) => void;
}

/**
 * The frames' way through the inference process: Queue_GPU -> pre-processing -> run -> post-processing. Where runs have a
 * thread of their own, the next frame is prepared beside one; every frame is answered exactly once. A prepared frame that
 * the model left waiting beyond the lag limit gives way to a newer one, so that a slow model's masks are one run old and
 * not two.
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
  /** When the last run began and ended. */
  #lastRun = { startMs: 0, endMs: 0 };
  #isNextDue = false;
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
    if (!this.#isNextDue) this.#prepareNext();
  }

  /** The run's outcome: the next run, if one is prepared, starts before this frame is post-processed. */
  runDone(done: RunDone): void {
    const job = this.#running;
    if (job === null || job.frame.handle !== done.handle) {
      throw new Error(`the sessions answered frame ${done.handle}, which is not the one running`);
    }
    this.#running = null;
    this.#lastRun = { startMs: done.runStartMs, endMs: done.runEndMs };
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
    if (this.#options.runsBlock) this.#goOn(job.frame);
    else this.#prepareNext();
  }

  /** After a run that blocked. What came meanwhile is read first: of several frames the freshest is to be taken. */
  #goOn(answered: GpuFrame): void {
    this.#letGo(answered);
    this.#isNextDue = true;
    setImmediate(() => {
      this.#isNextDue = false;
      this.#prepareNext();
    });
  }

  /** The frame's last use: what the frames to come need of it. */
  #letGo(frame: GpuFrame): void {
    this.#stages.lookAhead();
    this.#options.release(frame.pixels);
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
    // Preparing beside a run that blocks would only hold that run up.
    while (this.#prepared === null && !(this.#options.runsBlock && this.isRunning)) {
      const queue = this.#queues.getQueueGpu();
      for (const outdated of queue.dropOutdated(monotonicMs(), this.#maxLagMs).removed) {
        this.#drop(outdated, 'outdated');
      }
      const frame = this.#queues.tryDequeue(queue);
      if (frame === null) return;
      const waitMs = this.#lainUnreadMs(frame);
      const next = attempt(() => this.#stages.prepare(checked(frame)));
      const preprocessedMs = monotonicMs();
      if (isPreparedRun(next)) {
        this.#prepared = { frame, run: next, preprocessedMs, waitMs };
        this.#startPrepared(preprocessedMs);
      } else {
        const times = { preprocessedMs, runStartMs: preprocessedMs, runEndMs: preprocessedMs, waitMs, detailMs: {} };
        this.#answer(frame, next, times);
      }
      // A run that blocks has not begun yet: looking ahead would hold it up.
      if (!this.#options.runsBlock || !isPreparedRun(next)) this.#letGo(frame);
    }
  }

  /** How long a frame lay unread only because an earlier one's run blocked this thread. */
  #lainUnreadMs({ dequeuedMs }: GpuFrame): number {
    const { startMs, endMs } = this.#lastRun;
    return this.#options.runsBlock ? Math.max(0, endMs - Math.max(startMs, dequeuedMs)) : 0;
  }

  /** The prepared frame's run, when there is one and the model is idle. */
  #startPrepared(startedMs: number): void {
    const job = this.#prepared;
    if (job === null || this.#running !== null) return;
    this.#prepared = null;
    this.#running = { ...job, waitMs: job.waitMs + startedMs - job.preprocessedMs };
    const { inputs, size } = job.run;
    const { scoreThreshold } = this.#mask;
    const spare = this.#spare;
    this.#spare = null;
    this.#options.startRun({ handle: job.frame.handle, inputs, size, scoreThreshold, spare });
  }

  #answer(frame: GpuFrame, verdict: Verdict, times: Omit<StageTimes, 'postprocessedMs'>): void {
    const { givesMasks } = this.#stages;
    const { state, mask, span, boxes, score, reason } = givesMasks
      ? this.#smoother.smooth(verdict, frame, this.#mask.smoothFrames)
      : verdict;
    const [from, end] = mask === null ? [0, 0] : this.#pack(mask, span ?? [0, mask.length]);
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

  /** Into `#bits`, of which those of the pixels of `span` are written; returns which of its bytes hold bone. */
  #pack(mask: Uint8Array, [first, last]: readonly [number, number]): readonly [from: number, end: number] {
    const length = maskBitsLength(mask.length);
    if (this.#bits.length !== length) this.#bits = new Uint8Array(length);
    const begin = first - (first % PACKED_TOGETHER);
    const bits = this.#bits.subarray(begin >> 3, maskBitsLength(last));
    const [from, end] = boneSpan(packMask(mask.subarray(begin, last), bits));
    return [from + (begin >> 3), end + (begin >> 3)];
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
