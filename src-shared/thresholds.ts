import type { AlertSeverity } from './alerts.ts';
import type { Settings } from './settings.ts';

/** Limits of one figure: what rules judge by, what charts draw. */
export interface Threshold {
  readonly warning: number;
  readonly critical: number;
  /** Which side of a limit is the bad one. */
  readonly bad: 'above' | 'below';
}

export const THRESHOLD_METRICS = [
  'fps_in',
  'fps_out',
  'latency_p95_ms',
  'gpu_util',
  'archive_backlog_bytes',
  'disk_free_mb',
] as const;
export type ThresholdMetric = (typeof THRESHOLD_METRICS)[number];

/** A source of at least this rate is judged by absolute limits, a slower one by shares of its own rate. */
export const FAST_SOURCE_FPS = 75;

/** The limits in force; those of rates are null while the source's own rate is not known. */
export function thresholdsOf(
  settings: Settings,
  sourceFps: number | null,
): Readonly<Record<ThresholdMetric, Threshold | null>> {
  const fps = fpsThreshold(settings, sourceFps);
  return {
    fps_in: fps,
    fps_out: fps,
    latency_p95_ms: above(settings['alerts.latencyWarningMs'], settings['alerts.latencyCriticalMs']),
    gpu_util: above(settings['alerts.gpuWarningPercent'], settings['alerts.gpuCriticalPercent']),
    archive_backlog_bytes: above(
      settings['alerts.backlogWarningMb'] * 2 ** 20,
      settings['alerts.backlogCriticalMb'] * 2 ** 20,
    ),
    disk_free_mb: below(settings['alerts.diskWarningMb'], settings['alerts.diskCriticalMb']),
  };
}

function fpsThreshold(settings: Settings, sourceFps: number | null): Threshold | null {
  if (sourceFps === null) {
    return null;
  }
  return sourceFps >= FAST_SOURCE_FPS
    ? below(settings['alerts.fpsWarning'], settings['alerts.fpsCritical'])
    : below(settings['alerts.fpsWarningShare'] * sourceFps, settings['alerts.fpsCriticalShare'] * sourceFps);
}

const above = (warning: number, critical: number): Threshold => ({ warning, critical, bad: 'above' });
const below = (warning: number, critical: number): Threshold => ({ warning, critical, bad: 'below' });

/**
 * On which side of the limits `value` is. `held`: the severity that is being shown; it is left only when `value` is
 * `hysteresis` (a share of the limit) on the good side, so that a figure at its limit does not flicker.
 */
export function judge(
  value: number,
  threshold: Threshold,
  held: AlertSeverity | null = null,
  hysteresis = 0,
): AlertSeverity | 'ok' {
  const sign = threshold.bad === 'above' ? 1 : -1;
  const isPast = (limit: number, isHeld: boolean): boolean =>
    sign * (value - limit) > (isHeld ? -hysteresis * Math.abs(limit) : 0);
  if (isPast(threshold.critical, held === 'critical')) {
    return 'critical';
  }
  return isPast(threshold.warning, held !== null) ? 'warning' : 'ok';
}
