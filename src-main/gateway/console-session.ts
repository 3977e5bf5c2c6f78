import {
  CONSOLE_PROTOCOL,
  type ConsoleMessage,
  consoleMessageSchema,
  type EngineMessage,
  MAX_TEXT_BYTES,
} from '../../src-shared/index.ts';
import type { Identity } from './access/identity.ts';
import type { DisplayHandle, EngineBackend } from './backend.ts';
import { type CommandDesk, CommandFailed } from './command-desk.ts';

/** A connection to one console: a WebSocket in a browser, a MessagePort in Electron. */
export interface ConsoleChannel {
  sendText(text: string): void;
  sendBinary(bytes: Uint8Array<ArrayBuffer>): void;
  /** Bytes accepted but not yet taken by the other side; 0 where the channel cannot tell. */
  bufferedBytes(): number;
  close(reason: string): void;
}

/** Who speaks over a channel, and the desk that judges what they may have done. */
export interface ConsoleParty {
  readonly identity: Identity;
  readonly desk: CommandDesk;
}

/** A console that leaves this much unread is gone or stalled; closing it is kinder than filling memory for it. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/**
 * One console's conversation with the engine. Whoever owns the channel feeds `receiveText` and calls `closed` once.
 * A console gets pictures only after its hello, and only if it wants them;
 * a bad message costs one error reply, never the session.
 */
export class ConsoleSession {
  readonly #channel: ConsoleChannel;
  readonly #backend: EngineBackend;
  readonly #party: ConsoleParty;
  readonly #unsubscribe: () => void;
  #display: DisplayHandle | null = null;

  constructor(channel: ConsoleChannel, backend: EngineBackend, party: ConsoleParty) {
    this.#channel = channel;
    this.#backend = backend;
    this.#party = party;
    this.#send({ type: 'hello', protocol: CONSOLE_PROTOCOL, build: backend.build, role: party.identity.role });
    this.#send({ type: 'snapshot', snapshot: backend.snapshot() });
    const latest = backend.latestKpi();
    if (latest !== null) {
      this.#send({ type: 'kpi', sample: latest });
    }
    this.#unsubscribe = backend.subscribe({
      snapshot: (snapshot) => this.#send({ type: 'snapshot', snapshot }),
      kpi: (sample) => this.#send({ type: 'kpi', sample }),
    });
  }

  receiveText(text: string): void {
    const message = parseConsoleMessage(text);
    if (message === null) {
      this.#send({ type: 'error', id: 0, message: 'this message is not one a console sends', said: null });
      return;
    }
    switch (message.type) {
      case 'hello':
        this.#greet(message.protocol, message.pictures ?? true);
        break;
      case 'ack':
        this.#display?.ack(message.seq, message.paintedMs);
        break;
      case 'echo':
        this.#send({ type: 'echo', consoleMs: message.consoleMs, engineMs: this.#backend.now() });
        break;
      case 'command':
        void this.#execute(message);
        break;
    }
  }

  closed(): void {
    this.#unsubscribe();
    this.#display?.detach();
    this.#display = null;
  }

  #greet(protocol: number, pictures: boolean): void {
    if (protocol !== CONSOLE_PROTOCOL) {
      this.#channel.close(`protocol ${protocol}: expected ${CONSOLE_PROTOCOL}; reload the console`);
      return;
    }
    if (pictures) {
      this.#display ??= this.#backend.attachDisplay({ sendFrame: (bytes) => this.#channel.sendBinary(bytes) });
    }
  }

  async #execute(message: Extract<ConsoleMessage, { type: 'command' }>): Promise<void> {
    try {
      const { identity, desk } = this.#party;
      const value = await desk.run(identity, message.name, message.arguments);
      this.#send({ type: 'result', id: message.id, value });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const said = error instanceof CommandFailed ? error.said : null;
      this.#send({ type: 'error', id: message.id, message: words, said });
    }
  }

  #send(message: EngineMessage): void {
    if (this.#channel.bufferedBytes() > MAX_BUFFERED_BYTES) {
      this.#channel.close('the console has stopped reading');
      return;
    }
    this.#channel.sendText(JSON.stringify(message));
  }
}

function parseConsoleMessage(text: string): ConsoleMessage | null {
  if (text.length > MAX_TEXT_BYTES) {
    return null;
  }
  try {
    const parsed = consoleMessageSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
