import { STATUS_CODES } from 'node:http';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { WebSocket } from 'ws';
import { MAX_TEXT_BYTES } from '../../src-shared/index.ts';
import type { EngineBackend } from './backend.ts';
import { type ConsoleChannel, ConsoleSession } from './console-session.ts';
import { CONTENT_SECURITY_POLICY } from './content-security-policy.ts';
import { holderOfPort } from './port-holder.ts';
import { isLoopbackHost, refusalOf } from './same-machine.ts';

/** Largest request body: settings are small. */
const MAX_BODY_BYTES = 1024 * 1024;
const CONSOLE_SOCKET = '/ws/console';
const LARGEST_PORT = 65535;
/** A console that does not answer the closing of its WebSocket is cut off: it must not hold up the engine's end. */
const CLOSE_WEBSOCKETS_MS = 200;

/** On every answer, refusals and errors included. */
const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

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
    this.#app = Fastify({
      bodyLimit: MAX_BODY_BYTES,
      logger: false,
      forceCloseConnections: true,
      frameworkErrors: (error, _request, reply) => sendProblem(reply, error.statusCode ?? 400, error.message),
      clientErrorHandler: (_error, socket) => {
        if (socket.writable) {
          socket.end(NOT_HTTP);
        } else {
          socket.destroy();
        }
      },
    });
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
    return { host, port: this.#port, url: `http://${host.includes(':') ? `[${host}]` : host}:${this.#port}/` };
  }

  async close(): Promise<void> {
    const cutOff = setTimeout(() => {
      for (const socket of this.#app.websocketServer.clients) {
        socket.terminate();
      }
    }, CLOSE_WEBSOCKETS_MS);
    await this.#app.close();
    clearTimeout(cutOff);
  }

  async #routes(): Promise<void> {
    this.#app.addHook('onRequest', async (request, reply) => {
      reply.headers(SECURITY_HEADERS);
      const refusal = refusalOf(request.headers, this.#port);
      if (refusal !== null) {
        return sendProblem(reply, 403, refusal);
      }
      // The plugin would first open, then close a WebSocket on every other address that is served.
      if (request.headers.upgrade !== undefined && request.routeOptions.url !== CONSOLE_SOCKET) {
        return sendProblem(reply, 404, `no WebSocket at ${request.url}`);
      }
      return undefined;
    });
    this.#app.setNotFoundHandler((request, reply) =>
      sendProblem(reply, 404, `${request.method} ${request.url} is not served here`),
    );
    this.#app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
      sendProblem(reply, error.statusCode ?? 500, error.message),
    );
    await this.#app.register(fastifyWebsocket, { options: { maxPayload: MAX_TEXT_BYTES } });
    this.#app.route({
      method: 'GET',
      url: CONSOLE_SOCKET,
      handler: (_request, reply) => sendProblem(reply, 426, 'this address speaks WebSocket only'),
      wsHandler: (socket) => this.#serveConsole(socket),
    });
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
    const another = port < LARGEST_PORT ? port + 1 : port - 1;
    return `port ${port} on ${host} is in use${holder === null ? '' : ` by ${holder}`}; choose another, e.g. ${another}`;
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

const problemOf = (status: number, detail: string): object => ({ title: STATUS_CODES[status], status, detail });

function sendProblem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).headers(SECURITY_HEADERS).type('application/problem+json').send(problemOf(status, detail));
}

/** The answer to bytes that are no HTTP request: there is no reply object for them. */
const NOT_HTTP = rawProblem(400, 'this is not an HTTP request');

function rawProblem(status: number, detail: string): string {
  const body = JSON.stringify(problemOf(status, detail));
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
