import type { EngineMessage } from '../../src-shared/index.ts';
import type { EngineLink } from '../live/worker-protocol.ts';
import type { KnownState } from './known-state.ts';
import type { PendingCommands } from './pending-commands.ts';

/** Newest samples kept: what came while the charts asked for what was before. */
const HISTORY_SAMPLES = 120;

/** What the engine says once it has greeted. */
export type EngineNewsMessage = Exclude<EngineMessage, { type: 'hello' | 'echo' }>;

/** What news of the engine change in what a page knows: the same for a page with pictures and for one of figures alone. */
export class EngineNews {
  readonly #known: KnownState;
  readonly #pending: PendingCommands;

  constructor(known: KnownState, pending: PendingCommands) {
    this.#known = known;
    this.#pending = pending;
  }

  link(link: EngineLink): void {
    if (link.state === 'open') {
      this.#known.heard();
    } else {
      this.#pending.loseAll();
    }
    this.#known.change({ link });
  }

  message(message: EngineNewsMessage): void {
    this.#known.heard();
    switch (message.type) {
      case 'snapshot':
        this.#known.change({ snapshot: message.snapshot });
        break;
      case 'kpi': {
        const { history } = this.#known.current;
        const { sample } = message;
        this.#known.change({ kpi: sample, history: [...history.slice(1 - HISTORY_SAMPLES), sample] });
        break;
      }
      case 'result':
        this.#pending.answer(message.id, message.value);
        break;
      case 'error':
        this.#pending.refuse(message.id, message.message, message.said);
        break;
    }
  }
}
