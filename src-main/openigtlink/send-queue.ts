import type { Socket } from 'node:net';
import { monotonicMs } from './clock.ts';
import type { PackedMessage } from './packed-message.ts';

/** `newest`: a waiting message is replaced by a newer one of its key. `every`: all in order, as long as there is room. */
export type QueuePolicy = 'newest' | 'every';

export interface SendQueueOptions {
  readonly policy: QueuePolicy;
  /** Messages that may wait; the oldest is dropped for one more. */
  readonly limit: number;
}

/** Time for the peer to end its side once it was sent everything: a reset could overtake the last message. */
const LINGER_MS = 100;

interface Waiting {
  readonly key: string;
  readonly message: PackedMessage;
}

/**
 * Bounded sending to one peer. Each message is one write, so that never half of one is sent; while the socket is full
 * messages wait here, where a newer one can still take their place. Nothing here waits or blocks: a slow peer costs
 * the others nothing.
 */
export class SendQueue {
  readonly #socket: Socket;
  readonly #options: SendQueueOptions;
  readonly #waiting: Waiting[] = [];
  #sent = 0;
  #dropped = 0;
  #fullSinceMs: number | null = null;

  constructor(socket: Socket, options: SendQueueOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('drain', () => this.#flush());
  }

  /** Messages handed to the socket. */
  get sent(): number {
    return this.#sent;
  }

  /** Messages replaced or pushed out while they waited. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** How long the socket has not taken anything, ms; 0 while it does. */
  get fullForMs(): number {
    return this.#fullSinceMs === null ? 0 : monotonicMs() - this.#fullSinceMs;
  }

  /** Sends or queues one packed message, and holds it until it is written or replaced. */
  offer(key: string, offered: PackedMessage): void {
    const message = offered.hold();
    if (this.#waiting.length === 0 && !this.#socket.writableNeedDrain) {
      this.#write(message);
      return;
    }
    const same = this.#options.policy === 'newest' ? this.#waiting.findIndex((item) => item.key === key) : -1;
    if (same >= 0) {
      this.#waiting[same]!.message.release();
      this.#waiting[same] = { key, message };
      this.#dropped++;
      return;
    }
    if (this.#waiting.length >= this.#options.limit) {
      this.#waiting.shift()!.message.release();
      this.#dropped++;
    }
    this.#waiting.push({ key, message });
  }

  #flush(): void {
    this.#fullSinceMs = null;
    while (this.#waiting.length > 0 && !this.#socket.writableNeedDrain) this.#write(this.#waiting.shift()!.message);
  }

  #write(message: PackedMessage): void {
    this.#sent++;
    // The callback comes when the kernel has the bytes, or never will: then nobody reads them any more.
    if (!this.#socket.write(message.bytes, () => message.release())) this.#fullSinceMs ??= monotonicMs();
  }

  /** Sends what waits, then ends the connection; cuts it off when the peer has not taken it all after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    const socket = this.#socket;
    if (socket.closed) return;
    await new Promise<void>((resolve) => {
      const timers = [setTimeout(() => socket.destroy(), limitMs)];
      socket.once('close', () => {
        for (const timer of timers) clearTimeout(timer);
        resolve();
      });
      if (socket.destroyed) return;
      for (const { message } of this.#waiting.splice(0)) this.#write(message);
      socket.end(() => timers.push(setTimeout(() => socket.destroy(), LINGER_MS)));
    });
  }
}
