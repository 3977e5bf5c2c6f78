/** Charts of rates and delays. */
export const performance = {
  title: 'Last 2 minutes',
  rate: 'Frames per second',
  latency: 'Latency from receipt, ms',
  fpsIn: 'in',
  fpsOut: 'out',
  p50: 'p50',
  p95: 'p95',
  secondsAgo: (value: number) => (value === 0 ? 'now' : `${value} s`),
};
