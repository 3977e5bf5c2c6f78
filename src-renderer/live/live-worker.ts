/**
 * The live view's own thread: talks to the engine and draws the picture, so that nothing the page does (charts, layout, a
 * slow form) can hold up either.
 */
import { type DisplayFrame, defaultSettings, type EngineMessage, type EngineSnapshot } from '../../src-shared/index.ts';
import { Cine } from './cine.ts';
import { EngineConversation } from './engine-conversation.ts';
import { Painter } from './painter.ts';
import { type EngineTransport, PortTransport, type TransportListener } from './transport.ts';
import { ThreadedTransport } from './transport-thread.ts';
import { ViewReporter } from './view-reporter.ts';
import { workerFault } from './worker-fault.ts';
import type { CineMove, FromWorker, ToWorker } from './worker-protocol.ts';

type StartMessage = Extract<ToWorker, { type: 'start' }>;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

class LiveView {
  readonly #start: StartMessage;
  readonly #painter: Painter;
  readonly #cine: Cine;
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
        onCanvasNeeded: (pane) => post({ type: 'canvas-needed', pane }),
      },
      start.probe?.fault ?? 'none',
    );
    if (start.rendererOverride !== null) {
      this.#painter.setChoice(start.rendererOverride);
    }
    this.#cine = new Cine(defaultSettings()['view.cineSeconds'] * 1000, (frame) => {
      this.#painter.show(frame);
      this.#reporter.frameShown(frame);
      this.#answerProbe(frame);
    });
    this.#conversation = new EngineConversation(start.build, (listener) => this.#makeTransport(listener), {
      onLink: (link) => post({ type: 'link', link }),
      onMessage: (message) => this.#onMessage(message),
      onFrame: (frame) => this.#onFrame(frame),
      onRefused: (reason) => this.#reporter.messageRefused(reason),
    });
    this.#reporter = new ViewReporter(
      this.#conversation.clock,
      () => this.#painter.description,
      () => this.#cine.report(this.#feedAgeMs()),
      () => (this.#cine.newest === null ? null : this.#feedAgeMs()),
      post,
    );
  }

  handle(message: Exclude<ToWorker, StartMessage>): void {
    switch (message.type) {
      case 'port':
        this.#ports?.attach(message.port);
        break;
      case 'canvas':
        this.#painter.setCanvas(message.pane, message.canvas);
        break;
      case 'mask-style':
        this.#painter.setStyle(message.style);
        break;
      case 'command':
        this.#conversation.command(message.id, message.name, message.arguments);
        break;
      case 'freeze':
        this.#freeze(message.on);
        break;
      case 'cine':
        this.#moveCine(message.move);
        break;
      case 'capture':
        this.#capture(message.id);
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

  #makeTransport(listener: TransportListener): EngineTransport {
    if (this.#start.url !== null) {
      return new ThreadedTransport(startSocketThread(), this.#start.url, listener);
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
    this.#painter.setOrientation(snapshot.settings['source.orientation']);
    this.#cine.setSpan(snapshot.settings['view.cineSeconds'] * 1000);
    const changed = this.#sourceAddress !== null && this.#sourceAddress !== snapshot.source.address;
    this.#sourceAddress = snapshot.source.address;
    // A frozen picture outlives its source's connection, never the change to another source.
    if (changed || (snapshot.liveness === 'NO SOURCE' && !this.#cine.frozen)) {
      this.#cine.clear();
      this.#painter.clear();
      this.#reporter.cleared();
    }
  }

  #onFrame(frame: DisplayFrame): void {
    this.#cine.offer(frame);
    if (this.#cine.frozen) {
      // Taken off the engine's hands as before; nothing of it is shown.
      this.#conversation.acknowledge(frame.seq, null);
    } else {
      this.#painter.offer(frame);
    }
  }

  #freeze(on: boolean): void {
    if (on) {
      this.#cine.freeze(this.#painter.shown?.seq ?? null);
      return;
    }
    const now = this.#cine.unfreeze();
    if (now !== null) {
      this.#painter.show(now);
      this.#reporter.frameShown(now);
    }
  }

  #moveCine(move: CineMove): void {
    if (!this.#cine.frozen) {
      return;
    }
    if ('by' in move) {
      this.#cine.step(move.by);
    } else if ('to' in move) {
      this.#cine.seek(move.to);
    } else {
      if (move.playing) {
        this.#cine.play();
      } else {
        this.#cine.pause();
      }
      this.#reporter.report();
    }
  }

  /** Age of the newest picture that came, on the engine's clock; 0 before the clocks are mapped. */
  #feedAgeMs(): number {
    const now = this.#conversation.clock.toEngine(performance.now());
    const newest = this.#cine.newest;
    return now === null || newest === null ? 0 : Math.max(0, now - newest.receivedMs);
  }

  /** Draws once more and reads back in the same task: exactly what is on screen, and the words that go with it. */
  #capture(id: number): void {
    this.#painter.redraw();
    const picture = this.#reporter.picture();
    const rgba = picture === null ? undefined : this.#painter.renderer?.readBack();
    if (picture === null || rgba === undefined) {
      post({ type: 'captured', id, capture: null });
    } else {
      post({ type: 'captured', id, capture: { picture, style: this.#painter.style, rgba } }, [rgba.buffer]);
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

function startSocketThread(): Worker {
  const thread = new Worker(new URL('./socket-worker.ts', import.meta.url), { type: 'module' });
  thread.addEventListener('error', (event) => {
    event.preventDefault();
    // Uncaught here, it reaches the page, which says that the view has failed.
    throw new Error(`the connection's thread: ${workerFault(event)}`);
  });
  return thread;
}

let view: LiveView | null = null;
self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') {
    view = new LiveView(data);
  } else {
    view?.handle(data);
  }
});
