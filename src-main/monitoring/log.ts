/** Lowest number first; `LOG_MODE=perf` keeps warnings and up (design, section 7). */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** An event with fields, never a sentence glued from values: `log('warn', 'source.state', { link: 'failed' })`. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

export interface LogControl {
  readonly log: Log;
  setMinimum(level: LogLevel): void;
}

/** Lines of `time | component | level | event key=value …` to `write`, which must not block. */
export function createLog(component: string, minimum: LogLevel, write: (line: string) => void): LogControl {
  let lowest = LOG_LEVELS.indexOf(minimum);
  return {
    log: (level, event, fields = {}) => {
      if (LOG_LEVELS.indexOf(level) >= lowest) {
        write(`${new Date().toISOString()} | ${component} | ${level} | ${event}${formatFields(fields)}\n`);
      }
    },
    setMinimum: (level) => {
      lowest = LOG_LEVELS.indexOf(level);
    },
  };
}

function formatFields(fields: LogFields): string {
  return Object.entries(fields)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
    .join('');
}
