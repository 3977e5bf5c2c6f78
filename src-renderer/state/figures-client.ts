import type { CommandArguments, CommandName, CommandResults } from '../../src-shared/index.ts';
import { EngineConversation } from '../live/engine-conversation.ts';
import { WebSocketTransport } from '../live/transport.ts';
import { type ConsoleState, INITIAL_STATE } from './console-client.ts';
import type { EngineClient } from './console-context.ts';
import { EngineNews } from './engine-news.ts';
import { KnownState } from './known-state.ts';
import { PendingCommands } from './pending-commands.ts';
import { CommandUnanswered } from './refusal.ts';

/** The engine as a page of figures sees it: no picture is sent to it, so it needs no worker. */
export class FiguresClient implements EngineClient {
  readonly #conversation: EngineConversation;
  readonly #known = new KnownState(INITIAL_STATE);
  readonly #pending = new PendingCommands();
  readonly #news = new EngineNews(this.#known, this.#pending);

  /** @param url the engine's `/ws/console`. */
  constructor(build: string, url: string) {
    this.#conversation = new EngineConversation(
      build,
      (listener) => new WebSocketTransport(url, listener),
      {
        onLink: (link) => this.#news.link(link),
        onMessage: (message) => this.#news.message(message),
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
}
