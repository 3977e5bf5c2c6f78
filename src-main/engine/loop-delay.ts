import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricRegistry } from '../monitoring/index.ts';

/** Finer than the few milliseconds the loop may be held up (design, section 2), and too coarse to cost anything. */
const RESOLUTION_MS = 10;

/**
 * How long the engine's loop was held up since the last sample: the first to look at when frames are late and the model
 * is not. Also the worked example of a registered figure (docs/monitoring.md).
 */
export function registerLoopDelay(registry: MetricRegistry): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  registry.register(
    {
      name: 'engine_loop_delay_ms',
      unit: 'ms',
      help: "Longest time the engine's loop was held up since the last sample",
    },
    () => {
      const longestMs = delay.max / 1e6 - RESOLUTION_MS;
      delay.reset();
      return Math.max(0, longestMs);
    },
  );
}
