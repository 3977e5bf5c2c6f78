import { connect, type Socket } from 'node:net';
import { retryDelayMs } from './back-off.ts';
import { monotonicMs } from './clock.ts';
import { type FramerCounters, type FramerProblem, MessageFramer } from './framer.ts';
import { type LinkCause, LinkGivenUp, linkCauseOf } from './link-cause.ts';
import { MemoryPool } from './memory-pool.ts';
import type { OutgoingMessage, ReceivedMessage } from './message.ts';
import { buildClientInfo, type ClientInfo } from './messages/client-info.ts';
import { buildStatus, STATUS_CODES } from './messages/status.ts';
import { PackedMessage } from './packed-message.ts';
import { SendQueue } from './send-queue.ts';

export interface ClientState {
  readonly link: 'connecting' | 'connected' | 'disconnected';
  /** Why there is no link; null while there is one. */
  readonly message: string | null;
  /** The same as a code; null too when we closed it. */
  readonly cause: LinkCause | null;
  /** When the next try starts; null unless disconnected and trying on. */
  readonly retryInMs: number | null;
}

export interface IgtlClientOptions {
  readonly host: string;
  readonly port: number;
  readonly maxMessageBytes: number;
  readonly checkCrc: boolean;
  /** Sent right after connecting; tells PlusServer what to send. */
  readonly clientInfo?: ClientInfo;
  /** Reconnect when nothing arrives for this long; default 2000; 0 = never, for peers that only listen. */
  readonly silenceMs?: number;
  /** Greet with a version-2 STATUS, as 3D Slicer does, so that PlusServer sends metadata. Default true. */
  readonly speakVersion2?: boolean;
  /** Messages that may wait for a slow peer; default 4. */
  readonly queueLimit?: number;
  /** A peer whose socket stays full for this long is given up; default 5000. */
  readonly dropPeerAfterMs?: number;
}

export interface IgtlClientEvents {
  message(message: ReceivedMessage): void;
  state(state: ClientState): void;
  problem(problem: FramerProblem): void;
}

export interface IgtlClientCounters extends FramerCounters {
  /** Connections established, the first one included. */
  readonly connections: number;
  readonly sent: number;
  readonly dropped: number;
}

const CONNECT_TIMEOUT_MS = 3000;
const DEFAULT_SILENCE_MS = 2000;
const DEFAULT_QUEUE_LIMIT = 4;
const DEFAULT_DROP_PEER_MS = 5000;
const WATCH_MS = 100;
/** TCP's own probes find a peer that vanished without a word while we have nothing to send either. */
const KEEP_ALIVE_MS = 1000;
/**
 * A connection that lived this long counts as one that worked; after it the first retry is immediate. A message does not
 * count: a server that sends one and closes would be dialled hundreds of times a second.
 */
const WORKED_MS = 1000;
const FLUSH_ON_CLOSE_MS = 500;
/** One read takes up to this much: a 640x480 picture in two. */
const READ_BUFFER_BYTES = 256 * 1024;

/**
 * One link to an OpenIGTLink server that comes back by itself. The socket is always drained: PlusServer starts its
 * message again from the first byte when a client does not read (openigtlink.md section 3).
 */
export class IgtlClient {
  readonly #options: IgtlClientOptions;
  readonly #on: IgtlClientEvents;
  readonly #framer: MessageFramer;
  readonly #pool = new MemoryPool();
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  #socket: Socket | null = null;
  #queue: SendQueue | null = null;
  #watch: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #running = false;
  #peerVersion: 1 | 2 = 1;
  #failures = 0;
  #lostMs = 0;
  #connectedMs = 0;
  #lastByteMs = 0;
  #connections = 0;
  #sentBefore = 0;
  #droppedBefore = 0;

