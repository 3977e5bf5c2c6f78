import { LOG_LEVELS, type Settings } from '../../src-shared/index.ts';

/** Lowest number first; `LOG_MODE=perf` keeps warnings and up (design, section 7). */
export type LogLevel = Exclude<(typeof LOG_LEVELS)[number], 'off'>;

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/**
 * An event with fields, never a sentence glued from values: `log('warn', 'source.state', { link: 'failed' })`. What stands
 * before the first point names the component: `igt.source` in the settings.
 */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** Which lines pass: settings `log.mode` and `log.levels`. */
export type LogFilter = Pick<Settings, 'log.mode' | 'log.levels'>;

/** Level of a component that has none of its own, and of all where `igt` has none either. */
const USUAL_LEVEL = 'info';
const ROOT = 'igt';

export function componentOf(event: string): string {
  return `${ROOT}.${event.split('.', 1)[0] as string}`;
}

/** Perf mode is a floor for every component; otherwise the component's own level counts, then that of `igt`. */
export function passes(level: LogLevel, component: string, filter: LogFilter): boolean {
  const levels = filter['log.levels'];
  const own = rank(levels[component] ?? levels[ROOT] ?? USUAL_LEVEL);
  const lowest = filter['log.mode'] === 'perf' ? Math.max(own, rank('warn')) : own;
  return rank(level) >= lowest;
}

/** `2026-11-20T10:00:00.000Z | igt.source | warn | source.state link="failed"`: one event, one line, whatever is in it. */
export function logLine(time: Date, level: LogLevel, event: string, fields: LogFields): string {
  // Some events are named after what a sender sent.
  const name = event.replace(/[^\x21-\x7e]/g, '?');
  return `${time.toISOString()} | ${componentOf(name)} | ${level} | ${name}${formatFields(fields)}\n`;
}

const rank = (level: (typeof LOG_LEVELS)[number]): number => LOG_LEVELS.indexOf(level);

function formatFields(fields: LogFields): string {
  return Object.entries(fields)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
    .join('');
}
