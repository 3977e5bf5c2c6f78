/** Names and counters of the live path's queues: what metrics, screen and log all speak (design, section 4). */

/**
 * Why an item left a queue without being consumed. One word per cause: these are label values in /metrics.
 *
 * full: a newer item needed the place. outdated: older than the lag limit. inference-down: the inference process ended
 * or hung with it. source-changed: its source was closed, replaced or lost before it was done. ai-off: the model was
 * switched off while it was under way.
 */
export const DROP_REASONS = ['full', 'outdated', 'inference-down', 'source-changed', 'ai-off'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export const QUEUE_NAMES = ['Queue_Raw', 'Queue_RT_dyn', 'Queue_GPU', 'Queue_Out'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

export interface QueueStats {
  readonly size: number;
  /** Null: unbounded. */
  readonly maxsize: number | null;
  /** Sum over reasons, cumulative. */
  readonly drops: number;
  readonly drops_by_reason: Readonly<Record<DropReason, number>>;
  /** Epoch seconds of the last time back-pressure removed something; null: never. */
  readonly last_backpressure_ts: number | null;
  /** Items ever put in. */
  readonly enqueued: number;
}

export interface PipelineMetrics {
  readonly queues: Readonly<Record<QueueName, QueueStats>>;
  /** Epoch seconds. */
  readonly timestamp: number;
}
