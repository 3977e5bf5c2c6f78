import { numberWriter } from '../numbers.ts';

const write = numberWriter('en-GB');
const at = (ts: number, style: Intl.DateTimeFormatOptions): string =>
  new Date(ts * 1000).toLocaleString('en-GB', style);

/** Charts of rates, delays, loads and queues. */
export const performance = {
  title: 'Performance',
  loading: 'Loading …',
  rangeLabel: 'How far back',
  ranges: { minutes5: '5 min', minutes30: '30 min', hours6: '6 h', day: '24 h', week: '7 days' },
  pause: 'Pause',
  goOn: 'Go on',
  zoomReset: 'Show all',
  export: 'Export',
  formats: { png: 'PNG', csv: 'CSV', json: 'JSON' },
  exportTitle: (ts: number) => `Ultramotion Console, performance, ${write.moment(new Date(ts * 1000))}`,
  pictureFailed: 'The charts could not be made a picture. CSV and JSON have their figures.',
  noGpu: 'GPU: no graphics processor that can be read.',
  charts: {
    rate: 'Frames',
    latency: 'Latency, received to sent',
    stages: 'Time in each stage, median',
    queues: 'Queues',
    drops: 'Dropped',
    cpu: 'Processor (100 % is one core)',
    memory: 'Resident memory',
    gpuUtil: 'GPU utilisation',
    gpuMemory: 'GPU memory',
    gpuTemperature: 'GPU temperature',
  },
  /** Titles of figures that the console itself registers; anybody else's are shown as they were registered. */
  registered: { engine_loop_delay_ms: 'Longest hold-up of the engine’s loop' },
  series: {
    fps_in: 'in',
    fps_out: 'masks out',
    latency_p50_ms: 'p50',
    latency_p95_ms: 'p95',
    latency_p99_ms: 'p99',
    queue_raw_size: 'Raw',
    queue_rt_size: 'RT',
    queue_gpu_size: 'GPU',
    queue_out_size: 'Out',
    queue_rt_drops: 'RT',
    queue_gpu_drops: 'GPU',
    queue_out_drops: 'Out',
    engine_cpu_percent: 'engine',
    inference_cpu_percent: 'inference',
    engine_memory_mb: 'engine',
    inference_memory_mb: 'inference',
    gpu_util: 'GPU',
    gpu_memory_mb: 'in use',
    gpu_memory_total_mb: 'there is',
    gpu_temp_c: 'GPU',
  },
  withUnit: (title: string, unit: string) => (unit === '' ? title : `${title}, ${unit}`),
  limits: (warning: number, critical: number, isBelow: boolean) =>
    `limits ${isBelow ? '<' : '>'} ${write.short(warning)} / ${write.short(critical)}`,
  value: (value: number, unit: string) => `${write.short(value)}${unit === '' ? '' : ` ${unit}`}`,
  time: (ts: number) => at(ts, { timeStyle: 'medium' }),
  dayTime: (ts: number) => at(ts, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  moment: (ts: number) => write.moment(new Date(ts * 1000)),
};
