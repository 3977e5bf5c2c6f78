import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { MAX_TEXT_BYTES } from '../../src-shared/index.ts';
import type { EngineBackend } from './backend.ts';
import { type ConsoleChannel, ConsoleSession } from './console-session.ts';
import { holderOfPort } from './port-holder.ts';
import { isLoopbackHost, refusalOf } from './same-machine.ts';

/** No inline script, nothing from elsewhere, workers from ourselves (desktop.md section 6, CSP). */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Largest request body: settings are small. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Folder of the built console; null: API only. */
  readonly consoleDir: string | null;
}

/** The port cannot be had, or the address must not be; the message says which and what to do. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/** Console, API and WebSocket on one loopback port. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #backend: EngineBackend;
  readonly #app: FastifyInstance;
  #port = 0;

  constructor(options: HttpServerOptions, backend: EngineBackend) {
    this.#options = options;
    this.#backend = backend;
    this.#app = Fastify({ bodyLimit: MAX_BODY_BYTES, logger: false, forceCloseConnections: true });
  }

  /** @throws {CannotListen} */
  async listen(): Promise<{ host: string; port: number; url: string }> {
    const { host, port } = this.#options;
    if (!isLoopbackHost(host)) {
      throw new CannotListen(
        `http.host "${host}" is reachable from other machines, and there is no access control yet: use 127.0.0.1`,
      );
    }
    await this.#routes();
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      throw new CannotListen(this.#wordsFor(error as NodeJS.ErrnoException));
    }
    const bound = this.#app.server.address();
    this.#port = bound !== null && typeof bound === 'object' ? bound.port : port;
    return { host, port: this.#port, url: `http://${host}:${this.#port}/` };
  }

  async close(): Promise<void> {
    await this.#app.close();
  }

  async #routes(): Promise<void> {
    this.#app.addHook('onRequest', async (request, reply) => {
      const refusal = refusalOf(request.headers, this.#port);
      if (refusal !== null) {
        return reply
          .code(403)
          .type('application/problem+json')
          .send({ title: 'Refused', status: 403, detail: refusal });
      }
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      reply.header('x-content-type-options', 'nosniff');
      reply.header('referrer-policy', 'no-referrer');
      reply.header('cross-origin-resource-policy', 'same-origin');
      return undefined;
    });
    this.#app.setNotFoundHandler((request, reply) =>
      reply
        .code(404)
        .type('application/problem+json')
        .send({ title: 'Not found', status: 404, detail: `${request.method} ${request.url} is not served here` }),
    );
    await this.#app.register(fastifyWebsocket, { options: { maxPayload: MAX_TEXT_BYTES } });
    this.#app.get('/ws/console', { websocket: true }, (socket) => this.#serveConsole(socket));
    this.#app.get('/api/pipeline', async () => this.#backend.pipelineMetrics());
    this.#app.get('/api/metrics/latest', async () => this.#backend.latestKpi() ?? {});
    this.#app.get('/api/snapshot', async () => this.#backend.snapshot());
    if (this.#options.consoleDir !== null) {
      await this.#app.register(fastifyStatic, { root: this.#options.consoleDir });
    }
  }

  #serveConsole(socket: WebSocket): void {
    const session = new ConsoleSession(webSocketChannel(socket), this.#backend);
    socket.on('message', (data, isBinary) => {
      if (!isBinary) {
        session.receiveText(String(data));
      }
    });
    socket.on('close', () => session.closed());
    socket.on('error', () => socket.terminate());
  }

  #wordsFor(error: NodeJS.ErrnoException): string {
    const { host, port } = this.#options;
    if (error.code !== 'EADDRINUSE') {
      return `cannot serve on ${host}:${port}: ${error.message}`;
    }
    const holder = holderOfPort(port);
    return `port ${port} on ${host} is in use${holder === null ? '' : ` by ${holder}`}; choose another, e.g. ${port + 1}`;
  }
}

function webSocketChannel(socket: WebSocket): ConsoleChannel {
  return {
    sendText: (text) => socket.send(text),
    sendBinary: (bytes) => socket.send(bytes),
    bufferedBytes: () => socket.bufferedAmount,
    close: (reason) => socket.close(1008, reason.slice(0, 120)),
  };
}
