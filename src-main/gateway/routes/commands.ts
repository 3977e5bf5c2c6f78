import { z } from 'zod';
import { type CommandName, commandSchemas } from '../../../src-shared/index.ts';
import type { Identity } from '../access/identity.ts';
import type { GatewayApp, RouteContext, RouteGroup } from '../app.ts';
import { roleOfCommand } from '../command-desk.ts';
import { problemSchema } from '../problem.ts';

const valueSchema = z.object({ value: z.unknown().describe('What the command returns; null for most') });
const LIST = /^(\w+)\.list$/;

/**
 * Every command of the console's table as `POST /api/commands/NAME`, and every `THINGS.list` as `GET /api/THINGS` too.
 * A command that is added to the table is served, documented and guarded by that alone.
 */
export const commands: RouteGroup = (app, context) => {
  for (const name of Object.keys(commandSchemas) as CommandName[]) {
    serveCommand(app, context, name);
    const things = LIST.exec(name)?.[1];
    if (things !== undefined && !app.hasRoute({ method: 'GET', url: `/api/${things}` })) {
      serveList(app, context, name, things);
    }
  }
};

function serveCommand(app: GatewayApp, { desk }: RouteContext, name: CommandName): void {
  const role = roleOfCommand(name);
  app.route({
    method: 'POST',
    url: `/api/commands/${name}`,
    config: { access: role },
    schema: {
      tags: ['Commands'],
      summary: `${name} (role ${role})`,
      body: commandSchemas[name],
      response: { 200: valueSchema, 400: problemSchema, 403: problemSchema, 422: problemSchema },
    },
    handler: async (request) => ({ value: await desk.run(request.identity as Identity, name, request.body) }),
  });
}

function serveList(app: GatewayApp, { desk }: RouteContext, name: CommandName, things: string): void {
  app.route({
    method: 'GET',
    url: `/api/${things}`,
    config: { access: roleOfCommand(name) },
    schema: { tags: ['Lists'], summary: `All ${things}` },
    handler: async (request) => desk.run(request.identity as Identity, name, {}),
  });
}
