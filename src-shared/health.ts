import type { Saying } from './sayings.ts';

/** `OK|WARNING|CRITICAL` is what existing panels read; the reasons say why. */
export const HEALTH_LEVELS = ['OK', 'WARNING', 'CRITICAL'] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

/** 0, 1, 2: the worse the larger. Also what `igt_health` in `/metrics` says. */
export const healthRank = (level: HealthLevel): number => HEALTH_LEVELS.indexOf(level);

/** What one watched condition says: enough for a console to put it into the operator's language. */
export interface ConditionWords {
  /** What is watched, e.g. `fps-out`; one alert at a time per key. */
  readonly key: string;
  readonly code: ConditionCode;
  /** What `code` has to be said with: measured value, limit, names, reasons that are sentences of ours. */
  readonly values: Readonly<Record<string, number | string | null | Saying>>;
}

/**
 * Which sentence a condition is put into; the values it comes with are in brackets. Catalogues of the console and the
 * English words for log and webhooks have one entry each.
 *
 * fps-in-low, fps-out-low (fps, limit, sourceFps): frames received, masks sent, 1/s.
 * latency-high (p95Ms, limitMs). gpu-high (percent, limitPercent).
 * archive-backlog (megabytes, limitMegabytes). disk-low (megabytes, limitMegabytes).
 * link (liveness): the picture is not live. publisher-link (link, address): masks cannot be handed on.
 * log-loss (lines): log lines that could not be written, since the engine started.
 * problem (problem, message, saying and its values): a standing problem of the problem board, by its key (a provider that was fallen back from,
 * an inference process that ends, settings that are not saved …).
 */
export const CONDITION_CODES = [
  'fps-in-low',
  'fps-out-low',
  'latency-high',
  'gpu-high',
  'archive-backlog',
  'disk-low',
  'link',
  'publisher-link',
  'log-loss',
  'problem',
] as const;
export type ConditionCode = (typeof CONDITION_CODES)[number];

export interface HealthReason extends ConditionWords {
  readonly level: Exclude<HealthLevel, 'OK'>;
  /** The same in English. */
  readonly text: string;
}

/** Is it well, and why not: worst first. */
export interface HealthReport {
  readonly health: HealthLevel;
  readonly reasons: readonly HealthReason[];
  /** The engine's loop runs. False is never seen: an engine that does not run does not answer. */
  readonly live: boolean;
  /** Frames that come now would be received and answered. */
  readonly ready: boolean;
  /** Why not; empty when ready. */
  readonly notReady: readonly string[];
}
