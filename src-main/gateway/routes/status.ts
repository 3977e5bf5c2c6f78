import type { RouteGroup } from '../app.ts';

/** What the engine says of itself now. */
export const status: RouteGroup = (app, { backend }) => {
  app.get('/api/pipeline', { config: { access: 'view' } }, async () => backend.pipelineMetrics());
  app.get('/api/metrics/latest', { config: { access: 'view' } }, async () => backend.latestKpi() ?? {});
  app.get('/api/snapshot', { config: { access: 'view' } }, async () => backend.snapshot());
};
