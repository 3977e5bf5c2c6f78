import type {
  CommandArguments,
  HistoryRow,
  MetricDescription,
  MetricHistory,
  MetricSeries,
  MonitoringView,
} from '../../src-shared/index.ts';

/** A figure that is asked for and not there; the message names it. */
export class NoSuchFigure extends Error {
  override readonly name = 'NoSuchFigure';
}

/** @throws {NoSuchFigure} */
export async function metricHistory(
  view: Pick<MonitoringView, 'metrics' | 'range'>,
  { figures, points, from, to }: CommandArguments<'metrics.history'>,
): Promise<MetricHistory> {
  const known = new Map(view.metrics().map((metric) => [metric.name, metric]));
  const wanted = figures.map((name) => {
    const metric = known.get(name);
    if (metric === undefined) {
      throw new NoSuchFigure(`figure "${name}": there is none of this name`);
    }
    return metric;
  });
  const rows = await view.range({ points, ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  return {
    ts: rows.map(({ sample }) => sample.ts),
    series: Object.fromEntries(wanted.map((metric) => [metric.name, seriesOf(metric, rows)])),
  };
}

function seriesOf(metric: MetricDescription, rows: readonly HistoryRow[]): MetricSeries {
  const values = rows.map(({ sample }) => metric.read(sample));
  if (!rows.some(({ range }) => range !== undefined)) {
    return { values };
  }
  const limit = (end: 0 | 1) =>
    rows.map(({ range, sample }) => {
      const value = range?.[metric.name]?.[end] ?? metric.read(sample);
      return typeof value === 'number' ? value : null;
    });
  return { values, lowest: limit(0), highest: limit(1) };
}
