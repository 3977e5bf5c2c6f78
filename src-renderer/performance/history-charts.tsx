import { memo, useDeferredValue, useMemo } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { KpiSample } from '../../src-shared/index.ts';
import { useConsole } from '../state/console-context.ts';
import { useWords, type Words } from '../words/index.ts';

/** Two minutes, newest on the right. */
const SPAN_S = 120;

interface ChartLine {
  readonly key: keyof KpiSample;
  readonly name: string;
  readonly colour: string;
  /** Lines are told apart by their stroke too, not by colour alone. */
  readonly dash?: string;
}

function linesOf({ performance }: Words): Record<'rate' | 'latency', readonly ChartLine[]> {
  return {
    rate: [
      { key: 'fps_in', name: performance.fpsIn, colour: 'var(--line-a)' },
      { key: 'fps_out', name: performance.fpsOut, colour: 'var(--line-b)', dash: '5 3' },
    ],
    latency: [
      { key: 'latency_p50_ms', name: performance.p50, colour: 'var(--line-a)' },
      { key: 'latency_p95_ms', name: performance.p95, colour: 'var(--line-b)', dash: '5 3' },
    ],
  };
}

/** Rates and latency of the last two minutes; renders once per KPI sample and never with the picture. */
export function HistoryCharts() {
  const words = useWords();
  const lines = useMemo(() => linesOf(words), [words]);
  // Deferred: samples that come in a rush (a console that just connected) are drawn once, after everything urgent.
  const history = useDeferredValue(useConsole((state) => state.history));
  const points = useMemo(() => {
    const newest = history.at(-1)?.ts ?? 0;
    return history.map((sample) => ({ ...sample, at: sample.ts - newest })).filter(({ at }) => at >= -SPAN_S);
  }, [history]);
  return (
    <>
      <Chart title={words.performance.rate} lines={lines.rate} points={points} />
      <Chart title={words.performance.latency} lines={lines.latency} points={points} />
    </>
  );
}

interface ChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly points: readonly object[];
}

const Chart = memo(function Chart({ title, lines, points }: ChartProps) {
  const words = useWords();
  const tick = { fill: 'var(--text-quiet)', fontSize: 12 };
  return (
    <figure className="chart">
      <figcaption>
        {title}
        <span className="legend">
          {lines.map(({ key, name, colour, dash }) => (
            <span key={key}>
              <svg width="18" height="8" aria-hidden="true">
                <line x1="0" y1="4" x2="18" y2="4" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
              </svg>
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <div className="chart-plot">
        <ResponsiveContainer width="100%" height="100%">
          <LineChart
            data={points as object[]}
            margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--hairline)" />
            <XAxis
              dataKey="at"
              type="number"
              domain={[-SPAN_S, 0]}
              ticks={[-120, -60, 0]}
              tickFormatter={words.performance.secondsAgo}
              tick={tick}
              stroke="var(--hairline)"
              height={20}
            />
            <YAxis
              domain={[0, 'auto']}
              tickCount={3}
              tick={tick}
              stroke="var(--hairline)"
              width={34}
              allowDecimals={false}
            />
            {lines.map(({ key, colour, dash }) => (
              <Line
                key={key}
                dataKey={key}
                stroke={colour}
                strokeWidth={1.75}
                {...(dash === undefined ? {} : { strokeDasharray: dash })}
                dot={false}
                isAnimationActive={false}
                connectNulls={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
});
