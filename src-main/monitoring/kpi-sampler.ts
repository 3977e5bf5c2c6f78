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
import type { UnjudgedSample } from './alert-rules.ts';
import type { GpuFigures } from './gpu-probe.ts';
import type { ProcessFigures } from './process-probe.ts';
import { stageMs } from './stage-durations.ts';
import type { UpstreamFigures } from './upstream-truth.ts';

/** How recording is doing. */
export type ArchiveFigures = Pick<
  KpiSample,
  'archived_total' | 'archive_backlog_frames' | 'archive_backlog_bytes' | 'archive_lost'
>;

/** What runs the model, as the inference process reported it. */
export interface ProviderFigures {
  /** Null while no model runs. */
  readonly provider: string | null;
  readonly provider_fallback: 0 | 1 | null;
}

/** What the sampler cannot count by itself and asks for when it takes a sample. */
export interface KpiContext {
  readonly metrics: PipelineMetrics;
  readonly framesReceived: number;
  readonly framesSent: number;
  readonly framesInFlight: number;
  readonly coalesced: number;
  readonly upstream: UpstreamFigures;
  readonly syncMs: number | null;
  readonly gpu: GpuFigures;
  readonly engine: ProcessFigures;
  readonly inference: ProcessFigures;
  readonly provider: ProviderFigures;
  readonly diskFreeMb: number | null;
  readonly logLost: number;
  readonly custom: Readonly<Record<string, number | null>>;
  readonly archive: ArchiveFigures;
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
  sample(nowMs: number, context: KpiContext): UnjudgedSample {
    const seconds = Math.max(1e-3, (nowMs - this.#lastSampleMs) / 1000);
    this.#lastSampleMs = nowMs;
    const latency = this.#latency.take();
    const { queues } = context.metrics;
    const sample: UnjudgedSample = {
      ts: Date.now() / 1000,
      fps_in: this.#received / seconds,
      fps_out: this.#masksSent / seconds,
      source_fps: context.upstream.sourceFps,
      latency_ms: latency?.p50 ?? null,
      latency_p50_ms: latency?.p50 ?? null,
      latency_p95_ms: latency?.p95 ?? null,
      latency_p99_ms: latency?.p99 ?? null,
      stage_ms: takeAll(this.#stages, STAGES),
      detail_ms: takeAll(this.#details, DETAIL_STAGES),
      ...context.gpu,
      ...processFields(context),
      ...context.provider,
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
      coalesced: context.coalesced,
      ...context.archive,
      upstream_lost: context.upstream.lost,
      duplicate_frames: context.upstream.duplicates,
      sync_ms: context.syncMs,
      clock_offset_ms: context.upstream.clockOffsetMs,
      clock_drift_ppm: context.upstream.clockDriftPpm,
      source_jitter_ms: context.upstream.jitterMs,
      disk_free_mb: context.diskFreeMb,
      log_lost: context.logLost,
      custom: context.custom,
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

function processFields({ engine, inference }: KpiContext) {
  return {
    cpu_percent: sumOfKnown(engine.cpuPercent, inference.cpuPercent),
    memory_mb: sumOfKnown(engine.memoryMb, inference.memoryMb),
    engine_cpu_percent: engine.cpuPercent,
    engine_memory_mb: engine.memoryMb,
    inference_cpu_percent: inference.cpuPercent,
    inference_memory_mb: inference.memoryMb,
  };
}

/** While the inference process is being started again, the engine alone is what runs. */
function sumOfKnown(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
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
