import type {
  DropReason,
  GpuFrame,
  PipelineMetrics,
  QueueStats,
  RawFrame,
  ResultPacket,
} from '../../src-shared/index.ts';
import { BoundedQueue, type Received } from './bounded-queue.ts';
import { monotonicMs } from './clock.ts';

/** A result on its way out, with the receive time that back-pressure and the latency trace refer to. */
export interface OutItem extends Received {
  readonly packet: ResultPacket;
}

export interface QueueConfig {
  readonly rtSize: number;
  readonly gpuSize: number;
  readonly outSize: number;
}

/** Sizes of design section 4: three deep, so that a burst survives one slow run but nothing grows old unseen. */
export const DEFAULT_QUEUE_CONFIG: QueueConfig = { rtSize: 3, gpuSize: 3, outSize: 3 };

/** Upper bound of every lag limit, ms: beyond half a second a picture is history, not guidance. */
export const MAX_LAG_MS = 500;

/**
 * The four queues of one stream (design, section 4). Raw, RT_dyn and Out are used in the engine, GPU in the inference
 * process, each process holding its own instance; there are no global queues.
 */
export class PipelineQueues {
  readonly #raw = new BoundedQueue<RawFrame>(null);
  readonly #rtDyn: BoundedQueue<RawFrame>;
  readonly #gpu: BoundedQueue<GpuFrame>;
  readonly #out: BoundedQueue<OutItem>;
  #gpuStats: (() => QueueStats) | null = null;

  constructor(config: QueueConfig) {
    // Nobody else takes a frame from here: whoever else reads it holds it on his own account.
    this.#rtDyn = new BoundedQueue(config.rtSize, ({ lease }) => lease?.release());
    this.#gpu = new BoundedQueue(config.gpuSize);
    this.#out = new BoundedQueue(config.outSize, ({ packet }) => packet.frame.lease?.release());
  }

  getQueueRaw(): BoundedQueue<RawFrame> {
    return this.#raw;
  }

  getQueueRtDyn(): BoundedQueue<RawFrame> {
    return this.#rtDyn;
  }

  getQueueGpu(): BoundedQueue<GpuFrame> {
    return this.#gpu;
  }

  getQueueOut(): BoundedQueue<OutItem> {
    return this.#out;
  }

  /** Returns the frame that was pushed out, already counted under `reason`. */
  enqueueNowaitRt(item: RawFrame, reason: DropReason = 'full'): RawFrame | undefined {
    return this.#rtDyn.enqueueNowait(item, reason);
  }

  enqueueNowaitGpu(item: GpuFrame): GpuFrame | undefined {
    return this.#gpu.enqueueNowait(item);
  }

  enqueueNowaitOut(item: OutItem): OutItem | undefined {
    return this.#out.enqueueNowait(item);
  }

  /** Oldest item of `queue`, or null when empty. */
  tryDequeue<T extends Received>(queue: BoundedQueue<T>): T | null {
    return queue.tryDequeue();
  }

  /** Drops frames of Queue_RT_dyn that were received more than `maxLagMs` ago; always keeps the newest. */
  applyRtBackpressure(now = monotonicMs(), maxLagMs = MAX_LAG_MS): { removed: number; remaining: number } {
    const { removed, remaining } = this.#rtDyn.dropOutdated(now, maxLagMs);
    return { removed: removed.length, remaining };
  }

  /** The process that hands frames over reports the other process's Queue_GPU through its own ledger of them. */
  reportGpuStatsFrom(stats: () => QueueStats): void {
    this.#gpuStats = stats;
  }

  getPipelineMetrics(): PipelineMetrics {
    return {
      queues: {
        Queue_Raw: this.#raw.stats(),
        Queue_RT_dyn: this.#rtDyn.stats(),
        Queue_GPU: this.#gpuStats?.() ?? this.#gpu.stats(),
        Queue_Out: this.#out.stats(),
      },
      timestamp: Date.now() / 1000,
    };
  }
}

/** One set of queues for one stream. */
export function initQueues(config: QueueConfig = DEFAULT_QUEUE_CONFIG): PipelineQueues {
  return new PipelineQueues(config);
}
