import type { KpiSample } from '../../src-shared/index.ts';

/**
 * One sample as `logs/kpi.log` has it, to the character (design, section 7): short names, local time, `ts` with three
 * decimals, floats with one, `nan` where there is no value. Existing parsers read it; nothing is added to it.
 */
export function kpiLine(sample: KpiSample): string {
  return (
    `${localTime(sample.ts)} | igt.kpi | ts=${sample.ts.toFixed(3)} fps_in=${float(sample.fps_in)} ` +
    `fps_out=${float(sample.fps_out)} latency_ms=${float(sample.latency_ms)} gpu_util=${float(sample.gpu_util)} ` +
    `q_rt=${sample.queue_rt_size} q_gpu=${sample.queue_gpu_size} ` +
    `drops_rt=${sample.queue_rt_drops} drops_gpu=${sample.queue_gpu_drops}\n`
  );
}

const float = (value: number | null): string => (value === null ? 'nan' : value.toFixed(1));

/** `2025-10-17 11:00:00`, of the machine's own time zone. */
function localTime(ts: number): string {
  const time = new Date(ts * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
