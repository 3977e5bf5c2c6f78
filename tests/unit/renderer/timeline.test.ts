import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../../src-renderer/performance/chart-table.ts';
import { csvOf, jsonOf } from '../../../src-renderer/performance/export.ts';
import { timeTicks } from '../../../src-renderer/performance/time-ticks.ts';
import {
  BUCKETS,
  chartRows,
  joined,
  perSecond,
  type Timeline,
  timelineOf,
  withSample,
} from '../../../src-renderer/performance/timeline.ts';
import { CATALOGUES } from '../../../src-renderer/words/catalogues.ts';
import { METRICS, type MetricHistory } from '../../../src-shared/index.ts';
import { aSample } from '../../support/samples.ts';

const TO = 1_800_000_000;
const SPAN_S = 300;
const seconds = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const historyOf = (ts: readonly number[], figure: string, value: (ts: number) => number | null): MetricHistory => ({
  ts,
  series: { [figure]: { values: ts.map(value) } },
});
const figures = METRICS.filter(({ name }) => name === 'fps_in' || name === 'gpu_util');
const empty: Timeline = timelineOf({ ts: [], series: {} }, TO - SPAN_S, TO);

describe('a timeline', () => {
  it('puts any number of samples into at most 120 buckets and keeps what each ranged over', () => {
    const ts = seconds(TO - SPAN_S, TO);
    const { moments } = timelineOf(
      historyOf(ts, 'fps_in', (at) => at % 7),
      TO - SPAN_S,
      TO,
    );
    expect(moments.length).toBeLessThanOrEqual(BUCKETS + 1);
    expect(moments.length).toBeGreaterThan(BUCKETS / 2);
    for (const { fromTs, ts: newest, values, low, high } of moments) {
      const inside = ts.filter((at) => at >= fromTs && at <= newest).map((at) => at % 7);
      expect([values['fps_in'], low['fps_in'], high['fps_in']]).toEqual([
        newest % 7,
        Math.min(...inside),
        Math.max(...inside),
      ]);
    }
  });

  it('is the same whether its samples came as history or one by one', () => {
    const ts = seconds(TO - SPAN_S, TO);
    const asHistory = timelineOf(
      historyOf(ts, 'fps_in', (at) => at % 7),
      TO - SPAN_S,
      TO,
    );
    const oneByOne = ts.reduce(
      (timeline, at) => withSample(timeline, aSample({ ts: at, fps_in: at % 7 }), figures.slice(0, 1)),
      empty,
    );
    expect(oneByOne).toEqual(asHistory);
  });

  it('goes on with the same length: the oldest leaves', () => {
    const later = seconds(TO, TO + 10 * SPAN_S).reduce(
      (timeline, at) => withSample(timeline, aSample({ ts: at }), figures),
      empty,
    );
    expect(later.moments.length).toBeLessThanOrEqual(BUCKETS + 1);
    expect(later.toTs - later.fromTs).toBe(SPAN_S);
    expect(later.moments[0]!.ts).toBeGreaterThanOrEqual(later.fromTs);
  });

  it('takes a sample once', () => {
    const once = withSample(empty, aSample({ ts: TO }), figures);
    expect(withSample(once, aSample({ ts: TO }), figures)).toBe(once);
  });

  it('keeps lowest and highest of rows that the engine had merged', () => {
    const history: MetricHistory = { ts: [TO], series: { fps_in: { values: [60], lowest: [5], highest: [90] } } };
    const [moment] = timelineOf(history, TO - SPAN_S, TO).moments;
    expect([moment?.low, moment?.values, moment?.high]).toEqual([{ fps_in: 5 }, { fps_in: 60 }, { fps_in: 90 }]);
  });
});

describe('the rows of a chart', () => {
  it('break where nothing was measured, and only there', () => {
    const ts = [...seconds(TO - 100, TO - 60), ...seconds(TO - 20, TO)];
    const rows = chartRows(
      timelineOf(
        historyOf(ts, 'fps_in', () => 95),
        TO - SPAN_S,
        TO,
      ),
      1,
    );
    const breaks = rows.filter((row) => row['fps_in'] === undefined);
    expect(breaks.map(({ at }) => at)).toEqual([TO - 40]);
  });

  it('have no value, not zero, where a figure has none', () => {
    const rows = chartRows(withSample(empty, aSample({ ts: TO, fps_in: 0 }), figures), 1);
    expect(rows).toEqual([{ at: TO, fps_in: 0, 'fps_in:range': [0, 0], gpu_util: null, 'gpu_util:range': null }]);
  });

  it('say what a counter grew by a second, and nothing over a gap or where it began anew', () => {
    const rows = [{ at: 0, n: 10 }, { at: 2, n: 14 }, { at: 3 }, { at: 4, n: 20 }, { at: 5, n: 21 }, { at: 6, n: 0 }];
    expect(perSecond(rows, ['n']).map((row) => row['n'])).toEqual([null, 2, null, null, 1, null]);
  });
});

describe('a history in two parts', () => {
  it('is put together by its moments', () => {
    const parts = [historyOf([1, 2, 3], 'a', (ts) => ts), historyOf([2, 3, 4], 'b', (ts) => -ts)];
    expect(joined(parts)).toEqual({ ts: [2, 3], series: { a: { values: [2, 3] }, b: { values: [-2, -3] } } });
  });
});

describe('an export', () => {
  const custom = [{ name: 'fluid_ml', unit: 'ml', help: 'Fluid used', kind: 'gauge' as const, isCustom: true }];
  const charts = chartsOf(CATALOGUES.en, custom);
  const read = [...METRICS, { name: 'fluid_ml', read: () => 2.5 }];
  const timeline = withSample(empty, aSample({ ts: TO, fps_in: 95 }), read);

  it('as CSV has a column a figure with its unit, and nothing where there is no value', () => {
    const [head, line, ...rest] = csvOf(timeline, charts).split('\r\n');
    const cells = new Map(head!.split(',').map((name, i) => [name, line!.split(',')[i]]));
    expect(rest).toEqual(['']);
    expect(cells.get('ts [s]')).toBe(String(TO));
    expect(cells.get('time')).toBe('2027-01-15T08:00:00.000Z');
    expect(cells.get('fps_in [1/s]')).toBe('95');
    expect(cells.get('fps_in_max [1/s]')).toBe('95');
    expect(cells.get('gpu_util [%]')).toBe('');
    expect(cells.get('queue_rt_drops [frames]')).toBe('0');
    expect(cells.get('fluid_ml [ml]')).toBe('2.5');
  });

  it('as JSON says what the figures are, and null where there is no value', () => {
    const { figures: listed, moments } = JSON.parse(jsonOf(timeline, charts)) as {
      figures: { name: string; unit: string; help: string }[];
      moments: { values: Record<string, number | null> }[];
    };
    expect(listed).toContainEqual({ name: 'fluid_ml', unit: 'ml', help: 'Fluid used' });
    expect(listed.every(({ help }) => help !== '')).toBe(true);
    expect(moments).toHaveLength(1);
    expect(moments[0]!.values).toMatchObject({ fps_in: 95, gpu_util: null, fluid_ml: 2.5 });
  });
});

describe('the ticks of the time axis', () => {
  it.each([300, 1800, 21_600, 86_400, 604_800])('are a few, evenly spaced and inside %i s', (span) => {
    const ticks = timeTicks(TO - span, TO, 5);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(5);
    const steps = new Set(ticks.slice(1).map((at, i) => at - ticks[i]!));
    expect(steps.size).toBe(1);
    expect(ticks.every((at) => at >= TO - span && at <= TO)).toBe(true);
  });
});