  constructor(options: IgtlClientOptions, on: IgtlClientEvents) {
    this.#options = options;
    this.#on = on;
    this.#framer = new MessageFramer(options, {
      message: (message) => this.#received(message),
      problem: (problem) => on.problem(problem),
      giveUp: () => this.#socket?.destroy(new LinkGivenUp('not-openigtlink', 'message framing lost')),
    });
  }

  get counters(): IgtlClientCounters {
    return {
      ...this.#framer.counters,
      connections: this.#connections,
      sent: this.#sentBefore + (this.#queue?.sent ?? 0),
      dropped: this.#droppedBefore + (this.#queue?.dropped ?? 0),
    };
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#lostMs = monotonicMs();
    this.#connect();
  }

  /**
   * Sends a message, or lets it wait for a slow peer, newest of its type and device first.
   * @returns false when there is no link: the message is gone.
   */
  send(message: OutgoingMessage): boolean {
    if (this.#queue === null) return false;
    this.#offer(this.#queue, `${message.type} ${message.deviceName}`, message, this.#peerVersion);
    return true;
  }

  /** Sends what still waits, ends the link and stays down. */
  async close(): Promise<void> {
    this.#running = false;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const socket = this.#socket;
    if (this.#queue !== null) await this.#queue.close(FLUSH_ON_CLOSE_MS);
    else if (socket !== null && !socket.closed) {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.destroy();
      await closed;
    }
  }

  #connect(): void {
    this.#framer.reset();
    this.#peerVersion = 1;
    this.#on.state({ link: 'connecting', message: null, cause: null, retryInMs: null });
    const { host, port } = this.#options;
    const startedMs = monotonicMs();
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      onread: { buffer: this.#readBuffer, callback: (length, buffer) => this.#read(buffer as Buffer, length) },
    });
    this.#socket = socket;
    this.#watch = setInterval(() => this.#check(socket, startedMs), WATCH_MS);
    let failure: Error | null = null;
    socket.once('connect', () => this.#connected(socket));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('close', () => this.#closed(socket, failure));
  }

  #connected(socket: Socket): void {
    this.#connections++;
    this.#connectedMs = monotonicMs();
    this.#lastByteMs = this.#connectedMs;
    this.#queue = new SendQueue(socket, {
      policy: 'newest',
      limit: this.#options.queueLimit ?? DEFAULT_QUEUE_LIMIT,
    });
    this.#greet(this.#queue);
    this.#on.state({ link: 'connected', message: null, cause: null, retryInMs: null });
  }

  #greet(queue: SendQueue): void {
    const version = this.#options.speakVersion2 === false ? 1 : 2;
    if (version === 2) this.#offer(queue, 'hello', HELLO, 2);
    const { clientInfo } = this.#options;
    if (clientInfo === undefined) return;
    const subscription = {
      type: 'CLIENTINFO',
      deviceName: '',
      timestampBits: 0n,
      content: [buildClientInfo(clientInfo)],
    };
    this.#offer(queue, 'CLIENTINFO', subscription, version);
  }

  #read(buffer: Buffer, length: number): boolean {
    this.#lastByteMs = monotonicMs();
    this.#framer.push(buffer.subarray(0, length));
    return true;
  }

  #received(message: ReceivedMessage): void {
    if (message.header.version === 2) this.#peerVersion = 2;
    if (this.#running) this.#on.message(message);
  }

  #check(socket: Socket, startedMs: number): void {
    const now = monotonicMs();
    const { silenceMs = DEFAULT_SILENCE_MS, dropPeerAfterMs = DEFAULT_DROP_PEER_MS } = this.#options;
    if (this.#queue === null) {
      if (now - startedMs > CONNECT_TIMEOUT_MS)
        socket.destroy(new LinkGivenUp('no-answer', `no answer within ${CONNECT_TIMEOUT_MS} ms`));
    } else if (this.#queue.fullForMs > dropPeerAfterMs) {
      socket.destroy(new LinkGivenUp('not-reading', `the peer took nothing for ${dropPeerAfterMs} ms`));
    } else if (silenceMs > 0 && now - this.#lastByteMs > silenceMs) {
      // Timers run before reads: after a pause of our own process the bytes may be waiting. Look again after reading.
      setImmediate(() => {
        if (monotonicMs() - this.#lastByteMs > silenceMs) {
          socket.destroy(new LinkGivenUp('silent', `nothing received for ${silenceMs} ms`));
        }
      });
    }
  }

  /** `failure`: what ended it; null: the peer did. */
  #closed(socket: Socket, failure: Error | null): void {
    if (this.#socket !== socket) return;
    const now = monotonicMs();
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    this.#socket = null;
    const worked = this.#queue !== null && now - this.#connectedMs >= WORKED_MS;
    if (this.#queue !== null) {
      this.#sentBefore += this.#queue.sent;
      this.#droppedBefore += this.#queue.dropped;
      this.#queue = null;
    }
    const { host, port } = this.#options;
    const message = `${host}:${port}: ${failure?.message ?? 'closed by the peer'}`;
    if (!this.#running) {
      this.#on.state({ link: 'disconnected', message: `${host}:${port}: closed by us`, cause: null, retryInMs: null });
      return;
    }
    if (worked) this.#lostMs = now;
    this.#failures = worked ? 0 : this.#failures + 1;
    const retryInMs = retryDelayMs(this.#failures, now - this.#lostMs, Math.random());
    this.#on.state({ link: 'disconnected', message, cause: linkCauseOf(failure), retryInMs });
    if (this.#running) this.#retry = setTimeout(() => this.#connect(), retryInMs);
  }

  #offer(queue: SendQueue, key: string, message: OutgoingMessage, version: 1 | 2): void {
    const packed = new PackedMessage(message, version, this.#pool);
    queue.offer(key, packed);
    packed.release();
  }
}

/** What 3D Slicer sends on connecting: PlusServer adds metadata for a client from its first version-2 message on. */
const HELLO: OutgoingMessage = {
  type: 'STATUS',
  deviceName: '',
  timestampBits: 0n,
  content: [buildStatus({ code: STATUS_CODES.ok, subcode: 1n, errorName: '', text: '' })],
  metadata: new Map([['dummy', 'dummy']]),
};
