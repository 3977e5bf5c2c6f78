import {
  DETAIL_STAGES,
  type DetailStage,
  DROP_REASONS,
  type DropReason,
  type KpiSample,
  type LatencyTrace,
  type Percentiles,
  type PipelineMetrics,
  STAGES,
  type Stage,
} from '../../src-shared/index.ts';
import { SlidingHistogram, zeroDrops } from '../pipeline/index.ts';

/** What the sampler cannot count by itself and asks for when it takes a sample. */
export interface KpiContext {
  readonly metrics: PipelineMetrics;
  readonly framesReceived: number;
  readonly framesSent: number;
  readonly framesInFlight: number;
  readonly upstreamLost: number | null;
  readonly coalesced: number;
  readonly syncMs: number | null;
  readonly archive: Pick<
    KpiSample,
    'archived_total' | 'archive_backlog_frames' | 'archive_backlog_bytes' | 'archive_lost'
  >;
}

/**
 * Rates, latency percentiles and stage times of the last second. `fps_out` and latency count frames that passed the
 * sender, whether or not a receiver was connected: with nobody there they were ready to be sent (design, section 4).
 */
export class KpiSampler {
  readonly #latency = new SlidingHistogram();
  readonly #stages: Readonly<Record<Stage, SlidingHistogram>> = {
    queue: new SlidingHistogram(),
    preprocess: new SlidingHistogram(),
    wait: new SlidingHistogram(),
    run: new SlidingHistogram(),
    postprocess: new SlidingHistogram(),
    send: new SlidingHistogram(),
  };
  readonly #details: Readonly<Record<DetailStage, SlidingHistogram>> = {
    detect: new SlidingHistogram(),
    encode: new SlidingHistogram(),
    decode: new SlidingHistogram(),
    mask: new SlidingHistogram(),
  };
  #received = 0;
  #masksSent = 0;
  #lastSampleMs: number;

  constructor(nowMs: number) {
    this.#lastSampleMs = nowMs;
  }

  frameReceived(): void {
    this.#received++;
  }

  /** A mask that passed the sender, with the times it was handled at. */
  maskSent(trace: LatencyTrace): void {
    this.#masksSent++;
    for (const stage of STAGES) {
      const duration = stageMs(trace, stage);
      if (duration !== null) {
        this.#stages[stage].add(duration);
      }
    }
    for (const stage of DETAIL_STAGES) {
      const duration = trace.detailMs[stage];
      if (duration !== undefined) {
        this.#details[stage].add(duration);
      }
    }
    if (trace.sentMs !== null) {
      this.#latency.add(trace.sentMs - trace.receivedMs);
    }
  }

  /** The sample since the last call; `nowMs` monotonic. */
  sample(nowMs: number, context: KpiContext): KpiSample {
    const seconds = Math.max(1e-3, (nowMs - this.#lastSampleMs) / 1000);
    this.#lastSampleMs = nowMs;
    const latency = this.#latency.take();
    const { queues } = context.metrics;
    const sample: KpiSample = {
      ts: Date.now() / 1000,
      fps_in: this.#received / seconds,
      fps_out: this.#masksSent / seconds,
      latency_ms: latency?.p50 ?? null,
      latency_p50_ms: latency?.p50 ?? null,
      latency_p95_ms: latency?.p95 ?? null,
      latency_p99_ms: latency?.p99 ?? null,
      stage_ms: takeAll(this.#stages, STAGES),
      detail_ms: takeAll(this.#details, DETAIL_STAGES),
      queue_raw_size: queues.Queue_Raw.size,
      queue_rt_size: queues.Queue_RT_dyn.size,
      queue_gpu_size: queues.Queue_GPU.size,
      queue_out_size: queues.Queue_Out.size,
      queue_rt_drops: queues.Queue_RT_dyn.drops,
      queue_gpu_drops: queues.Queue_GPU.drops,
      queue_out_drops: queues.Queue_Out.drops,
      drops_by_reason: sumByReason(context.metrics),
      last_backpressure_ts: lastBackpressure(context.metrics),
      frames_received: context.framesReceived,
      frames_sent: context.framesSent,
      frames_in_flight: context.framesInFlight,
      upstream_lost: context.upstreamLost,
      coalesced: context.coalesced,
      ...context.archive,
      sync_ms: context.syncMs,
      memory_mb: process.memoryUsage.rss() / (1024 * 1024),
    };
    this.#received = 0;
    this.#masksSent = 0;
    return sample;
  }
}

function takeAll<S extends string>(
  histograms: Readonly<Record<S, SlidingHistogram>>,
  stages: readonly S[],
): Record<S, Percentiles | null> {
  return Object.fromEntries(stages.map((stage) => [stage, histograms[stage].take()])) as Record<S, Percentiles | null>;
}

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

function sumByReason(metrics: PipelineMetrics): Record<DropReason, number> {
  const sum = zeroDrops();
  for (const queue of Object.values(metrics.queues)) {
    for (const reason of DROP_REASONS) {
      sum[reason] += queue.drops_by_reason[reason];
    }
  }
  return sum;
}

function lastBackpressure(metrics: PipelineMetrics): number | null {
  const times = Object.values(metrics.queues).flatMap((queue) => queue.last_backpressure_ts ?? []);
  return times.length === 0 ? null : Math.max(...times);
}
