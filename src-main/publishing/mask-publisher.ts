import {
  type FrameMeta,
  type PublisherLink,
  type ResultPacket,
  SaidError,
  type Saying,
  type SourceKind,
  say,
} from '../../src-shared/index.ts';
import {
  buildStatus,
  IgtlClient,
  IgtlServer,
  isLoopback,
  type OutgoingMessage,
  type ServerClient,
  saidOfSocket,
} from '../openigtlink/index.ts';
import { maskMessage, STATUS_DEVICE } from './mask-message.ts';
import { type PublishAddress, parsePublishAddress } from './publish-address.ts';
import { type SurfaceToPublish, surfaceMessage } from './surface-message.ts';

/** Slicer's hello and its pushed nodes are small; nothing large is expected on this side. */
const MAX_INCOMING_BYTES = 8 * 1024 * 1024;
/** Masks that may wait for one client; the newest replaces the queued one anyway. */
const QUEUE_PER_CLIENT = 2;
/** A client that has taken nothing for this long is closed: its kernel buffers hold masks nobody will look at. */
const DROP_CLIENT_AFTER_MS = 10_000;
/** STATUS codes (openigtlink.md section 2). */
const STATUS_OK = 1;
const STATUS_NOT_READY = 13;

export interface PublisherOptions {
  /** Empty: publish nowhere. */
  readonly address: string;
  readonly allowedPeers: readonly string[];
  readonly labelValue: number;
  readonly publishDemo: boolean;
  readonly publishReplay: boolean;
}

export interface PublisherState {
  readonly link: PublisherLink;
  /** Where masks really go: with the port the OS chose when port 0 was asked for. */
  readonly address: string;
  readonly message: string | null;
  /** The same for the operator; null where there is no sentence for it. */
  readonly said: Saying | null;
  readonly clients: readonly ServerClient[];
}

export interface PublisherEvents {
  state(state: PublisherState): void;
  problem(key: string, what: Saying | string): void;
}

/**
 * Sends masks to 3D Slicer, as the server it connects to or as a client of its server. Nothing here waits for a
 * receiver: every peer has its own bounded queue in which the newest mask replaces the older one.
 */
export class MaskPublisher {
  #options: PublisherOptions;
  readonly #on: PublisherEvents;
  #server: IgtlServer | null = null;
  #client: IgtlClient | null = null;
  #state: PublisherState = { link: 'disconnected', address: '', message: null, said: null, clients: [] };
  #boundAddress: string | null = null;
  #lastMeta: FrameMeta | null = null;
  /** Why no masks come; null while they do. Whoever connects meanwhile is told. */
  #unavailable: string | null = 'no mask has been made yet';

  constructor(options: PublisherOptions, on: PublisherEvents) {
    this.#options = options;
    this.#on = on;
  }

