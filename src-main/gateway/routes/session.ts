import { z } from 'zod';
import { auditEntry } from '../access/audit.ts';
import { type Identity, Refused, ROLES } from '../access/identity.ts';
import type { RouteGroup } from '../app.ts';
import { problemSchema } from '../problem.ts';

/** Nobody types a token twice a second. */
const SIGN_INS_PER_MINUTE = 20;

const identitySchema = z
  .object({
    who: z.string(),
    role: z.enum(ROLES),
    signedIn: z.boolean().describe('By a cookie, which DELETE takes back; false: known by other means'),
    expiresAt: z.iso.datetime().nullable().describe('When it ends by itself'),
  })
  .meta({ id: 'Identity' });

/** `/api/session`: a browser trades its token for a cookie, asks who it is, and signs out. */
export const session: RouteGroup = (app, { access, audit, sockets }) => {
  app.route({
    method: 'POST',
    url: '/api/session',
    config: { access: 'public', requestsPerMinute: SIGN_INS_PER_MINUTE },
    schema: {
      tags: ['Access'],
      summary: 'Sign a browser in: trades a token for a cookie',
      body: z.strictObject({ token: z.string().min(1).max(8192) }),
      response: { 200: identitySchema, 401: problemSchema, 403: problemSchema, 429: problemSchema },
    },
    handler: async (request, reply) => {
      try {
        const identity = await access.identifyToken(request.body.token, request.ip);
        audit(auditEntry(identity, 'sign-in', '', 'done'));
        reply.header('set-cookie', access.sessions.open(identity)).header('cache-control', 'no-store');
        return describe(identity);
      } catch (error) {
        if (error instanceof Refused) {
          const nobody = {
            who: 'unknown',
            role: 'view',
            address: request.ip,
            expiresAtMs: null,
            session: null,
          } as const;
          audit(auditEntry(nobody, 'sign-in', error.message, 'refused'));
        }
        throw error;
      }
    },
  });
  app.route({
    method: 'GET',
    url: '/api/session',
    config: { access: 'view' },
    schema: { tags: ['Access'], summary: 'Who am I here', response: { 200: identitySchema } },
    handler: async (request) => describe(request.identity as Identity),
  });
  app.route({
    method: 'DELETE',
    url: '/api/session',
    config: { access: 'view' },
    schema: { tags: ['Access'], summary: 'Sign a browser out', response: { 204: z.null() } },
    handler: async (request, reply) => {
      const ended = access.sessions.end(request.headers.cookie);
      reply.header('set-cookie', ended.cookie);
      sockets.signOut((identity) => ended.session !== null && identity.session === ended.session);
      return reply.code(204).send(null);
    },
  });
};

function describe({ who, role, session, expiresAtMs }: Identity): z.infer<typeof identitySchema> {
  return {
    who,
    role,
    signedIn: session !== null,
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
  };
}
