import { z } from 'zod';
import { settingsPatchSchema, settingsSchema } from '../../../src-shared/index.ts';
import type { Identity } from '../access/identity.ts';
import type { RouteGroup } from '../app.ts';
import { problemSchema } from '../problem.ts';

const shown = settingsSchema.meta({ id: 'Settings', description: 'Secrets that are set are masked' });
const changed = z.object({
  settings: shown,
  needRestart: z.array(z.string()).describe('Changed settings that act after a restart of the engine'),
});

/** `/api/settings`: read them, change some. */
export const settings: RouteGroup = (app, { backend, desk }) => {
  app.route({
    method: 'GET',
    url: '/api/settings',
    config: { access: 'view' },
    schema: { tags: ['Settings'], summary: 'All settings in force', response: { 200: shown } },
    handler: async () => backend.snapshot().settings as z.infer<typeof shown>,
  });
  app.route({
    method: 'PATCH',
    url: '/api/settings',
    config: { access: 'operate' },
    schema: {
      tags: ['Settings'],
      summary: 'Change some settings; the others stay',
      body: settingsPatchSchema,
      response: { 200: changed, 400: problemSchema, 403: problemSchema, 422: problemSchema },
    },
    handler: async (request) =>
      (await desk.run(request.identity as Identity, 'settings.update', { patch: request.body })) as z.infer<
        typeof changed
      >,
  });
};
