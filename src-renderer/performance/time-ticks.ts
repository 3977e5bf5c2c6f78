const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const STEPS = [1, 2, 5, 10, 15, 30, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR];
const LONG_STEPS = [12 * HOUR, DAY, 2 * DAY];

/** Moments to write under a chart: round ones of the reader's own clock, at most `most`. Epoch seconds. */
export function timeTicks(fromTs: number, toTs: number, most: number): number[] {
  const span = toTs - fromTs;
  const step = [...STEPS, ...LONG_STEPS].find((seconds) => span / seconds <= most) ?? 7 * DAY;
  const zone = new Date(toTs * 1000).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((fromTs - zone) / step) * step + zone;
  const ticks: number[] = [];
  for (let at = first; at <= toTs && ticks.length < most; at += step) {
    ticks.push(at);
  }
  return ticks;
}
