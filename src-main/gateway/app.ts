import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { AccessControl } from './access/access-control.ts';
import type { Audit } from './access/audit.ts';
import type { Identity, Role } from './access/identity.ts';
import type { EngineBackend } from './backend.ts';
import type { CommandDesk } from './command-desk.ts';
import type { SocketWatch } from './socket-watch.ts';

/** `public`: answered without a token. Everything else says which role it takes. */
export type RouteAccess = Role | 'public';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler of a route that is not public. */
    identity: Identity | null;
  }
  interface FastifyContextConfig {
    /** Absent: `operate`. A route whose author forgot it lets nobody in who should not be. */
    access?: RouteAccess;
    /** A WebSocket is served here. */
    socket?: boolean;
    /** Requests a minute from one address, where that is fewer than for the rest. */
    requestsPerMinute?: number;
  }
}

/** Fastify with our one kind of schema: zod validates, types and documents (design, section 6). */
export type GatewayApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes are made of. They hold no logic of their own. */
export interface RouteContext {
  readonly backend: EngineBackend;
  readonly desk: CommandDesk;
  readonly access: AccessControl;
  readonly audit: Audit;
  readonly sockets: SocketWatch;
}

/** Routes that belong together. A listener is an address and a list of these. */
export type RouteGroup = (app: GatewayApp, context: RouteContext) => Promise<void> | void;
