import { WebSocket } from 'ws';
import {
  CONSOLE_PROTOCOL,
  type CommandArguments,
  type CommandName,
  type ConsoleMessage,
  type EngineMessage,
} from '../../src-shared/index.ts';

/** A console's end of the WebSocket, without a screen: says hello and gives commands. */
export class ConsoleClient {
  readonly messages: EngineMessage[] = [];
  pictures = 0;
  readonly socket: WebSocket;
  readonly #answers = new Map<number, (message: EngineMessage) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        this.pictures++;
        return;
      }
      const message = JSON.parse(String(data)) as EngineMessage;
      this.messages.push(message);
      if (message.type === 'result' || message.type === 'error') {
        this.#answers.get(message.id)?.(message);
      }
    });
    this.say({ type: 'hello', protocol: CONSOLE_PROTOCOL, build: 'test' });
  }

  static async open(url: string): Promise<ConsoleClient> {
    const socket = new WebSocket(new URL('/ws/console', url.replace(/^http/, 'ws')));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new ConsoleClient(socket);
  }

  say(message: ConsoleMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The engine's answer to a command: a result, or an error in words. */
  command<N extends CommandName>(name: N, args: CommandArguments<N>): Promise<EngineMessage> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.say({ type: 'command', id, name, arguments: args });
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
