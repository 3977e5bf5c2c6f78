import { METRICS } from '../../src-shared/index.ts';
import type { ChartDescription } from './chart-table.ts';
import type { Timeline } from './timeline.ts';

interface ExportedFigure {
  readonly name: string;
  readonly unit: string;
  readonly help: string;
}

const unitOf = new Map(METRICS.map(({ name, unit }) => [name, unit]));

/** Figures of the charts, each once, with the units they are kept in (a counter drawn per second stays a counter here). */
function figuresOf(charts: readonly ChartDescription[]): readonly ExportedFigure[] {
  const all = charts.flatMap(({ series, unit }) =>
    series.map(({ figure, help }) => [figure, { name: figure, unit: unitOf.get(figure) ?? unit, help }] as const),
  );
  return [...new Map(all).values()];
}

/**
 * One line a moment: `ts` (epoch seconds), `time` (UTC), and for each figure its newest, lowest and highest value. Empty:
 * no value. Column names are those of the API; a unit stands in brackets.
 */
export function csvOf(timeline: Timeline, charts: readonly ChartDescription[]): string {
  const figures = figuresOf(charts);
  const columns = figures.flatMap(({ name, unit }) => {
    const suffix = unit === '' ? '' : ` [${unit}]`;
    return [`${name}${suffix}`, `${name}_min${suffix}`, `${name}_max${suffix}`];
  });
  const lines = timeline.moments.map(({ ts, values, low, high }) =>
    [
      ts,
      new Date(ts * 1000).toISOString(),
      ...figures.flatMap(({ name }) => [values[name] ?? '', low[name] ?? '', high[name] ?? '']),
    ].join(','),
  );
  return `${[['ts [s]', 'time', ...columns].join(','), ...lines].join('\r\n')}\r\n`;
}

/** The same with what the figures are. Null: no value. */
export function jsonOf({ fromTs, toTs, bucketS, moments }: Timeline, charts: readonly ChartDescription[]): string {
  const figures = figuresOf(charts);
  const pick = (values: Readonly<Record<string, number | null>>): Record<string, number | null> =>
    Object.fromEntries(figures.map(({ name }) => [name, values[name] ?? null]));
  const content = {
    from_ts: fromTs,
    to_ts: toTs,
    bucket_s: bucketS,
    figures,
    moments: moments.map(({ ts, values, low, high }) => ({
      ts,
      values: pick(values),
      lowest: pick(low),
      highest: pick(high),
    })),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}
