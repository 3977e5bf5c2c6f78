import { z } from 'zod';
import { DETAIL_STAGES, type DetailStage } from './frame.ts';
import { HEALTH_LEVELS } from './health.ts';
import { DROP_REASONS, type DropReason } from './queues.ts';

/**
 * Truth about the picture (design, section 4). `NO SOURCE`: the operator disconnected it or none was chosen. `ENDED`: a
 * recording has come to its end. `SOURCE FAILED`: it cannot be opened, and is not being tried again.
 */
export const LIVENESS_STATES = [
  'NO SOURCE',
  'CONNECTING',
  'LIVE',
  'STALE',
  'FROZEN',
  'LINK LOST',
  'ENDED',
  'SOURCE FAILED',
] as const;
export type Liveness = (typeof LIVENESS_STATES)[number];

/** Stages between two trace points, in the order a frame passes them. */
export const STAGES = ['queue', 'preprocess', 'wait', 'run', 'postprocess', 'send'] as const;
export type Stage = (typeof STAGES)[number];

/** One stage's durations over the last second, ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Where a figure goes in `/metrics`: base units, so that 51 % becomes 0.51 (`scale` 0.01). */
export interface PrometheusName {
  readonly name: string;
  readonly scale: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What API, CSV, Prometheus, OpenAPI and charts say about a figure. */
export interface FigureInfo {
  /** As printed: `1/s`, `ms`, `%`, `MB` (2^20 bytes), `°C`, `s`, `ppm`, `frames`, `lines`; empty: none. */
  readonly unit: string;
  /** One sentence without a full stop. */
  readonly help: string;
  /** counter: only grows while the engine runs. gauge: goes up and down. state: a word. */
  readonly kind: 'gauge' | 'counter' | 'state';
  /** Null: `/metrics` has it in a better shape (a histogram, a labelled family) or not at all. */
  readonly prometheus: PrometheusName | null;
}

const MB = 2 ** 20;
const count = z.number().int().min(0);
const real = z.number();

function figure<T extends z.ZodType>(
  schema: T,
  kind: FigureInfo['kind'],
  unit: string,
  help: string,
  prometheus: PrometheusName | null = null,
): T {
  const info: FigureInfo = { unit, help, kind, prometheus };
  return schema.meta({ ...info, description: unit === '' ? help : `${help} (${unit})` }) as T;
}

const named = (name: string, scale = 1, labels?: Readonly<Record<string, string>>): PrometheusName =>
  labels === undefined ? { name, scale } : { name, scale, labels };

const depth = (queue: string): PrometheusName => named('igt_queue_depth', 1, { queue });

const percentiles = z.object({ p50: real, p95: real, p99: real }).nullable();

/**
 * One sample a second. Long names: this is what the API, the WebSocket and CSV carry (design, section 7).
 * Null means "no value", never zero.
 */
export const kpiSampleSchema = z.object({
  ts: figure(real, 'gauge', 's', 'Wall clock of the sample, since 1970 UTC'),
  fps_in: figure(real, 'gauge', '1/s', 'Frames received', named('igt_fps_in')),
  fps_out: figure(real, 'gauge', '1/s', 'Masks sent', named('igt_fps_out')),
  source_fps: figure(
    real.nullable(),
    'gauge',
    '1/s',
    "The source's own rate by its stamps and frame numbers, whatever part of it reaches us",
    named('igt_source_fps'),
  ),
  latency_ms: figure(
    real.nullable(),
    'gauge',
    'ms',
    "Median over the second's sent frames of received to sent",
    named('igt_latency_ms'),
  ),
  latency_p50_ms: figure(real.nullable(), 'gauge', 'ms', 'Received to sent, median'),
  latency_p95_ms: figure(real.nullable(), 'gauge', 'ms', 'Received to sent, 95th percentile'),
  latency_p99_ms: figure(real.nullable(), 'gauge', 'ms', 'Received to sent, 99th percentile'),
  stage_ms: z.object(
    Object.fromEntries(STAGES.map((stage) => [stage, percentiles])) as Record<Stage, typeof percentiles>,
  ),
  /** The model's own steps, within `run` and `postprocess`; null where it has no such step. */
  detail_ms: z.object(
    Object.fromEntries(DETAIL_STAGES.map((stage) => [stage, percentiles])) as Record<DetailStage, typeof percentiles>,
  ),
  gpu_util: figure(real.nullable(), 'gauge', '%', 'GPU utilisation', named('gpu_utilization_ratio', 0.01)),
  gpu_memory_mb: figure(real.nullable(), 'gauge', 'MB', 'GPU memory in use', named('gpu_memory_used_bytes', MB)),
  gpu_memory_total_mb: figure(
    real.nullable(),
    'gauge',
    'MB',
    'GPU memory there is',
    named('gpu_memory_total_bytes', MB),
  ),
  gpu_temp_c: figure(real.nullable(), 'gauge', '°C', 'GPU temperature', named('gpu_temperature_celsius')),
  cpu_percent: figure(real.nullable(), 'gauge', '%', 'CPU time of engine and inference process; 100 is one core'),
  memory_mb: figure(real.nullable(), 'gauge', 'MB', 'Resident memory of engine and inference process together'),
  engine_cpu_percent: figure(
    real.nullable(),
    'gauge',
    '%',
    'CPU time of the engine process; 100 is one core',
    named('igt_process_cpu_ratio', 0.01, { process: 'engine' }),
  ),
  engine_memory_mb: figure(
    real.nullable(),
    'gauge',
    'MB',
    'Resident memory of the engine process',
    named('igt_process_resident_memory_bytes', MB, { process: 'engine' }),
  ),
  inference_cpu_percent: figure(
    real.nullable(),
    'gauge',
    '%',
    'CPU time of the inference process; 100 is one core',
    named('igt_process_cpu_ratio', 0.01, { process: 'inference' }),
  ),
  inference_memory_mb: figure(
    real.nullable(),
    'gauge',
    'MB',
    'Resident memory of the inference process',
    named('igt_process_resident_memory_bytes', MB, { process: 'inference' }),
  ),
  provider: figure(z.string().nullable(), 'state', '', 'Execution providers that run the model’s files'),
  provider_fallback: figure(
    z.union([z.literal(0), z.literal(1)]).nullable(),
    'gauge',
    '',
    '1: a file of the model does not run on the provider that was wanted',
    named('igt_provider_fallback'),
  ),
  queue_raw_size: figure(count, 'gauge', 'frames', 'Frames in Queue_Raw', depth('Queue_Raw')),
  queue_rt_size: figure(count, 'gauge', 'frames', 'Frames in Queue_RT_dyn', depth('Queue_RT_dyn')),
  queue_gpu_size: figure(count, 'gauge', 'frames', 'Frames in Queue_GPU', depth('Queue_GPU')),
  queue_out_size: figure(count, 'gauge', 'frames', 'Results in Queue_Out', depth('Queue_Out')),
  queue_rt_drops: figure(count, 'counter', 'frames', 'Frames dropped from Queue_RT_dyn since the engine started'),
  queue_gpu_drops: figure(count, 'counter', 'frames', 'Frames dropped from Queue_GPU since the engine started'),
  queue_out_drops: figure(count, 'counter', 'frames', 'Results dropped from Queue_Out since the engine started'),
  drops_by_reason: z.object(
    Object.fromEntries(DROP_REASONS.map((reason) => [reason, count])) as Record<DropReason, typeof count>,
  ),
  last_backpressure_ts: figure(
    real.nullable(),
    'gauge',
    's',
    'When back-pressure last removed a frame, since 1970 UTC',
    named('igt_last_backpressure_timestamp_seconds'),
  ),
  frames_received: figure(count, 'counter', 'frames', 'Frames received', named('igt_frames_received_total')),
  frames_sent: figure(count, 'counter', 'frames', 'Frames that passed the sender', named('igt_frames_sent_total')),
  frames_in_flight: figure(count, 'gauge', 'frames', 'Frames under way', named('igt_frames_in_flight')),
  coalesced: figure(
    count,
    'counter',
    'frames',
    'Pairs not shown because a newer one was ready first; not a drop',
    named('igt_frames_coalesced_total'),
  ),
  upstream_lost: figure(
    count.nullable(),
    'counter',
    'frames',
    'Frames the source numbered that never reached us; no value where it sends no FrameNumber',
    named('igt_frames_lost_upstream_total'),
  ),
  duplicate_frames: figure(
    count,
    'counter',
    'frames',
    'Pictures identical to the one before',
    named('igt_frames_duplicate_total'),
  ),
  sync_ms: figure(
    real.nullable(),
    'gauge',
    'ms',
    'Stamp of the newest picture minus stamp of its pose',
    named('igt_pose_sync_seconds', 1e-3),
  ),
  clock_offset_ms: figure(
    real.nullable(),
    'gauge',
    'ms',
    "Our clock minus the source's stamps at its smallest: includes the shortest transport delay",
    named('igt_source_clock_offset_seconds', 1e-3),
  ),
  clock_drift_ppm: figure(
    real.nullable(),
    'gauge',
    'ppm',
    "How much faster our clock runs than the source's stamps",
    named('igt_source_clock_drift_ratio', 1e-6),
  ),
  source_jitter_ms: figure(
    real.nullable(),
    'gauge',
    'ms',
    "How far the source's frame intervals are from their median, 95th percentile",
    named('igt_source_jitter_seconds', 1e-3),
  ),
  archived_total: figure(
    count,
    'counter',
    'frames',
    'Frames written to recordings; one counted here is in the recording whatever ends the engine',
    named('igt_frames_archived_total'),
  ),
  archive_backlog_frames: figure(
    count,
    'gauge',
    'frames',
    'Frames that wait to be recorded',
    named('igt_archive_backlog_frames'),
  ),
  archive_backlog_bytes: figure(
    count,
    'gauge',
    'bytes',
    'Memory of the frames that wait to be recorded',
    named('igt_archive_backlog_bytes'),
  ),
  archive_lost: figure(
    count,
    'counter',
    'frames',
    'Frames received while recording that are in no recording',
    named('igt_frames_archive_lost_total'),
  ),
  disk_free_mb: figure(
    real.nullable(),
    'gauge',
    'MB',
    'Free space where recordings and logs are written',
    named('igt_disk_free_bytes', MB),
  ),
  log_lost: figure(
    count,
    'counter',
    'lines',
    'Lines of log and history that could not be written',
    named('igt_log_lines_lost_total'),
  ),
  health: figure(z.enum(HEALTH_LEVELS), 'state', '', 'Worst of the conditions that are watched'),
  /** Figures registered by others (`MetricRegistry`), by their names. */
  custom: z.record(z.string(), real.nullable()),
});
export type KpiSample = Readonly<z.infer<typeof kpiSampleSchema>>;
