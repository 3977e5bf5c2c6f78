import type { EngineTransport, TransportListener } from './transport.ts';

/** One end of a message channel: a Worker, the worker's own `self`, a MessagePort. */
export interface ThreadChannel<Out, In> {
  postMessage(message: Out, options: { transfer: Transferable[] }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<In>) => void): void;
}

/** What its owner tells the thread that holds the connection. `connection`: of the `open` it answers to. */
export type ToTransportThread =
  | { readonly type: 'start'; readonly url: string }
  | { readonly type: 'text'; readonly connection: number; readonly text: string }
  | { readonly type: 'restart' | 'close' };

/** What the thread tells its owner. Connections are counted from 1; a picture's bytes change hands. */
export type FromTransportThread =
  | { readonly type: 'open'; readonly connection: number }
  | { readonly type: 'closed' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'picture'; readonly bytes: Uint8Array };

/**
 * A transport in a thread of its own, as its owner sees it. A thread that paints is held up by the browser for
 * milliseconds after each picture where there is no graphics card: what arrives meanwhile is taken off the socket there,
 * and lies ready here as one message.
 */
export class ThreadedTransport implements EngineTransport {
  readonly #thread: ThreadChannel<ToTransportThread, FromTransportThread>;
  readonly #listener: TransportListener;
  #connection = 0;
  #closed = false;

  /** @param thread runs `serveTransport` and nothing else. */
  constructor(thread: ThreadChannel<ToTransportThread, FromTransportThread>, url: string, listener: TransportListener) {
    this.#thread = thread;
    this.#listener = listener;
    thread.addEventListener('message', ({ data }) => {
      // What was under way when it was closed is nobody's any more.
      if (!this.#closed) {
        this.#hear(data);
      }
    });
    this.#tell({ type: 'start', url });
  }

  sendText(text: string): void {
    this.#tell({ type: 'text', connection: this.#connection, text });
  }

  restart(): void {
    this.#tell({ type: 'restart' });
  }

  close(): void {
    this.#closed = true;
    this.#tell({ type: 'close' });
    this.#listener.onClosed();
  }

  #hear(said: FromTransportThread): void {
    switch (said.type) {
      case 'open':
        this.#connection = said.connection;
        this.#listener.onOpen();
        break;
      case 'closed':
        this.#listener.onClosed();
        break;
      case 'text':
        this.#listener.onText(said.text);
        break;
      case 'picture':
        this.#listener.onPicture(said.bytes);
        break;
    }
  }

  #tell(message: ToTransportThread): void {
    this.#thread.postMessage(message, { transfer: [] });
  }
}

/**
 * The thread's side: makes the one transport its owner asks for and carries between the two. Pictures are handed over
 * (their memory changes hands), not copied.
 *
 * @param owner the end of the channel that leads to the owner.
 * @param makeTransport what really connects, made when the owner says where to.
 * @param end called once the owner has closed the transport.
 */
export function serveTransport(
  owner: ThreadChannel<FromTransportThread, ToTransportThread>,
  makeTransport: (url: string, listener: TransportListener) => EngineTransport,
  end: () => void,
): void {
  let transport: EngineTransport | null = null;
  let connection = 0;
  const tell = (message: FromTransportThread, transfer: Transferable[] = []): void =>
    owner.postMessage(message, { transfer });
  const listener: TransportListener = {
    onOpen: () => tell({ type: 'open', connection: ++connection }),
    onText: (text) => tell({ type: 'text', text }),
    onPicture: (bytes) => tell({ type: 'picture', bytes }, [bytes.buffer as ArrayBuffer]),
    onClosed: () => tell({ type: 'closed' }),
  };
  owner.addEventListener('message', ({ data }) => {
    switch (data.type) {
      case 'start':
        transport = makeTransport(data.url, listener);
        break;
      case 'text':
        // Meant for a connection that has ended meanwhile: the next one begins with hello.
        if (data.connection === connection) {
          transport?.sendText(data.text);
        }
        break;
      case 'restart':
        transport?.restart();
        break;
      case 'close':
        transport?.close();
        end();
        break;
    }
  });
}
