import type { KpiSample, PipelineMetrics } from '../../../src-shared/index.ts';
import type { RouteGroup } from '../app.ts';
import { exposition } from '../exposition.ts';
import { metricFamilies } from '../metric-families.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics` for Prometheus. */
export const prometheus: RouteGroup = (app, { backend, sockets }) => {
  // Both of one moment: what was received, sent and dropped must add up in a scrape, too.
  let latest: { readonly sample: KpiSample; readonly pipeline: PipelineMetrics } | null = null;
  const unsubscribe = backend.subscribe({
    snapshot: () => {},
    kpi: (sample) => {
      latest = { sample, pipeline: backend.pipelineMetrics() };
    },
  });
  app.addHook('onClose', async () => unsubscribe());
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'view' },
    schema: { tags: ['Metrics'], summary: 'Figures for Prometheus (text format 0.0.4)', produces: ['text/plain'] },
    handler: async (_request, reply) => {
      const families = metricFamilies({
        build: backend.build,
        sample: latest?.sample ?? null,
        pipeline: latest?.pipeline ?? backend.pipelineMetrics(),
        histograms: backend.monitoring.histograms(),
        metrics: backend.monitoring.metrics(),
        webSockets: sockets.count,
      });
      return reply.type(CONTENT_TYPE).serializer(String).send(exposition(families));
    },
  });
};
