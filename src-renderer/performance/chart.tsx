import { memo, type RefObject, startTransition, useEffect, useRef, useState } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  type MouseHandlerDataParam,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { Threshold } from '../../src-shared/index.ts';
import { useStore } from '../state/store.ts';
import { useWords, type Words } from '../words/index.ts';
import type { ChartDescription, ChartSeries } from './chart-table.ts';
import { performanceStore, type Span } from './history-feed.ts';
import { timeTicks } from './time-ticks.ts';
import { type ChartRow, rangeColumn } from './timeline.ts';

/** One cursor over all charts: by its time, as charts draw a new sample one after the other. */
const SYNC = { syncId: 'performance', syncMethod: 'value' } as const;
const MOST_TICKS = 5;
/** A shorter drag is a click. */
const SMALLEST_ZOOM = 0.01;

interface ChartProps {
  readonly chart: ChartDescription;
  readonly rows: readonly ChartRow[];
  /** What is on the time axis; numbers, so that a chart with nothing new is not drawn again. */
  readonly fromTs: number;
  readonly toTs: number;
  readonly warning: number | null;
  readonly critical: number | null;
  readonly bad: Threshold['bad'] | null;
  /** How long it waits with a new sample, so that the charts take turns. Less than the time between two of them. */
  readonly turnMs: number;
  readonly onZoom: (span: Span) => void;
}

/**
 * One chart: lines with what each bucket ranged over, limits, the cursor of all charts; dragging over it stretches time.
 * Drawing takes time from the picture: charts take turns with a new sample, and out of sight (half of all are) one keeps
 * what it showed last until it is seen again, or saved.
 */
export const Chart = memo(function Chart(props: ChartProps) {
  const figure = useRef<HTMLElement>(null);
  const isSeen = useSeen(figure);
  const wasSeen = useRef(false);
  const savesPicture = useStore(performanceStore, (state) => state.savesPicture);
  const [shown, setShown] = useState(props);
  const isStretched = spanOf(props) !== spanOf(shown) || props.chart !== shown.chart;
  if (shown !== props && (savesPicture || isStretched)) {
    setShown(props);
  }
  useEffect(() => {
    const waitMs = wasSeen.current ? props.turnMs : 0;
    wasSeen.current = isSeen;
    if (isSeen) {
      const turn = setTimeout(() => startTransition(() => setShown(props)), waitMs);
      return () => clearTimeout(turn);
    }
    return undefined;
  }, [props, isSeen]);
  return (
    <figure className="chart" ref={figure} data-chart={shown.chart.id} data-span={spanOf(shown)} data-to={shown.toTs}>
      <Drawing {...shown} />
    </figure>
  );
});

const spanOf = ({ fromTs, toTs }: Span): number => toTs - fromTs;

/** Whether any of it is within the window; true until that is known. */
function useSeen(element: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(true);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting === true));
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => observer.disconnect();
  }, [element]);
  return isSeen;
}

const Drawing = memo(function Drawing({ chart, rows, fromTs, toTs, warning, critical, bad, onZoom }: ChartProps) {
  const words = useWords();
  const { performance } = words;
  const drag = useDrag(toTs - fromTs, onZoom);
  const tick = { fill: 'var(--text-quiet)', fontSize: 12 };
  const hasDay = toTs - fromTs > 86_400;
  return (
    <>
      <figcaption>
        <span className="chart-title">{performance.withUnit(chart.title, chart.unit)}</span>
        <span className="legend">
          {chart.series.map((series) => (
            <Key key={series.figure} series={series} isArea={chart.kind === 'stack'} />
          ))}
          {warning !== null && critical !== null && (
            <span className="chart-limits">{performance.limits(warning, critical, bad === 'below')}</span>
          )}
        </span>
      </figcaption>
      <div className="chart-plot">
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 160 }}>
          <ComposedChart
            data={rows as ChartRow[]}
            margin={{ top: 6, right: 10, bottom: 0, left: 0 }}
            {...SYNC}
            accessibilityLayer={false}
            {...drag.handlers}
          >
            <CartesianGrid vertical={false} stroke="var(--hairline)" />
            <XAxis
              dataKey="at"
              type="number"
              domain={[fromTs, toTs]}
              allowDataOverflow
              ticks={timeTicks(fromTs, toTs, MOST_TICKS)}
              interval="preserveStart"
              tickFormatter={hasDay ? performance.dayTime : performance.time}
              tick={tick}
              stroke="var(--hairline)"
              height={20}
            />
            <YAxis domain={[0, 'auto']} tickCount={4} tick={tick} stroke="var(--hairline)" width={44} />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--text-quiet)' }}
              content={({ active, payload }) => (
                <ReadOut
                  row={active ? (payload[0]?.payload as ChartRow | undefined) : undefined}
                  chart={chart}
                  words={words}
                />
              )}
            />
            {chart.series.flatMap((series) => drawn(series, chart.kind))}
            {limitLine(warning, 'var(--warn-text)')}
            {limitLine(critical, 'var(--alarm-edge)')}
            {drag.span !== null && <ReferenceArea x1={drag.span.fromTs} x2={drag.span.toTs} fillOpacity={0.25} />}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </>
  );
});

