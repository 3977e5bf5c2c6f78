import { DETAIL_STAGES } from './frame.ts';
import { type FigureInfo, type KpiSample, kpiSampleSchema, STAGES } from './kpi.ts';
import { DROP_REASONS } from './queues.ts';

/** One figure of a sample: what API, WebSocket, CSV, Prometheus, OpenAPI and charts all read. */
export interface MetricDescription extends FigureInfo {
  /** Column of CSV, series of a chart. A figure of the sample has its field's name. */
  readonly name: string;
  /** Registered by others; its value is in `sample.custom`. */
  readonly isCustom: boolean;
  /** Null: no value in this sample. */
  read(sample: KpiSample): number | string | null;
}

/** What a console has to know of a figure to draw it. */
export type MetricListing = Pick<MetricDescription, 'name' | 'unit' | 'help' | 'kind' | 'isCustom'>;

/** What whoever registers a figure of their own says about it. */
export interface CustomMetricInfo {
  /** Lower case, digits and `_`, starting with a letter; `/metrics` puts `igt_custom_` before it and converts ms, MB and %. */
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  /** counter: only grows; its name in `/metrics` ends in `_total`. */
  readonly kind?: 'gauge' | 'counter';
}

const PERCENTILES = ['p50', 'p95', 'p99'] as const;

type FlatKey = Exclude<keyof KpiSample, 'stage_ms' | 'detail_ms' | 'drops_by_reason' | 'custom'>;
const FLAT_KEYS = (Object.keys(kpiSampleSchema.shape) as (keyof KpiSample)[]).filter(
  (key): key is FlatKey => key !== 'stage_ms' && key !== 'detail_ms' && key !== 'drops_by_reason' && key !== 'custom',
);

/** The figures every engine has, in the order of the CSV's columns. Custom ones come after them. */
export const METRICS: readonly MetricDescription[] = [
  ...FLAT_KEYS.map((key) => ({
    ...(kpiSampleSchema.shape[key].meta() as unknown as FigureInfo),
    name: key,
    isCustom: false,
    read: (sample: KpiSample) => sample[key],
  })),
  ...STAGES.flatMap((stage) =>
    PERCENTILES.map((percentile) => ({
      name: `stage_${stage}_${percentile}_ms`,
      unit: 'ms',
      help: `Time in stage ${stage}, ${percentile}`,
      kind: 'gauge' as const,
      prometheus: null,
      isCustom: false,
      read: (sample: KpiSample) => sample.stage_ms[stage]?.[percentile] ?? null,
    })),
  ),
  ...DETAIL_STAGES.flatMap((stage) =>
    PERCENTILES.map((percentile) => ({
      name: `detail_${stage}_${percentile}_ms`,
      unit: 'ms',
      help: `Time in the model's step ${stage}, ${percentile}`,
      kind: 'gauge' as const,
      prometheus: null,
      isCustom: false,
      read: (sample: KpiSample) => sample.detail_ms[stage]?.[percentile] ?? null,
    })),
  ),
  ...DROP_REASONS.map((reason) => ({
    name: `drops_${reason.replaceAll('-', '_')}`,
    unit: 'frames',
    help: `Frames dropped with reason ${reason} since the engine started, all queues`,
    kind: 'counter' as const,
    prometheus: null,
    isCustom: false,
    read: (sample: KpiSample) => sample.drops_by_reason[reason],
  })),
];

/** Prometheus wants base units, written out at the end of a name (services.md D3): what becomes of ours there. */
const BASE_UNITS: Readonly<Record<string, { readonly ending: string; readonly base: string; readonly scale: number }>> =
  {
    ms: { ending: '_ms', base: '_seconds', scale: 1e-3 },
    MB: { ending: '_mb', base: '_bytes', scale: 2 ** 20 },
    '%': { ending: '_percent', base: '_ratio', scale: 1e-2 },
  };

export function describeCustomMetric({ name, unit, help, kind = 'gauge' }: CustomMetricInfo): MetricDescription {
  const suffix = kind === 'counter' ? '_total' : '';
  const { ending = '', base = '', scale = 1 } = BASE_UNITS[unit] ?? {};
  const stem = ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  return {
    name,
    unit,
    help,
    kind,
    prometheus: { name: `igt_custom_${stem}${base}${suffix}`, scale },
    isCustom: true,
    read: (sample) => sample.custom[name] ?? null,
  };
}
