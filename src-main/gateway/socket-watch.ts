import type { WebSocket } from 'ws';
import type { Identity } from './access/identity.ts';

export interface SocketLimits {
  /** Sockets at one time, all kinds together. */
  readonly atOnce: number;
  /** Time between two pings; a client that leaves one unanswered until the next has stalled. */
  readonly pingMs: number;
}

/** 50 dashboards, their reconnects, and the consoles. */
const LIMITS: SocketLimits = { atOnce: 200, pingMs: 10_000 };
/** Close codes of our own (4000-4999): the client knows that trying again without signing in is useless. */
const SIGNED_OUT = 4401;
const TRY_AGAIN_LATER = 1013;

/**
 * All WebSockets of a listener: as many as there is room for, none that has stopped reading, none whose permission is
 * over. A stalled client is cut off, so that it costs no more memory than one ping's worth of messages.
 */
export class SocketWatch {
  readonly #limits: SocketLimits;
  readonly #sockets = new Map<WebSocket, { answered: boolean; readonly identity: Identity }>();
  readonly #timer: NodeJS.Timeout;

  constructor(limits: SocketLimits = LIMITS) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), limits.pingMs);
    this.#timer.unref();
  }

  get count(): number {
    return this.#sockets.size;
  }

  /** False: there is no room, and the socket is being closed. */
  add(socket: WebSocket, identity: Identity): boolean {
    socket.on('error', () => socket.terminate());
    if (this.#sockets.size >= this.#limits.atOnce) {
      socket.close(TRY_AGAIN_LATER, `${this.#limits.atOnce} WebSockets are open: no more at one time`);
      return false;
    }
    const entry = { answered: true, identity };
    this.#sockets.set(socket, entry);
    socket.on('pong', () => {
      entry.answered = true;
    });
    socket.on('close', () => this.#sockets.delete(socket));
    return true;
  }

  /** Ends the sockets of whoever has signed out. */
  signOut(isOver: (identity: Identity) => boolean): void {
    for (const [socket, { identity }] of this.#sockets) {
      if (isOver(identity)) {
        socket.close(SIGNED_OUT, 'signed out');
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = Date.now();
    for (const [socket, entry] of this.#sockets) {
      if (!entry.answered) {
        socket.terminate();
        continue;
      }
      const { expiresAtMs, isRevoked } = entry.identity;
      if ((expiresAtMs !== null && nowMs >= expiresAtMs) || isRevoked?.() === true) {
        socket.close(SIGNED_OUT, 'the permission has ended');
        continue;
      }
      entry.answered = false;
      socket.ping();
    }
  }
}
