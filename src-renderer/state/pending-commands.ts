import type { CommandName, CommandResults, Saying } from '../../src-shared/index.ts';
import { CommandRefused, CommandUnanswered } from './refusal.ts';

export const COMMAND_TIMEOUT_MS = 15_000;

interface PendingCommand {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Commands that wait for the engine's answer, each for a while only. */
export class PendingCommands {
  readonly #pending = new Map<number, PendingCommand>();
  #nextId = 1;

  /** `send` gets the number the answer will come with. */
  ask<N extends CommandName>(send: (id: number) => void, limitMs = COMMAND_TIMEOUT_MS): Promise<CommandResults[N]> {
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new CommandUnanswered('no-answer', limitMs));
      }, limitMs);
      this.#pending.set(id, { resolve, reject, timer });
      send(id);
    }) as Promise<CommandResults[N]>;
  }

  answer(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  refuse(id: number, message: string, said: Saying | null): void {
    this.#take(id)?.reject(new CommandRefused(message, said));
  }

  /** The engine is gone: nothing that was asked will be answered. */
  loseAll(): void {
    for (const id of [...this.#pending.keys()]) {
      this.#take(id)?.reject(new CommandUnanswered('answer-lost'));
    }
  }

  #take(id: number): PendingCommand | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timer);
    this.#pending.delete(id);
    return pending;
  }
}
