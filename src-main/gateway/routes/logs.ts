import { z } from 'zod';
import type { RouteGroup } from '../app.ts';
import { problemSchema, sendProblem } from '../problem.ts';

/** `/api/logs/bundles/NAME`: what the command `logs.bundle` has made. Whoever may only look has no need of it. */
export const logs: RouteGroup = (app, { backend }) => {
  app.route({
    method: 'GET',
    url: '/api/logs/bundles/:name',
    config: { access: 'operate' },
    schema: {
      tags: ['Logs'],
      summary: 'Logs for support, secrets masked, as made by the command `logs.bundle` (.tar.gz)',
      params: z.object({ name: z.string().max(64) }),
      produces: ['application/gzip'],
      response: { 404: problemSchema },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      const bytes = await backend.logBundle(name);
      if (bytes === null) {
        return sendProblem(reply, 404, `there is no bundle of logs ${JSON.stringify(name)}: make one with logs.bundle`);
      }
      reply.header('content-disposition', `attachment; filename="${name}"`).header('cache-control', 'no-store');
      return reply.type('application/gzip').send(bytes as never);
    },
  });
};
