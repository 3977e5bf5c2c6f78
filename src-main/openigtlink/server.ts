import { createServer, type Server, type Socket } from 'node:net';
import { type Saying, say } from '../../src-shared/index.ts';
import { type FramerProblem, MessageFramer } from './framer.ts';
import { MemoryPool } from './memory-pool.ts';
import type { OutgoingMessage, ReceivedMessage } from './message.ts';
import { PackedMessage } from './packed-message.ts';
import { type QueuePolicy, SendQueue } from './send-queue.ts';

export interface IgtlServerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly maxMessageBytes: number;
  /** Messages that may wait for one slow client. */
  readonly queuePerClient: number;
  /** Default `newest`; `every` is for a sender that owes its clients each message in order. */
  readonly queuePolicy?: QueuePolicy;
  /** A client whose socket stays full for this long is closed. */
  readonly dropClientAfterMs: number;
  /** IP addresses that may connect; none or an empty list: all that reach `host`. */
  readonly allowedPeers?: readonly string[];
  /** Default 16. */
  readonly maxClients?: number;
  /** CRC of what clients send; default true. */
  readonly checkCrc?: boolean;
}

export interface ServerClient {
  readonly id: number;
  /** `address:port`. */
  readonly address: string;
  /** 1 until the client has sent a version-2 header: older libraries lose their framing over version 2. */
  readonly headerVersion: 1 | 2;
  readonly sent: number;
  readonly dropped: number;
}

export interface ServerProblem {
  readonly kind: FramerProblem['kind'] | 'refused-peer' | 'slow-client' | 'socket';
  readonly what: Saying;
}

export interface IgtlServerEvents {
  message(message: ReceivedMessage, client: ServerClient): void;
  /** After a client came, went or changed its header version. */
  clients(list: readonly ServerClient[]): void;
  problem(problem: ServerProblem): void;
}

interface Connection {
  readonly id: number;
  readonly address: string;
  readonly socket: Socket;
  readonly queue: SendQueue;
  headerVersion: 1 | 2;
}

const DEFAULT_MAX_CLIENTS = 16;
const WATCH_MS = 100;
const KEEP_ALIVE_MS = 1000;
const FLUSH_ON_CLOSE_MS = 500;

/** Sends messages to every client that connects; a slow client delays nobody, and no client gets half a message. */
export class IgtlServer {
  readonly #options: IgtlServerOptions;
  readonly #on: IgtlServerEvents;
  readonly #server: Server;
  readonly #pool = new MemoryPool();
  readonly #connections = new Map<number, Connection>();
  #watch: NodeJS.Timeout | null = null;
  #nextId = 1;

