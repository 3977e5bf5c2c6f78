import {
  CONSOLE_PROTOCOL,
  type CommandName,
  type ConsoleMessage,
  type DisplayFrame,
  decodeFrame,
  type EngineMessage,
  MAX_TEXT_BYTES,
} from '../../src-shared/index.ts';
import { ClockMap } from './clock.ts';
import type { EngineTransport, TransportListener } from './transport.ts';
import type { EngineLink } from './worker-protocol.ts';

/** Round trips of the opening burst; their best is the first clock mapping. */
const BURST = 5;
const BURST_GAP_MS = 40;
const ECHO_EVERY_MS = 3000;
/** The engine speaks at least twice a second: this long a silence means that the connection, not the engine, is idle. */
const GIVE_UP_AFTER_SILENCE_MS = 5000;

export interface ConversationListener {
  onLink(link: EngineLink): void;
  onMessage(message: Exclude<EngineMessage, { type: 'hello' | 'echo' }>): void;
  onFrame(frame: DisplayFrame): void;
  /** Something that could not be read; the stream goes on. */
  onRefused(reason: string): void;
}

/** The conversation with the engine: hello, clock echo, credits, commands. Knows nothing of drawing. */
export class EngineConversation {
  readonly clock = new ClockMap();
  readonly #build: string;
  readonly #listener: ConversationListener;
  readonly #transport: EngineTransport;
  readonly #pictures: boolean;
  #echoTimers: ReturnType<typeof setTimeout>[] = [];
  #connected = false;
  #greeted = false;
  #ended = false;
  #lastHeardMs = performance.now();

  /**
   * @param makeTransport gets the listener to report to and returns the transport.
   * @param pictures false: the engine sends figures only.
   */
  constructor(
    build: string,
    makeTransport: (listener: TransportListener) => EngineTransport,
    listener: ConversationListener,
    { pictures }: { readonly pictures: boolean } = { pictures: true },
  ) {
    this.#build = build;
    this.#pictures = pictures;
    this.#listener = listener;
    this.#transport = makeTransport({
      onOpen: () => this.#opened(),
      onText: (text) => this.#text(text),
      onPicture: (bytes) => this.#picture(bytes),
      onClosed: () => this.#closed(),
    });
    setInterval(() => this.#checkSilence(), 1000);
  }

  /** Gives back the credit of picture `seq`; `paintedAtMs` on this console's clock, null when it was never painted. */
  acknowledge(seq: number, paintedAtMs: number | null): void {
    this.#send({ type: 'ack', seq, paintedMs: paintedAtMs === null ? null : this.clock.toEngine(paintedAtMs) });
  }

  command(id: number, name: CommandName, commandArguments: unknown): void {
    this.#send({ type: 'command', id, name, arguments: commandArguments });
  }

  #opened(): void {
    this.#connected = true;
    this.#greeted = false;
    this.#lastHeardMs = performance.now();
    this.clock.reset();
    this.#send({ type: 'hello', protocol: CONSOLE_PROTOCOL, build: this.#build, pictures: this.#pictures });
  }

  #closed(): void {
    this.#stopEchoes();
    this.#connected = false;
    this.#greeted = false;
    if (!this.#ended) {
      this.#listener.onLink({ state: 'lost' });
    }
  }

  #text(text: string): void {
    this.#lastHeardMs = performance.now();
    if (text.length > MAX_TEXT_BYTES) {
      this.#listener.onRefused(`text message of ${text.length} characters: limit ${MAX_TEXT_BYTES}`);
      return;
    }
    const message = parse(text);
    if (message === null) {
      this.#listener.onRefused('text message that is not one of the protocol');
    } else if (message.type === 'hello') {
      this.#hello(message);
    } else if (!this.#greeted) {
      this.#listener.onRefused(`${message.type} before hello`);
    } else if (message.type === 'echo') {
      this.clock.add({ sentMs: message.consoleMs, engineMs: message.engineMs, receivedMs: performance.now() });
    } else {
      this.#listener.onMessage(message);
    }
  }

  #hello({ protocol, build, role }: Extract<EngineMessage, { type: 'hello' }>): void {
    if (protocol !== CONSOLE_PROTOCOL || build !== this.#build) {
      this.#ended = true;
      this.#transport.close();
      this.#listener.onLink({ state: 'mismatch', engineBuild: build });
      return;
    }
    this.#greeted = true;
    this.#startEchoes();
    this.#listener.onLink({ state: 'open', role });
  }

  #picture(bytes: Uint8Array): void {
    if (!this.#greeted) {
      this.#listener.onRefused('picture before hello');
      return;
    }
    let frame: DisplayFrame;
    try {
      frame = decodeFrame(bytes);
    } catch (error) {
      this.#listener.onRefused(error instanceof Error ? error.message : String(error));
      this.#returnCreditOf(bytes);
      return;
    }
    this.#listener.onFrame(frame);
  }

  /** A picture that cannot be read was still paid for with a credit: without this, two of them would stop the picture. */
  #returnCreditOf(bytes: Uint8Array): void {
    if (bytes.byteLength >= 8) {
      this.acknowledge(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true), null);
    }
  }

  #startEchoes(): void {
    this.#stopEchoes();
    const echo = (): void => this.#send({ type: 'echo', consoleMs: performance.now() });
    this.#echoTimers = Array.from({ length: BURST }, (_, index) => setTimeout(echo, index * BURST_GAP_MS));
    this.#echoTimers.push(setInterval(echo, ECHO_EVERY_MS));
  }

  #stopEchoes(): void {
    for (const timer of this.#echoTimers) {
      clearTimeout(timer);
    }
    this.#echoTimers = [];
  }

  #checkSilence(): void {
    if (this.#connected && performance.now() - this.#lastHeardMs > GIVE_UP_AFTER_SILENCE_MS) {
      this.#lastHeardMs = performance.now();
      this.#transport.restart();
    }
  }

  #send(message: ConsoleMessage): void {
    this.#transport.sendText(JSON.stringify(message));
  }
}

const KNOWN_TYPES: ReadonlySet<unknown> = new Set<EngineMessage['type']>([
  'hello',
  'snapshot',
  'kpi',
  'echo',
  'result',
  'error',
]);

/** The engine is of the same build (hello saw to that): the shape of a known type is trusted, an unknown type is not. */
function parse(text: string): EngineMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'type' in value && KNOWN_TYPES.has(value.type)
      ? (value as EngineMessage)
      : null;
  } catch {
    return null;
  }
}
