import {
  DROP_REASONS,
  healthRank,
  type KpiSample,
  type MetricDescription,
  type MonitoringView,
  type PipelineMetrics,
  STAGES,
} from '../../src-shared/index.ts';
import { type Family, histogramSeries, type Series } from './exposition.ts';

/** What one scrape tells: a sample and what the queues said at the very moment it was taken. */
export interface ScrapeInputs {
  readonly build: string;
  readonly sample: KpiSample | null;
  readonly pipeline: PipelineMetrics;
  readonly histograms: ReturnType<MonitoringView['histograms']>;
  readonly metrics: readonly MetricDescription[];
  readonly webSockets: number;
}

/** Of families with several series the table describes each; this describes them all. */
const FAMILY_HELP: Readonly<Record<string, string>> = {
  igt_queue_depth: 'Items waiting in a queue',
  igt_process_cpu_ratio: 'CPU time of a process; 1 is one core',
  igt_process_resident_memory_bytes: 'Resident memory of a process',
};

/** Everything `/metrics` says. The table of figures decides what there is; only histograms and labels are added here. */
export function metricFamilies(inputs: ScrapeInputs): Family[] {
  const { build, sample, webSockets } = inputs;
  return [
    {
      name: 'build_info',
      help: 'Version that runs',
      type: 'gauge',
      series: [{ labels: { version: build }, value: 1 }],
    },
    ...(sample === null ? [] : [...figureFamilies(sample, inputs.metrics), healthFamily(sample)]),
    dropsFamily(inputs.pipeline),
    {
      name: 'igt_latency_seconds',
      help: 'Received to sent, of every mask sent',
      type: 'histogram',
      series: histogramSeries(inputs.histograms.latency),
    },
    {
      name: 'igt_stage_duration_seconds',
      help: 'Time in one stage of the pipeline, of every mask sent',
      type: 'histogram',
      series: STAGES.flatMap((stage) => histogramSeries(inputs.histograms.stages[stage], { stage })),
    },
    { name: 'igt_websocket_clients', help: 'WebSockets open', type: 'gauge', series: [{ value: webSockets }] },
    ...processFamilies(),
  ];
}

function figureFamilies(sample: KpiSample, metrics: readonly MetricDescription[]): Family[] {
  const families = new Map<string, { help: string; type: Family['type']; series: Series[] }>();
  for (const metric of metrics) {
    const value = metric.read(sample);
    if (metric.prometheus === null || typeof value !== 'number') {
      continue;
    }
    const { name, scale, labels } = metric.prometheus;
    const family = families.get(name) ?? {
      help: FAMILY_HELP[name] ?? metric.help,
      type: metric.kind === 'counter' ? 'counter' : 'gauge',
      series: [],
    };
    family.series.push({ ...(labels !== undefined && { labels }), value: value * scale });
    families.set(name, family);
  }
  return [...families].map(([name, family]) => ({ name, ...family }));
}

const healthFamily = (sample: KpiSample): Family => ({
  name: 'igt_health',
  help: '0 OK, 1 warning, 2 critical',
  type: 'gauge',
  series: [{ value: healthRank(sample.health) }],
});

const dropsFamily = ({ queues }: PipelineMetrics): Family => ({
  name: 'igt_frames_dropped_total',
  help: 'Frames dropped, by queue and reason',
  type: 'counter',
  series: Object.entries(queues).flatMap(([queue, { drops_by_reason: drops }]) =>
    DROP_REASONS.map((reason) => ({ labels: { queue, reason }, value: drops[reason] })),
  ),
});

/** The names every Prometheus client library gives its own process. */
function processFamilies(): Family[] {
  const { user, system } = process.cpuUsage();
  const gauge = (name: string, help: string, value: number): Family => ({
    name,
    help,
    type: 'gauge',
    series: [{ value }],
  });
  return [
    {
      name: 'process_cpu_seconds_total',
      help: 'CPU time of the engine process',
      type: 'counter',
      series: [{ value: (user + system) / 1e6 }],
    },
    gauge('process_resident_memory_bytes', 'Resident memory of the engine process', process.memoryUsage.rss()),
    gauge(
      'process_start_time_seconds',
      'When the engine process started, since 1970 UTC',
      Math.round(performance.timeOrigin) / 1000,
    ),
  ];
}
