import type { Words } from '../words.ts';

export const performance: Words['performance'] = {
  title: '2 dernières minutes',
  rate: 'Images par seconde',
  latency: 'Latence depuis la réception, ms',
  fpsIn: 'reçues',
  fpsOut: 'sorties',
  p50: 'p50',
  p95: 'p95',
  secondsAgo: (value) => (value === 0 ? 'maintenant' : `${value} s`),
};
