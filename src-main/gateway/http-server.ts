import type { Server as HttpsServer } from 'node:https';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, { type FastifyReply, type FastifyRequest, type FastifyServerOptions, type RouteOptions } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { MAX_TEXT_BYTES, type Saying } from '../../src-shared/index.ts';
import { AccessControl, type AccessOptions, SOCKET_PROTOCOL } from './access/access-control.ts';
import { type Audit, auditEntry } from './access/audit.ts';
import { HostRules } from './access/host-rules.ts';
import { mayAct, Refused } from './access/identity.ts';
import { LOGIN_PAGE_POLICY, loginPage } from './access/login-page.ts';
import type { GatewayApp, RouteAccess, RouteGroup } from './app.ts';
import type { EngineBackend } from './backend.ts';
import { type CommandDesk, CommandFailed } from './command-desk.ts';
import { holderOfPort } from './port-holder.ts';
import { NOT_HTTP, SECURITY_HEADERS, sendProblem } from './problem.ts';
import { SocketWatch } from './socket-watch.ts';

/** Largest request body: settings are small. */
const MAX_BODY_BYTES = 1024 * 1024;
const LARGEST_PORT = 65535;
/** A console that does not answer the closing of its WebSocket is cut off: it must not hold up the engine's end. */
const CLOSE_WEBSOCKETS_MS = 200;
const MINUTE_MS = 60_000;

/** One address that is served, who is let in, and what is served there. */
export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM; null: plain HTTP. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  readonly access: Omit<AccessOptions, 'host' | 'hasTls'>;
  /** From one address, on all routes together. */
  readonly requestsPerMinute: number;
  readonly groups: readonly RouteGroup[];
  readonly desk: CommandDesk;
  readonly audit: Audit;
  /** Told of faults of the program that a request has brought to light. */
  readonly fault: (route: string, error: Error) => void;
}

