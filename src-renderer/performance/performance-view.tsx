import { useConsole, useEngineThere } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { PerformanceCharts } from './charts.tsx';

/** Rates, delays, loads and queues over time. */
export function PerformanceView() {
  const { performance, live } = useWords();
  const there = useEngineThere();
  const known = useConsole((state) => state.kpi !== null);
  return (
    <div className="view-page" data-faded={!there}>
      <h1>{performance.title}</h1>
      {!there && known && <p className="last-known">{live.figures.lastKnown}</p>}
      <PerformanceCharts />
    </div>
  );
}
