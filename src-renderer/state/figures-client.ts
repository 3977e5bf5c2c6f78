import type { CommandArguments, CommandName, CommandResults, EngineMessage } from '../../src-shared/index.ts';
import { EngineConversation } from '../live/engine-conversation.ts';
import { WebSocketTransport } from '../live/transport.ts';
import type { EngineLink } from '../live/worker-protocol.ts';
import { type ConsoleState, INITIAL_STATE, withSampleInHistory } from './console-client.ts';
import type { EngineClient } from './console-context.ts';
import { KnownState } from './known-state.ts';
import { PendingCommands } from './pending-commands.ts';
import { CommandUnanswered } from './refusal.ts';

/** The engine as a page of figures sees it: no picture is sent to it, so it needs no worker. */
export class FiguresClient implements EngineClient {
  readonly #conversation: EngineConversation;
  readonly #known = new KnownState(INITIAL_STATE);
  readonly #pending = new PendingCommands();

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
  }

  readonly subscribe = this.#known.subscribe;

  readonly getState = (): ConsoleState => this.#known.current;

  command<N extends CommandName>(name: N, commandArguments: CommandArguments<N>): Promise<CommandResults[N]> {
    if (this.#known.current.link.state !== 'open') {
      return Promise.reject(new CommandUnanswered('engine-lost'));
    }
    return this.#pending.ask<N>((id) => this.#conversation.command(id, name, commandArguments));
  }

  #onLink(link: EngineLink): void {
    if (link.state === 'open') {
      this.#known.heard();
    } else {
      this.#pending.loseAll();
    }
    this.#known.change({ link });
  }

  #onMessage(message: Exclude<EngineMessage, { type: 'hello' | 'echo' }>): void {
    this.#known.heard();
    switch (message.type) {
      case 'snapshot':
        this.#known.change({ snapshot: message.snapshot });
        break;
      case 'kpi':
        this.#known.change(withSampleInHistory(this.#known.current, message.sample));
        break;
      case 'result':
        this.#pending.answer(message.id, message.value);
        break;
      case 'error':
        this.#pending.refuse(message.id, message.message, message.said);
        break;
    }
  }
}
