import type { DetailStage } from './frame.ts';
import type { DropReason } from './queues.ts';

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

/** One stage's durations over the last second, ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * One sample a second. Long names: this is what the API, the WebSocket and CSV carry (design, section 7).
 * Null means "no value", never zero.
 */
export interface KpiSample {
  /** Wall clock, seconds since 1970 UTC. */
  readonly ts: number;
  readonly fps_in: number;
  readonly fps_out: number;
  /** Median over the second's sent frames of received -> sent. */
  readonly latency_ms: number | null;
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly latency_p99_ms: number | null;
  readonly stage_ms: Readonly<Record<Stage, Percentiles | null>>;
  /** The model's own steps, within `run` and `postprocess`; null where it has no such step. */
  readonly detail_ms: Readonly<Record<DetailStage, Percentiles | null>>;
  readonly queue_raw_size: number;
  readonly queue_rt_size: number;
  readonly queue_gpu_size: number;
  readonly queue_out_size: number;
  /** Cumulative since the engine started. */
  readonly queue_rt_drops: number;
  readonly queue_gpu_drops: number;
  readonly queue_out_drops: number;
  readonly drops_by_reason: Readonly<Record<DropReason, number>>;
  readonly last_backpressure_ts: number | null;
  readonly frames_received: number;
  readonly frames_sent: number;
  readonly frames_in_flight: number;
  /** Frames the source numbered but that never reached us; null where the source sends no FrameNumber. */
  readonly upstream_lost: number | null;
  /** Pairs not shown because a newer one was ready first. Not a drop. */
  readonly coalesced: number;
  /** Frames written to recordings since the engine started; a frame counted here is in the recording whatever ends the engine. */
  readonly archived_total: number;
  readonly archive_backlog_frames: number;
  readonly archive_backlog_bytes: number;
  /** Frames received while recording that are in no recording, since the engine started. */
  readonly archive_lost: number;
  readonly sync_ms: number | null;
  readonly memory_mb: number;
}

/** Stages between two trace points, in the order a frame passes them. */
export const STAGES = ['queue', 'preprocess', 'wait', 'run', 'postprocess', 'send'] as const;
export type Stage = (typeof STAGES)[number];
