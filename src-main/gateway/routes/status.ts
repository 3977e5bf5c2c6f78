import { z } from 'zod';
import type { RouteGroup } from '../app.ts';
import { alertsSchema, healthSchema, pipelineSchema } from '../schemas.ts';

/** What the engine says of itself now. */
export const status: RouteGroup = (app, { backend }) => {
  const { monitoring } = backend;
  app.route({
    method: 'GET',
    url: '/api/health',
    config: { access: 'view' },
    schema: { tags: ['Status'], summary: 'Is it well, and why not', response: { 200: healthSchema } },
    handler: async () => monitoring.health(),
  });
  app.route({
    method: 'GET',
    url: '/api/health/live',
    config: { access: 'view' },
    schema: { tags: ['Status'], summary: 'The engine runs', response: { 200: z.object({ live: z.literal(true) }) } },
    handler: async () => ({ live: true }) as const,
  });
  app.route({
    method: 'GET',
    url: '/api/health/ready',
    config: { access: 'view' },
    schema: {
      tags: ['Status'],
      summary: 'Frames that come now would be received and answered; 503 with the reasons when not',
      response: { 200: healthSchema, 503: healthSchema },
    },
    handler: async (_request, reply) => {
      const health = monitoring.health();
      return reply.code(health.ready ? 200 : 503).send(health);
    },
  });
  app.route({
    method: 'GET',
    url: '/api/pipeline',
    config: { access: 'view' },
    schema: { tags: ['Status'], summary: 'The queues and their drops', response: { 200: pipelineSchema } },
    handler: async () => backend.pipelineMetrics(),
  });
  app.route({
    method: 'GET',
    url: '/api/alerts',
    config: { access: 'view' },
    schema: {
      tags: ['Status'],
      summary: 'Alerts that are not over, what changed, and how their routes do',
      description: 'Acknowledge and silence with the commands `alerts.acknowledge` and `alerts.silence`.',
      response: { 200: alertsSchema },
    },
    handler: async () => monitoring.alerts(),
  });
  app.route({
    method: 'GET',
    url: '/api/snapshot',
    config: { access: 'view' },
    schema: { tags: ['Status'], summary: 'Everything a console shows beside the picture and the figures' },
    handler: async () => backend.snapshot(),
  });
};
