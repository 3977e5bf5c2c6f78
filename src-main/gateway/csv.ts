import type { HistoryRow, MetricDescription } from '../../src-shared/index.ts';

const CELL_BREAKERS = /[",\r\n]/;

/** RFC 4180: a line of names, then a line a row; no value is an empty cell. Columns: figures in the table's order. */
export function historyCsv(rows: readonly Pick<HistoryRow, 'sample'>[], metrics: readonly MetricDescription[]): string {
  const lines = [metrics.map(({ name }) => name).join(',')];
  for (const { sample } of rows) {
    lines.push(metrics.map((metric) => cell(metric.read(sample))).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: number | string | null): string {
  const text = value === null ? '' : String(value);
  return CELL_BREAKERS.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
