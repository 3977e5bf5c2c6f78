import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { HistoryQuery, HistoryRow, KpiSample } from '../../src-shared/index.ts';
import { type FlatRow, HistoryBuckets, sampleOf, tsOf } from './history-rows.ts';

/**
 * History on disk: one file an hour (UTC), lines of JSON. A line of strings names the columns of the lines of values that
 * follow it; each run of the engine begins with one.
 */
const NAME = /^kpi-(\d{4}-\d{2}-\d{2}T\d{2})\.jsonl$/;
const HOUR_S = 3600;

/** File that a sample of this time goes into. */
export function historyFileName(ts: number): string {
  return `kpi-${new Date(ts * 1000).toISOString().slice(0, 13)}.jsonl`;
}

/** When the hour of a history file began, epoch seconds; null: not such a file. */
export function hourOf(name: string): number | null {
  const hour = NAME.exec(name)?.[1];
  return hour === undefined ? null : Date.parse(`${hour}:00:00Z`) / 1000;
}

/** Rows of a range, at most `points`. Reads files whole, one after another: for a thread of its own. */
export function readRange(folder: string, { from, to, points }: HistoryQuery): HistoryRow[] {
  const files = historyFiles(folder).filter(
    ({ hour }) => hour + HOUR_S >= (from ?? Number.NEGATIVE_INFINITY) && hour <= (to ?? Number.POSITIVE_INFINITY),
  );
  const first = files[0];
  const last = files.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const range = {
    from: Math.max(from ?? firstTs(first.file), first.hour),
    to: Math.min(to ?? lastTs(last.file), last.hour + HOUR_S),
    points,
  };
  const buckets = new HistoryBuckets(range);
  for (const { file } of files) {
    for (const row of rowsOf(file)) {
      if (tsOf(row) >= (from ?? Number.NEGATIVE_INFINITY) && tsOf(row) <= (to ?? Number.POSITIVE_INFINITY)) {
        buckets.add(row);
      }
    }
  }
  return buckets.rows();
}

const firstTs = (file: string): number => {
  for (const row of rowsOf(file)) {
    return tsOf(row);
  }
  return Number.NEGATIVE_INFINITY;
};

const lastTs = (file: string): number => {
  const rows = [...rowsOf(file)];
  return rows.length === 0 ? Number.POSITIVE_INFINITY : tsOf(rows.at(-1) as FlatRow);
};

/** The newest `count` samples, oldest first. */
export function readNewest(folder: string, count: number): KpiSample[] {
  let rows: FlatRow[] = [];
  for (const { file } of historyFiles(folder).toReversed()) {
    if (rows.length >= count) {
      break;
    }
    rows = [...rowsOf(file), ...rows];
  }
  return rows.slice(-count).map(sampleOf);
}

function historyFiles(folder: string): { hour: number; file: string }[] {
  return namesIn(folder)
    .sort()
    .flatMap((name) => {
      const hour = hourOf(name);
      return hour === null ? [] : [{ hour, file: path.join(folder, name) }];
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** A line that a crash tore, or that makes no sense, is passed over. */
function* rowsOf(file: string): Generator<FlatRow> {
  let columns: readonly string[] | null = null;
  for (const line of textOf(file).split('\n')) {
    const values = parsed(line);
    if (values === null) {
      continue;
    }
    if (values.every((value) => typeof value === 'string')) {
      columns = values as readonly string[];
    } else if (columns !== null && values.length === columns.length && typeof values[0] === 'number') {
      yield { columns, values };
    }
  }
}

/** A file that retention has just removed is no longer history. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return '';
    }
    throw error;
  }
}

function parsed(line: string): (number | string | null)[] | null {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? (value as (number | string | null)[]) : null;
  } catch {
    return null;
  }
}
