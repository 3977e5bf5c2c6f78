import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { RouteGroup } from '../app.ts';

const DESCRIPTION = `Everything the pipeline knows about itself, and every command of its console.

Beyond this machine every request needs a token (\`Authorization: Bearer …\`); \`view\` reads, \`operate\` also commands.
Errors are problem+json. Times called \`ts\` are seconds since 1970 UTC; null means "no value", never zero.
Units stand in the schemas (\`unit\`).`;

/** Must come before all other groups: it collects their schemas as they are added. */
export const openApi: RouteGroup = async (app, { backend }) => {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Ultramotion Console', version: backend.build, description: DESCRIPTION },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          browser: { type: 'apiKey', in: 'cookie', name: '__Host-ultramotion' },
        },
      },
      security: [{ token: [] }, { browser: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'view' },
    schema: { tags: ['Documentation'], summary: 'This description (OpenAPI 3.1)' },
    handler: async () => app.swagger(),
  });
};

/** `/docs`: the description as a page that can be tried out. `folder` holds Swagger UI and our few lines to start it. */
export function docsPage(folder: string): RouteGroup {
  return async (app) => {
    await app.register(async (files) => {
      files.addHook('onRoute', (route) => {
        route.config = { ...route.config, access: 'view' };
        route.schema = { ...route.schema, hide: true };
      });
      files.get('/docs', (_request, reply) => reply.redirect('/docs/', 308));
      await files.register(fastifyStatic, { root: folder, prefix: '/docs/', decorateReply: false });
    });
  };
}
