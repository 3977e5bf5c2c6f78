import type { CommandArguments, CommandName, CommandResults, EngineMessage } from '../../src-shared/index.ts';
import { EngineConversation } from '../live/engine-conversation.ts';
import { ENGINE_SILENT_AFTER_MS } from '../live/presentation.ts';
import { WebSocketTransport } from '../live/transport.ts';
import type { EngineLink } from '../live/worker-protocol.ts';
import { type ConsoleState, INITIAL_STATE, withSampleInHistory } from './console-client.ts';
import type { EngineClient } from './console-context.ts';
import { PendingCommands } from './pending-commands.ts';
import { CommandUnanswered } from './refusal.ts';

const SILENCE_CHECK_MS = 250;

/** The engine as a page of figures sees it: no picture is sent to it, so it needs no worker. */
export class FiguresClient implements EngineClient {
  readonly #conversation: EngineConversation;
  readonly #listeners = new Set<() => void>();
  readonly #pending = new PendingCommands();
  #lastHeardMs = performance.now();
  #state: ConsoleState = INITIAL_STATE;

  /** @param url the engine's `/ws/console`. */
  constructor(build: string, url: string) {
    this.#conversation = new EngineConversation(
      build,
      (listener) => new WebSocketTransport(url, listener),
      {
        onLink: (link) => this.#onLink(link),
        onMessage: (message) => this.#onMessage(message),
        onFrame: () => {},
        onRefused: () => {},
      },
      { pictures: false },
    );
    setInterval(() => this.#checkSilence(), SILENCE_CHECK_MS);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): ConsoleState => this.#state;

  command<N extends CommandName>(name: N, commandArguments: CommandArguments<N>): Promise<CommandResults[N]> {
    if (this.#state.link.state !== 'open') {
      return Promise.reject(new CommandUnanswered('engine-lost'));
    }
    return this.#pending.ask<N>((id) => this.#conversation.command(id, name, commandArguments));
  }

  #onLink(link: EngineLink): void {
    if (link.state === 'open') {
      this.#heard();
    } else {
      this.#pending.loseAll();
    }
    this.#change({ link });
  }

  #onMessage(message: Exclude<EngineMessage, { type: 'hello' | 'echo' }>): void {
    this.#heard();
    switch (message.type) {
      case 'snapshot':
        this.#change({ snapshot: message.snapshot });
        break;
      case 'kpi':
        this.#change(withSampleInHistory(this.#state, message.sample));
        break;
      case 'result':
        this.#pending.answer(message.id, message.value);
        break;
      case 'error':
        this.#pending.refuse(message.id, message.message);
        break;
    }
  }

  #heard(): void {
    this.#lastHeardMs = performance.now();
    if (this.#state.engineSilent) {
      this.#change({ engineSilent: false });
    }
  }

  #checkSilence(): void {
    const engineSilent = performance.now() - this.#lastHeardMs > ENGINE_SILENT_AFTER_MS;
    if (engineSilent !== this.#state.engineSilent) {
      this.#change({ engineSilent });
    }
  }

  #change(part: Partial<ConsoleState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