  get state(): PublisherState {
    return { ...this.#state, clients: this.#server?.clients() ?? [] };
  }

  /** Label value and the demo and replay switches act on the next mask; an address needs a new publisher. */
  update(options: PublisherOptions): void {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#options.address === '') {
      return;
    }
    let address: PublishAddress;
    try {
      address = parsePublishAddress(this.#options.address, this.#options.allowedPeers);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (address.role === 'server') {
      await this.#listen(address.host, address.port);
    } else {
      this.#connect(address.host, address.port);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#server?.close(), this.#client?.close()]);
    this.#server = null;
    this.#client = null;
    this.#set({ link: 'disconnected', message: null, said: null, clients: [] });
  }

  /** True when masks of such a source are to leave the house. */
  publishes(kind: SourceKind): boolean {
    return (kind !== 'demo' || this.#options.publishDemo) && (kind !== 'replay' || this.#options.publishReplay);
  }

  /** One mask, empty when the model saw no bone. Results without a mask are told by `announceUnavailable`. */
  publish(packet: ResultPacket): void {
    const { meta } = packet.frame;
    if (packet.result?.kind !== 'mask') {
      return;
    }
    if (!this.publishes(meta.sourceKind)) {
      this.announceUnavailable(`masks of a ${meta.sourceKind} source are published only when asked for`);
      return;
    }
    if (this.#unavailable !== null) {
      this.#unavailable = null;
      this.#send(statusMessage(STATUS_OK, 'available', 'masks available'));
    }
    this.#lastMeta = meta;
    const details = new Map([
      ['ModelId', packet.modelId ?? ''],
      ['ResultState', packet.state],
    ]);
    this.#send(maskMessage(meta, packet.result.mask, this.#options.labelValue, details));
  }

  /** A bone surface, once. @returns to how many receivers. @throws in words when it goes to none. */
  publishSurface(surface: SurfaceToPublish): number {
    const { sourceKind } = surface.meta;
    if (!this.publishes(sourceKind)) {
      throw new SaidError(say('publisher.unasked', { source: sourceKind }));
    }
    const receivers = this.#client === null ? (this.#server?.clients().length ?? 0) : 1;
    if (this.#state.link !== 'connected' || receivers === 0) {
      throw new SaidError(say('publisher.nobody'));
    }
    this.#send(surfaceMessage(surface));
    return receivers;
  }

  /**
   * Takes the last mask off Slicer's screen and says why there is none: an empty mask with the last geometry, then a
   * STATUS, so that nobody reads the emptiness as "no bone". Once until masks come again; a client that connects
   * meanwhile is told the newest reason.
   */
  announceUnavailable(reason: string): void {
    const known = this.#unavailable !== null;
    this.#unavailable = reason;
    if (!known) {
      for (const message of this.#newsFor(reason)) {
        this.#send(message);
      }
    }
  }

  /** After this the geometry of the old source is never used again. Call `announceUnavailable` before. */
  forgetSource(): void {
    this.#lastMeta = null;
  }

  /** Also for a receiver that lost its connection meanwhile: the mask it last got is still on its screen. */
  #newsFor(reason: string): OutgoingMessage[] {
    const state = new Map([['ResultState', 'unavailable']]);
    const empty = this.#lastMeta === null ? [] : [maskMessage(this.#lastMeta, null, this.#options.labelValue, state)];
    return [...empty, unavailableMessage(reason)];
  }

  #send(message: OutgoingMessage): void {
    this.#server?.broadcast(message);
    this.#client?.send(message);
  }

  async #listen(host: string, port: number): Promise<void> {
    let known: readonly number[] = [];
    const server = new IgtlServer(
      {
        host,
        port,
        maxMessageBytes: MAX_INCOMING_BYTES,
        queuePerClient: QUEUE_PER_CLIENT,
        dropClientAfterMs: DROP_CLIENT_AFTER_MS,
        allowedPeers: isLoopback(host) ? [] : this.#options.allowedPeers,
      },
      {
        // Slicer pushes nodes and a hello to whoever it is connected to; none of it is for us.
        message: () => {},
        clients: (clients) => {
          const reason = this.#unavailable;
          for (const { id } of clients) {
            if (reason !== null && !known.includes(id)) {
              for (const message of this.#newsFor(reason)) {
                server.send(id, message);
              }
            }
          }
          known = clients.map(({ id }) => id);
          this.#set({ link: clients.length > 0 ? 'connected' : 'listening', message: null, said: null, clients });
        },
        problem: (problem) => this.#report(problem),
      },
    );
    try {
      const bound = await server.listen();
      this.#boundAddress = `igtl-server://${bound.host}:${bound.port}`;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#server = server;
    this.#set({ link: 'listening', message: null, said: null, clients: [] });
  }

  #connect(host: string, port: number): void {
    const client = new IgtlClient(
      {
        host,
        port,
        maxMessageBytes: MAX_INCOMING_BYTES,
        checkCrc: true,
        // Slicer sends nothing while all is well, so silence from it means nothing.
        silenceMs: 0,
        speakVersion2: false,
      },
      {
        message: () => {},
        state: ({ link, message, cause, retryInMs }) => {
          if (link === 'connected' && this.#unavailable !== null) {
            for (const news of this.#newsFor(this.#unavailable)) {
              client.send(news);
            }
          }
          // Between two tries the operator must be able to stop the trying: it is still connecting.
          const said = cause === null ? null : say(`link.${cause}`, { peer: `${host}:${port}` });
          this.#set({ link: retryInMs === null ? link : 'connecting', message, said, clients: [] });
        },
        problem: (problem) => this.#report(problem),
      },
    );
    this.#client = client;
    client.start();
  }

  #report({ kind, what }: { readonly kind: string; readonly what: Saying }): void {
    this.#on.problem(`publisher.${kind}`, what);
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const said = saidOfSocket(error, this.#state.address);
    this.#set({ link: 'failed', message, said, clients: [] });
    this.#on.problem('publisher.failed', said ?? message);
  }

  #set(state: Omit<PublisherState, 'address'>): void {
    this.#state = { ...state, address: this.#boundAddress ?? this.#options.address };
    this.#on.state(this.#state);
  }
}

const unavailableMessage = (reason: string): OutgoingMessage =>
  statusMessage(STATUS_NOT_READY, 'unavailable', `masks unavailable: ${reason}`);

function statusMessage(code: number, errorName: string, text: string): OutgoingMessage {
  return {
    type: 'STATUS',
    deviceName: STATUS_DEVICE,
    timestampBits: 0n,
    content: [buildStatus({ code, subcode: 0n, errorName, text })],
  };
}
