import { METRICS, type MetricListing, STAGES, type ThresholdMetric } from '../../src-shared/index.ts';
import type { Words } from '../words/index.ts';

export interface ChartSeries {
  readonly figure: string;
  readonly name: string;
  /** One sentence of the metric table. */
  readonly help: string;
  readonly colour: string;
  /** Lines are told apart by their stroke too, not by colour alone. */
  readonly dash: string | undefined;
}

export interface ChartDescription {
  readonly id: string;
  readonly title: string;
  /** Of the metric table; `1/s` for counters drawn as what they grow by. */
  readonly unit: string;
  readonly series: readonly ChartSeries[];
  /** lines: each with what it ranged over. stack: one on the other, since they add up. growth: counters, per second. */
  readonly kind: 'lines' | 'stack' | 'growth';
  readonly threshold?: ThresholdMetric;
  /** Only there with a graphics processor that can be read. */
  readonly needsGpu?: true;
}

/** A colour and a stroke each; the theme knows which colours stand out from its ground. */
const LINES: readonly (readonly [colour: string, dash: string | undefined])[] = [
  ['var(--line-a)', undefined],
  ['var(--line-b)', '6 3'],
  ['var(--line-c)', '2 3'],
  ['var(--line-d)', '8 3 2 3'],
  ['var(--line-e)', '4 2'],
  ['var(--line-f)', '1 3'],
];

type ChartId = keyof Words['performance']['charts'];
type Row = Pick<ChartDescription, 'threshold' | 'needsGpu'> & {
  readonly id: ChartId;
  readonly figures: readonly string[];
  readonly kind?: ChartDescription['kind'];
};

const ROWS: readonly Row[] = [
  { id: 'rate', figures: ['fps_in', 'fps_out'], threshold: 'fps_out' },
  { id: 'latency', figures: ['latency_p50_ms', 'latency_p95_ms', 'latency_p99_ms'], threshold: 'latency_p95_ms' },
  { id: 'stages', figures: STAGES.map((stage) => `stage_${stage}_p50_ms`), kind: 'stack' },
  { id: 'queues', figures: ['queue_raw_size', 'queue_rt_size', 'queue_gpu_size', 'queue_out_size'] },
  { id: 'drops', figures: ['queue_rt_drops', 'queue_gpu_drops', 'queue_out_drops'], kind: 'growth' },
  { id: 'cpu', figures: ['engine_cpu_percent', 'inference_cpu_percent'] },
  { id: 'memory', figures: ['engine_memory_mb', 'inference_memory_mb'] },
  { id: 'gpuUtil', figures: ['gpu_util'], threshold: 'gpu_util', needsGpu: true },
  { id: 'gpuMemory', figures: ['gpu_memory_mb', 'gpu_memory_total_mb'], needsGpu: true },
  { id: 'gpuTemperature', figures: ['gpu_temp_c'], needsGpu: true },
];

const metricOf = new Map(METRICS.map((metric) => [metric.name, metric]));

/** The figures of all charts that every engine has. */
export const CHART_FIGURES: readonly string[] = ROWS.flatMap(({ figures }) => figures);

/** Every chart there is, in order; those of registered figures last. Names in the reader's language, units of the metric table. */
export function chartsOf(words: Words, custom: readonly MetricListing[]): readonly ChartDescription[] {
  const { charts } = words.performance;
  const registered: Readonly<Record<string, string>> = words.performance.registered;
  const names: Readonly<Record<string, string>> = {
    ...words.performance.series,
    ...Object.fromEntries(STAGES.map((stage) => [`stage_${stage}_p50_ms`, words.shell.latency.stages[stage]])),
  };
  return [
    ...ROWS.map(({ id, figures, kind = 'lines', ...rest }): ChartDescription => {
      const unit = kind === 'growth' ? '1/s' : (metricOf.get(figures[0] as string)?.unit ?? '');
      const series = figures.map((figure, i) =>
        seriesOf(figure, names[figure] ?? figure, metricOf.get(figure)?.help ?? '', i),
      );
      return { id, title: charts[id], unit, series, kind, ...rest };
    }),
    ...custom.map(({ name, unit, help }): ChartDescription => {
      const title = registered[name] ?? help;
      return { id: `custom-${name}`, title, unit, series: [seriesOf(name, name, help, 0)], kind: 'lines' };
    }),
  ];
}

function seriesOf(figure: string, name: string, help: string, place: number): ChartSeries {
  const [colour, dash] = LINES[place % LINES.length] as (typeof LINES)[number];
  return { figure, name, help, colour, dash };
}
