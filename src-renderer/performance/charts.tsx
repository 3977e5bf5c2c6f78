import { useCallback, useDeferredValue, useEffect, useMemo } from 'react';
import { type Threshold, type ThresholdMetric, thresholdsOf } from '../../src-shared/index.ts';
import { useConsole, useEngineClient } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useStore } from '../state/store.ts';
import { useWords } from '../words/index.ts';
import { Chart } from './chart.tsx';
import { type ChartDescription, chartsOf } from './chart-table.ts';
import { ChartTools } from './chart-tools.tsx';
import { HistoryFeed, performanceStore, type Span } from './history-feed.ts';
import { chartRows, perSecond, type Timeline } from './timeline.ts';
import './performance.css';

/** All charts and what one can do with them; rendered with each sample, at most once a second, never with the picture. */
export function PerformanceCharts() {
  const words = useWords();
  const client = useEngineClient();
  useEffect(() => {
    const feed = new HistoryFeed(client);
    return () => feed.close();
  }, [client]);
  const custom = useStore(performanceStore, (state) => state.custom);
  const failure = useStore(performanceStore, (state) => state.failure);
  // Deferred: drawing gives way to everything urgent.
  const timeline = useDeferredValue(useStore(performanceStore, (state) => state.timeline));
  const charts = useMemo(() => chartsOf(words, custom), [words, custom]);
  return (
    <section className="performance" aria-label={words.performance.title}>
      <ChartTools charts={charts} />
      {failure !== null && (
        <p className="refusal" role="alert">
          {refusalText(words, failure)}
        </p>
      )}
      {timeline === null ? <p>{words.performance.loading}</p> : <ChartGrid charts={charts} timeline={timeline} />}
    </section>
  );
}

/** All charts have drawn a sample within this time; the next one comes after 950 ms at the soonest. */
const ALL_TURNS_MS = 800;

interface ChartGridProps {
  readonly charts: readonly ChartDescription[];
  readonly timeline: Timeline;
}

function ChartGrid({ charts, timeline }: ChartGridProps) {
  const { performance } = useWords();
  const intervalS = useConsole(({ snapshot }) => snapshot?.settings['kpi.intervalS'] ?? 1);
  const zoom = useStore(performanceStore, (state) => state.zoom);
  const rows = useMemo(() => chartRows(timeline, intervalS), [timeline, intervalS]);
  const growth = useMemo(
    () => perSecond(rows, charts.filter(({ kind }) => kind === 'growth').flatMap(figuresOf)),
    [rows, charts],
  );
  const limits = useThresholds();
  const onZoom = useCallback((span: Span) => performanceStore.set({ zoom: span }), []);
  const hasGpu = timeline.moments.some(({ values }) =>
    charts.some((chart) => chart.needsGpu && hasValue(chart, values)),
  );
  const { fromTs, toTs } = zoom ?? timeline;
  return (
    <div className="charts">
      {charts
        .filter(({ needsGpu }) => hasGpu || needsGpu !== true)
        .map((chart, turn, { length }) => {
          const limit = chart.threshold === undefined ? null : limits(chart.threshold);
          return (
            <Chart
              key={chart.id}
              chart={chart}
              rows={chart.kind === 'growth' ? growth : rows}
              fromTs={fromTs}
              toTs={toTs}
              warning={limit?.warning ?? null}
              critical={limit?.critical ?? null}
              bad={limit?.bad ?? null}
              turnMs={(turn * ALL_TURNS_MS) / length}
              onZoom={onZoom}
            />
          );
        })}
      {!hasGpu && <p className="chart-absent">{performance.noGpu}</p>}
    </div>
  );
}

const figuresOf = ({ series }: ChartDescription): string[] => series.map(({ figure }) => figure);

const hasValue = (chart: ChartDescription, values: Readonly<Record<string, number | null>>): boolean =>
  figuresOf(chart).some((figure) => values[figure] != null);

/** The limits in force. A slow source's are shares of its own rate, which is never exactly the same twice: rounded. */
function useThresholds(): (metric: ThresholdMetric) => Threshold | null {
  const settings = useConsole(({ snapshot }) => snapshot?.settings ?? null);
  const sourceFps = useConsole(({ kpi }) => (kpi?.source_fps == null ? null : Math.round(kpi.source_fps)));
  return useMemo(() => {
    const limits = settings === null ? null : thresholdsOf(settings, sourceFps);
    return (metric) => limits?.[metric] ?? null;
  }, [settings, sourceFps]);
}
