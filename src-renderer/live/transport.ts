import { reconnectDelayMs } from './backoff.ts';

/** What a transport tells its owner. `onOpen` and `onClosed` alternate for as long as the transport lives. */
export interface TransportListener {
  onOpen(): void;
  onText(text: string): void;
  onPicture(bytes: Uint8Array): void;
  /** Not reachable now; the transport goes on trying by itself. */
  onClosed(): void;
}

/** The one way to the engine, whatever carries it. It keeps itself connected until it is closed. */
export interface EngineTransport {
  sendText(text: string): void;
  /** Gives up a connection that says nothing any more and begins anew. */
  restart(): void;
  close(): void;
}

/** In a browser: one WebSocket, opened again with back-off whenever it ends. */
export class WebSocketTransport implements EngineTransport {
  readonly #url: string;
  readonly #listener: TransportListener;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #closed = false;

  constructor(url: string, listener: TransportListener) {
    this.#url = url;
    this.#listener = listener;
    this.#connect();
  }

  sendText(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(text);
    }
  }

  restart(): void {
    this.#abandon();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#abandon();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (this.#socket === socket) {
        this.#listener.onOpen();
      }
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#socket !== socket) {
        return;
      }
      // Not at `open`: a server that accepts and hangs up at once must not be asked without a pause.
      this.#failures = 0;
      if (typeof data === 'string') {
        this.#listener.onText(data);
      } else {
        this.#listener.onPicture(new Uint8Array(data));
      }
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) {
        this.#abandon();
      }
    });
  }

  /** A socket whose peer vanished may take minutes to say so: it is left behind, not waited for. */
  #abandon(): void {
    const socket = this.#socket;
    if (socket === null) {
      return;
    }
    this.#socket = null;
    socket.close();
    this.#listener.onClosed();
    if (!this.#closed) {
      this.#failures += 1;
      this.#timer = setTimeout(() => this.#connect(), reconnectDelayMs(this.#failures, Math.random()));
    }
  }
}

/**
 * In Electron: a MessagePort straight to the engine process. A new engine comes with a new port, handed in by `attach`;
 * text is a string, a picture is a Uint8Array or ArrayBuffer.
 */
export class PortTransport implements EngineTransport {
  readonly #listener: TransportListener;
  #port: MessagePort | null = null;

  constructor(listener: TransportListener) {
    this.#listener = listener;
  }

  attach(port: MessagePort): void {
    this.#drop();
    this.#port = port;
    port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (this.#port !== port) {
        return;
      }
      if (typeof data === 'string') {
        this.#listener.onText(data);
      } else if (data instanceof Uint8Array) {
        this.#listener.onPicture(data);
      } else if (data instanceof ArrayBuffer) {
        this.#listener.onPicture(new Uint8Array(data));
      }
    });
    port.addEventListener('close', () => {
      if (this.#port === port) {
        this.#drop();
      }
    });
    port.start();
    this.#listener.onOpen();
  }

  sendText(text: string): void {
    this.#port?.postMessage(text);
  }

  /** Only a new port can help, and the shell sends one with every new engine; until then this one may still wake up. */
  restart(): void {}

  close(): void {
    this.#drop();
  }

  #drop(): void {
    if (this.#port !== null) {
      this.#port.close();
      this.#port = null;
      this.#listener.onClosed();
    }
  }
}