  constructor(options: IgtlServerOptions, on: IgtlServerEvents) {
    this.#options = options;
    this.#on = on;
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) =>
      this.#accept(socket),
    );
  }

  /** @throws {Error} with a message that names the port when it is in use or not allowed. */
  async listen(): Promise<{ host: string; port: number }> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      this.#server.listen({ host, port }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', ({ message: why }) =>
      this.#on.problem({ kind: 'socket', what: say('client.socket', { why }) }),
    );
    this.#watch = setInterval(() => this.#dropSlowClients(), WATCH_MS);
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error(`${host}:${port}: not a TCP address`);
    return { host: address.address, port: address.port };
  }

  /**
   * Sends to every client. Packed at once, at most once per header version: the caller may reuse its memory.
   * @param options.key waiting messages of one key replace each other; default type and device name.
   * @throws {RangeError} when the message cannot be packed (type, metadata).
   */
  broadcast(message: OutgoingMessage, options?: { readonly key?: string }): void {
    const key = options?.key ?? `${message.type} ${message.deviceName}`;
    const packed: { 1?: PackedMessage; 2?: PackedMessage } = {};
    for (const { queue, headerVersion } of this.#connections.values()) {
      packed[headerVersion] ??= new PackedMessage(message, headerVersion, this.#pool);
      queue.offer(key, packed[headerVersion]);
    }
    packed[1]?.release();
    packed[2]?.release();
  }

  /** Sends to one client, as an answer. @returns false when it is gone. */
  send(clientId: number, message: OutgoingMessage): boolean {
    const connection = this.#connections.get(clientId);
    if (connection === undefined) return false;
    const packed = new PackedMessage(message, connection.headerVersion, this.#pool);
    connection.queue.offer(`${message.type} ${message.deviceName}`, packed);
    packed.release();
    return true;
  }

  clients(): readonly ServerClient[] {
    return [...this.#connections.values()].map(describe);
  }

  /** Most messages that wait for any client: what a sender that owes every message waits for to fall. */
  backlog(): number {
    let most = 0;
    for (const { queue } of this.#connections.values()) most = Math.max(most, queue.size);
    return most;
  }

  /** Sends what still waits, as far as clients take it at once, then closes everything. */
  async close(): Promise<void> {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    const stopped = new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
    await Promise.all([...this.#connections.values()].map(({ queue }) => queue.close(FLUSH_ON_CLOSE_MS)));
    await stopped;
  }

  #accept(socket: Socket): void {
    const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const address = `${peer}:${socket.remotePort}`;
    const { allowedPeers = [], maxClients = DEFAULT_MAX_CLIENTS } = this.#options;
    socket.on('error', ({ message: why }) => this.#on.problem({ kind: 'socket', what: said(address, why) }));
    if (allowedPeers.length > 0 && !allowedPeers.includes(peer)) {
      this.#refuse(socket, said(address, say('client.not-allowed', { peers: allowedPeers.join(', ') })));
    } else if (this.#connections.size >= maxClients) {
      this.#refuse(socket, said(address, say('client.too-many', { limit: maxClients })));
    } else {
      this.#serve(socket, address);
    }
  }

  #refuse(socket: Socket, what: Saying): void {
    socket.destroy();
    this.#on.problem({ kind: 'refused-peer', what });
  }

  #serve(socket: Socket, address: string): void {
    const { queuePolicy = 'newest', queuePerClient, maxMessageBytes, checkCrc = true } = this.#options;
    const queue = new SendQueue(socket, { policy: queuePolicy, limit: queuePerClient });
    const connection: Connection = { id: this.#nextId++, address, socket, queue, headerVersion: 1 };
    const framer = new MessageFramer(
      { maxMessageBytes, checkCrc },
      {
        message: (message) => this.#received(connection, message),
        problem: ({ kind, what }) => this.#on.problem({ kind, what: said(address, what) }),
        giveUp: () => socket.destroy(),
      },
    );
    this.#connections.set(connection.id, connection);
    socket.on('data', (chunk) => framer.push(chunk));
    socket.once('close', () => {
      this.#connections.delete(connection.id);
      this.#on.clients(this.clients());
    });
    this.#on.clients(this.clients());
  }

  #received(connection: Connection, message: ReceivedMessage): void {
    if (message.header.version === 2 && connection.headerVersion === 1) {
      connection.headerVersion = 2;
      this.#on.clients(this.clients());
    }
    this.#on.message(message, describe(connection));
  }

  #dropSlowClients(): void {
    const limit = this.#options.dropClientAfterMs;
    for (const { queue, socket, address } of this.#connections.values()) {
      if (queue.fullForMs <= limit || socket.destroyed) continue;
      socket.destroy();
      this.#on.problem({ kind: 'slow-client', what: said(address, say('client.slow', { limit })) });
    }
  }
}

/** Trouble with one client. */
const said = (client: string, why: Saying | string): Saying => say('client.trouble', { client, why });

function describe({ id, address, headerVersion, queue }: Connection): ServerClient {
  return { id, address, headerVersion, sent: queue.sent, dropped: queue.dropped };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const at = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') return new Error(`port in use: ${at}`, { cause: error });
  if (error.code === 'EACCES') return new Error(`no right to listen on ${at}`, { cause: error });
  return new Error(`cannot listen on ${at}: ${error.message}`, { cause: error });
}
