/**
 * The live view's own thread: holds the connection to the engine and draws the picture, so that nothing the page does
 * (charts, layout, a slow form) can hold up either.
 */
import type { DisplayFrame, EngineMessage, EngineSnapshot } from '../../src-shared/index.ts';
import { EngineConversation } from './engine-conversation.ts';
import { Painter } from './painter.ts';
import { PortTransport, type TransportListener, WebSocketTransport } from './transport.ts';
import { ViewReporter } from './view-reporter.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

type StartMessage = Extract<ToWorker, { type: 'start' }>;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

class LiveView {
  readonly #start: StartMessage;
  readonly #painter: Painter;
  readonly #conversation: EngineConversation;
  readonly #reporter: ViewReporter;
  #ports: PortTransport | null = null;
  #sourceAddress: string | null = null;
  #probeRequests: number[] = [];

  constructor(start: StartMessage) {
    this.#start = start;
    this.#painter = new Painter(
      {
        onPainted: (frame, atMs) => {
          this.#conversation.acknowledge(frame.seq, atMs);
          this.#reporter.framePainted(frame, atMs);
          this.#answerProbe(frame);
        },
        onSkipped: (frame) => {
          this.#conversation.acknowledge(frame.seq, null);
          this.#reporter.frameSkipped();
        },
        onCanvasNeeded: () => post({ type: 'canvas-needed' }),
      },
      start.probe?.fault ?? 'none',
    );
    if (start.rendererOverride !== null) {
      this.#painter.setChoice(start.rendererOverride);
    }
    this.#conversation = new EngineConversation(start.build, (listener) => this.#makeTransport(listener), {
      onLink: (link) => post({ type: 'link', link }),
      onMessage: (message) => this.#onMessage(message),
      onFrame: (frame) => this.#painter.offer(frame),
      onRefused: (reason) => this.#reporter.messageRefused(reason),
    });
    this.#reporter = new ViewReporter(
      this.#conversation.clock,
      () => this.#painter.description,
      (report) => post({ type: 'view', report }),
    );
  }

  handle(message: Exclude<ToWorker, StartMessage>): void {
    switch (message.type) {
      case 'port':
        this.#ports?.attach(message.port);
        break;
      case 'canvas':
        this.#painter.setCanvas(message.canvas);
        break;
      case 'mask-style':
        this.#painter.setStyle(message.style);
        break;
      case 'command':
        this.#conversation.command(message.id, message.name, message.arguments);
        break;
      case 'probe-next':
        if (this.#start.probe !== null) {
          this.#probeRequests.push(message.id);
        }
        break;
      case 'probe-lose-context':
        if (this.#start.probe !== null) {
          this.#painter.loseContext();
        }
        break;
    }
  }

  #makeTransport(listener: TransportListener): PortTransport | WebSocketTransport {
    if (this.#start.url !== null) {
      return new WebSocketTransport(this.#start.url, listener);
    }
    this.#ports = new PortTransport(listener);
    return this.#ports;
  }

  #onMessage(message: Exclude<EngineMessage, { type: 'hello' | 'echo' }>): void {
    if (message.type === 'snapshot') {
      this.#onSnapshot(message.snapshot);
    }
    post({ type: 'engine', message });
  }

  #onSnapshot(snapshot: EngineSnapshot): void {
    if (this.#start.rendererOverride === null) {
      this.#painter.setChoice(snapshot.settings['view.renderer']);
    }
    const changed = this.#sourceAddress !== null && this.#sourceAddress !== snapshot.source.address;
    this.#sourceAddress = snapshot.source.address;
    if (changed || snapshot.liveness === 'NO SOURCE') {
      this.#painter.clear();
      this.#reporter.cleared();
    }
  }

  /** Reads the canvas back in the very task that painted it: what a test sees is what the operator sees. */
  #answerProbe(frame: DisplayFrame): void {
    const renderer = this.#painter.renderer;
    const requests = this.#probeRequests;
    if (requests.length === 0 || renderer === null) {
      return;
    }
    this.#probeRequests = [];
    for (const id of requests) {
      const rgba = renderer.readBack();
      const { seq, tsBits, frameId, state, size } = frame;
      const { style } = this.#painter;
      const painted = this.#reporter.painted;
      const reading = { seq, tsBits, frameId, state, size, rgba, renderer: renderer.kind, painted, style };
      post({ type: 'probe-reading', id, reading }, [rgba.buffer]);
    }
  }
}

let view: LiveView | null = null;
self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') {
    view = new LiveView(data);
  } else {
    view?.handle(data);
  }
});