/** The port cannot be had, or the address must not be; the message says which and what to do. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

export interface ServedRoute {
  readonly method: string;
  readonly url: string;
  readonly access: RouteAccess;
}

/** One listener: an address, access control in front, groups of routes behind it. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #app: GatewayApp;
  readonly #access: AccessControl;
  readonly #hosts: HostRules;
  readonly #sockets = new SocketWatch();
  readonly #backend: EngineBackend;
  readonly #routes: RouteOptions[] = [];
  #port = 0;

  /** @throws {CannotListen} when the address would be open to others without protection. */
  constructor(options: HttpServerOptions, backend: EngineBackend) {
    this.#options = options;
    this.#backend = backend;
    this.#access = accessControl(options);
    const scheme = options.tls === null ? 'http' : 'https';
    this.#hosts = new HostRules({ bound: options.host, scheme, allowedHosts: options.access.allowedHosts });
    this.#app = Fastify(serverOptions(options)).withTypeProvider<ZodTypeProvider>();
  }

  /** Everything that is served, in the order it was added. */
  get routes(): readonly ServedRoute[] {
    return this.#routes.flatMap(({ method, url, config }) =>
      [method].flat().map((one) => ({ method: one, url, access: config?.access ?? 'operate' })),
    );
  }

  /** What the operator has to know about this listener: open to eavesdroppers, keys that could not be renewed. */
  get warnings(): Saying[] {
    return [...(this.#access.warning === null ? [] : [this.#access.warning]), ...this.#access.problems];
  }

  /** @throws {CannotListen} */
  async listen(): Promise<{ host: string; port: number; url: string }> {
    const { host, port, tls } = this.#options;
    await this.#build();
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      throw new CannotListen(this.#wordsFor(error as NodeJS.ErrnoException));
    }
    const bound = (this.#app.server as HttpsServer).address();
    this.#port = bound !== null && typeof bound === 'object' ? bound.port : port;
    const scheme = tls === null ? 'http' : 'https';
    return { host, port: this.#port, url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${this.#port}/` };
  }

  async close(): Promise<void> {
    this.#sockets.close();
    const cutOff = setTimeout(() => {
      for (const socket of this.#app.websocketServer?.clients ?? []) {
        socket.terminate();
      }
    }, CLOSE_WEBSOCKETS_MS);
    await this.#app.close();
    clearTimeout(cutOff);
  }

  async #build(): Promise<void> {
    const app = this.#app;
    app.setValidatorCompiler(validatorCompiler);
    // Answers are what the engine says, documented by the same schemas; a test compares them. Serialising never fails.
    app.setSerializerCompiler(() => (data) => JSON.stringify(data));
    // Only JSON changes anything here: a form of another page could be sent as text without being asked about.
    app.removeContentTypeParser('text/plain');
    app.decorateRequest('identity', null);
    await app.register(fastifyRateLimit, { global: false });
    this.#guard();
    this.#endRefusedUpgrades();
    app.setNotFoundHandler((request, reply) =>
      sendProblem(reply, 404, `${request.method} ${request.url} is not served here`),
    );
    app.setErrorHandler((error: Error, request, reply) => this.#sendError(error, request, reply));
    app.addHook('onRoute', (route) => {
      this.#routes.push(route);
    });
    await app.register(fastifyWebsocket, {
      options: {
        maxPayload: MAX_TEXT_BYTES,
        handleProtocols: (offered: Set<string>) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
      },
    });
    const context = {
      backend: this.#backend,
      desk: this.#options.desk,
      access: this.#access,
      audit: this.#options.audit,
      sockets: this.#sockets,
    };
    for (const group of this.#options.groups) {
      await group(app, context);
    }
  }

  /** Before anything is told or done: is it meant for us, is it too much, who is it, may they. */
  #guard(): void {
    const limits = new Map<number, ReturnType<GatewayApp['createRateLimit']>>();
    const limitOf = (max: number) => {
      const limit = limits.get(max) ?? this.#app.createRateLimit({ max, timeWindow: MINUTE_MS });
      limits.set(max, limit);
      return limit;
    };
    this.#app.addHook('onRequest', async (request, reply) => {
      reply.headers(SECURITY_HEADERS);
      const misdirected = this.#hosts.refusalOf(request.headers, this.#port);
      if (misdirected !== null) {
        return sendProblem(reply, 403, misdirected);
      }
      const { config } = request.routeOptions;
      const max = config.requestsPerMinute ?? this.#options.requestsPerMinute;
      const rate = await limitOf(max)(request);
      if (!rate.isAllowed && rate.isExceeded) {
        reply.header('retry-after', rate.ttlInSeconds);
        return sendProblem(reply, 429, `more than ${max} requests a minute from ${request.ip}`);
      }
      const refusal = await this.#letIn(request);
      if (refusal !== null) {
        return this.#turnAway(refusal, request, reply);
      }
      // The plugin would first open, then close a WebSocket on every other address that is served.
      if (request.headers.upgrade !== undefined && config.socket !== true) {
        return sendProblem(reply, 404, `no WebSocket at ${request.url}`);
      }
      return undefined;
    });
  }

  /** A refused upgrade has left the web server's care: its connection would stay, and hold up the engine's end. */
  #endRefusedUpgrades(): void {
    this.#app.addHook('onResponse', async (request) => endIfUpgrade(request));
  }

  /** Notes who asks; what stands against it, or null. */
  async #letIn(request: FastifyRequest): Promise<Refused | null> {
    const needed = request.is404 ? 'view' : (request.routeOptions.config.access ?? 'operate');
    if (needed === 'public') {
      return null;
    }
    try {
      const identity = await this.#access.identify(request.headers, request.ip);
      if (!mayAct(identity, needed)) {
        this.#options.audit(auditEntry(identity, `${request.method} ${request.routeOptions.url}`, '', 'refused'));
        return new Refused(403, `this needs the role ${needed}; you have ${identity.role}`);
      }
      request.identity = identity;
      return null;
    } catch (error) {
      if (error instanceof Refused) {
        return error;
      }
      throw error;
    }
  }

  #turnAway(refusal: Refused, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (refusal.statusCode === 401) {
      reply.header('www-authenticate', 'Bearer realm="ultramotion"');
      if (request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')) {
        reply.header('content-security-policy', LOGIN_PAGE_POLICY).header('cache-control', 'no-store');
        return reply.code(401).type('text/html; charset=utf-8').send(loginPage(request.headers['accept-language']));
      }
    }
    return sendProblem(reply, refusal.statusCode, refusal.message);
  }

  #sendError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (error instanceof CommandFailed) {
      return sendProblem(reply, 422, error.message);
    }
    const status = error.statusCode ?? 500;
    if (status < 500) {
      return sendProblem(reply, status, error.message);
    }
    this.#options.fault(`${request.method} ${request.routeOptions.url ?? request.url}`, error);
    return sendProblem(reply, status, 'the engine failed to answer this; its log says why');
  }

  #wordsFor(error: NodeJS.ErrnoException): string {
    const { host, port } = this.#options;
    if (error.code !== 'EADDRINUSE') {
      return `cannot serve on ${host}:${port}: ${error.message}`;
    }
    const holder = holderOfPort(port);
    const another = port < LARGEST_PORT ? port + 1 : port - 1;
    return `port ${port} on ${host} is in use${holder === null ? '' : ` by ${holder}`}; choose another, e.g. ${another}`;
  }
}

function serverOptions({ tls }: HttpServerOptions): FastifyServerOptions {
  const options: FastifyServerOptions = {
    bodyLimit: MAX_BODY_BYTES,
    logger: false,
    forceCloseConnections: true,
    // An address that cannot be decoded: no hook sees it.
    frameworkErrors: (error, request, reply) => {
      reply.raw.once('finish', () => endIfUpgrade(request));
      return sendProblem(reply, error.statusCode ?? 400, error.message);
    },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) {
        socket.end(NOT_HTTP);
      } else {
        socket.destroy();
      }
    },
  };
  // Fastify types servers with and without TLS apart; routes never see the difference.
  return tls === null ? options : ({ ...options, https: { ...tls, minVersion: 'TLSv1.2' } } as FastifyServerOptions);
}

function endIfUpgrade({ headers, raw }: FastifyRequest): void {
  if (headers.upgrade !== undefined) {
    raw.socket.destroySoon();
  }
}

function accessControl({ host, tls, access }: HttpServerOptions): AccessControl {
  try {
    return new AccessControl({ ...access, host, hasTls: tls !== null });
  } catch (error) {
    throw new CannotListen(error instanceof Error ? error.message : String(error));
  }
}
