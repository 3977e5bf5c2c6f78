import type { MemoryPool } from './memory-pool.ts';
import { type OutgoingMessage, packMessage } from './message.ts';

/** One packed message on its way to one or more peers; its memory goes back when the last of them is done with it. */
export class PackedMessage {
  readonly bytes: Buffer;
  readonly #pool: MemoryPool;
  #holders = 1;

  /** The caller holds it first, and gives that up with `release` when it has offered it to everybody. */
  constructor(message: OutgoingMessage, version: 1 | 2, pool: MemoryPool) {
    this.#pool = pool;
    this.bytes = packMessage(message, version, pool);
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0) this.#pool.give(this.bytes);
  }
}