function Key({ series, isArea }: { readonly series: ChartSeries; readonly isArea: boolean }) {
  const { colour, dash, help, name } = series;
  return (
    <span title={help}>
      <svg width="18" height="8" aria-hidden="true">
        {isArea ? (
          <rect width="18" height="8" fill={colour} />
        ) : (
          <line x1="0" y1="4" x2="18" y2="4" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
        )}
      </svg>
      {name}
    </span>
  );
}

/** What is drawn of one series: of a bucketed line also what it ranged over, behind it. */
function drawn({ figure, colour, dash }: ChartSeries, kind: ChartDescription['kind']) {
  const common = {
    stroke: colour,
    isAnimationActive: false,
    connectNulls: false,
    dot: false,
    activeDot: { r: 3 },
  } as const;
  if (kind === 'stack') {
    return [
      <Area key={figure} {...common} dataKey={figure} stackId="sum" strokeWidth={1} fill={colour} fillOpacity={0.5} />,
    ];
  }
  const line = (
    <Line
      key={figure}
      {...common}
      dataKey={figure}
      strokeWidth={1.75}
      {...(dash === undefined ? {} : { strokeDasharray: dash })}
    />
  );
  if (kind === 'growth') {
    return [line];
  }
  const range = rangeColumn(figure);
  return [
    <Area key={range} {...common} dataKey={range} activeDot={false} stroke="none" fill={colour} fillOpacity={0.2} />,
    line,
  ];
}

const limitLine = (at: number | null, colour: string) =>
  at !== null && <ReferenceLine key={colour} y={at} stroke={colour} strokeDasharray="2 2" ifOverflow="hidden" />;

interface ReadOutProps {
  readonly row: ChartRow | undefined;
  readonly chart: ChartDescription;
  readonly words: Words;
}

/** The values under the cursor, newest of their bucket. */
function ReadOut({ row, chart, words }: ReadOutProps) {
  const { performance, shell } = words;
  if (row === undefined) {
    return null;
  }
  return (
    <div className="read-out figure">
      <p>{performance.moment(row.at)}</p>
      {chart.series.map(({ figure, name, colour }) => {
        const value = row[figure];
        return (
          <p key={figure}>
            <span style={{ color: colour }}>{'■'}</span> {name}{' '}
            <strong>{typeof value === 'number' ? performance.value(value, chart.unit) : shell.none}</strong>
          </p>
        );
      })}
    </div>
  );
}

/** Dragging along the time axis: what is marked now, and the zoom when the button is let go. */
function useDrag(spanS: number, onZoom: (span: Span) => void) {
  const [ends, setEnds] = useState<readonly [begun: number, now: number] | null>(null);
  const span = ends === null ? null : { fromTs: Math.min(...ends), toTs: Math.max(...ends) };
  const handlers = {
    onMouseDown: (at: MouseHandlerDataParam) => {
      const ts = timeOf(at);
      setEnds(ts === null ? null : [ts, ts]);
    },
    onMouseMove: (at: MouseHandlerDataParam) => {
      const ts = timeOf(at);
      if (ends !== null && ts !== null) {
        setEnds([ends[0], ts]);
      }
    },
    onMouseUp: () => {
      setEnds(null);
      if (span !== null && span.toTs - span.fromTs > spanS * SMALLEST_ZOOM) {
        onZoom(span);
      }
    },
    onMouseLeave: () => setEnds(null),
  };
  return { span, handlers };
}

function timeOf({ activeLabel }: MouseHandlerDataParam): number | null {
  const ts = Number(activeLabel ?? Number.NaN);
  return Number.isFinite(ts) ? ts : null;
}
