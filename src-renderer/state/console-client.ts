import type {
  CommandArguments,
  CommandName,
  CommandResults,
  EngineSnapshot,
  KpiSample,
  Settings,
  SettingsPatch,
} from '../../src-shared/index.ts';
import type { MaskStyle } from '../live/palette.ts';
import { workerFault } from '../live/worker-fault.ts';
import type {
  Capture,
  CineMove,
  EngineLink,
  FromWorker,
  PaneName,
  ProbeReading,
  ShownResult,
  ToWorker,
  ViewReport,
} from '../live/worker-protocol.ts';
import { EngineNews, type EngineNewsMessage } from './engine-news.ts';
import { KnownState } from './known-state.ts';
import { COMMAND_TIMEOUT_MS, PendingCommands } from './pending-commands.ts';
import { CommandUnanswered } from './refusal.ts';

/** What the page knows. A new object with every change; parts that did not change stay the same objects. */
export interface ConsoleState {
  readonly link: EngineLink;
  readonly snapshot: EngineSnapshot | null;
  readonly kpi: KpiSample | null;
  readonly history: readonly KpiSample[];
  readonly view: ViewReport | null;
  readonly style: MaskStyle;
  /** No word from the engine for too long; its exact length is of no use to anybody. */
  readonly engineSilent: boolean;
  /** The worker itself failed, in its own words; nothing but a reload helps. */
  readonly viewFailure: string | null;
  /** Why the last change of a setting was refused (`refusalText` says it); null: it was not. */
  readonly settingRefusal: unknown;
}

export const INITIAL_STATE: ConsoleState = {
  link: { state: 'connecting' },
  snapshot: null,
  kpi: null,
  history: [],
  view: null,
  style: { visible: true, opacity: 0, colour: 'blue', shape: 'fill', boxes: true },
  engineSilent: false,
  viewFailure: null,
  settingRefusal: null,
};

/** The page's side of the live worker: one state for React to read, commands as promises. Owns the worker. */
export class ConsoleClient {
  readonly #worker: Worker;
  readonly #known = new KnownState(INITIAL_STATE);
  readonly #pending = new PendingCommands();
  readonly #news = new EngineNews(this.#known, this.#pending);
  readonly #readings = new Map<number, (reading: ProbeReading) => void>();
  readonly #onCanvasNeeded = new Map<PaneName, () => void>();
  readonly #onShownResult = new Set<(result: ShownResult | null) => void>();
  readonly #captures = new Map<number, (capture: Capture | null) => void>();
  #shownResult: ShownResult | null = null;
  #nextId = 1;

  constructor(start: Extract<ToWorker, { type: 'start' }>) {
    this.#worker = new Worker(new URL('../live/live-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#onMessage(data));
    this.#worker.addEventListener('error', (event) => this.#known.change({ viewFailure: workerFault(event) }));
    this.#post(start);
  }

  readonly subscribe = this.#known.subscribe;

  readonly getState = (): ConsoleState => this.#known.current;

  /** Of the very picture on screen, which the view's reports speak of up to a fifth of a second later. */
  get shownResult(): ShownResult | null {
    return this.#shownResult;
  }

  /** Hears of each new result as it is shown, at most once a picture. Returns what ends that. */
  onShownResult(listener: (result: ShownResult | null) => void): () => void {
    this.#onShownResult.add(listener);
    return () => this.#onShownResult.delete(listener);
  }

  /** Asks the engine; rejects with its words when it refuses, and when it is not there. */
  command<N extends CommandName>(
    name: N,
    commandArguments: CommandArguments<N>,
    limitMs = COMMAND_TIMEOUT_MS,
  ): Promise<CommandResults[N]> {
    if (this.#known.current.link.state !== 'open') {
      return Promise.reject(new CommandUnanswered('engine-lost'));
    }
    return this.#pending.ask<N>(
      (id) => this.#post({ type: 'command', id, name, arguments: commandArguments }),
      limitMs,
    );
  }

  /**
   * Changes settings without waiting: for switches whose effect is seen. A refusal is kept in `settingRefusal`, where
   * every view can show it, until the next change is accepted.
   */
  changeSettings(patch: SettingsPatch): void {
    this.command('settings.update', { patch }).then(
      () => this.#known.change({ settingRefusal: null }),
      (error: unknown) => this.#known.change({ settingRefusal: error }),
    );
  }

  setMaskStyle(style: MaskStyle): void {
    this.#known.change({ style });
    this.#post({ type: 'mask-style', style });
  }

  /** Hands the engine's port on to the worker (Electron). */
  attachPort(port: MessagePort): void {
    this.#worker.postMessage({ type: 'port', port } satisfies ToWorker, [port]);
  }

  /** `makeCanvas` is called now and whenever the worker needs a fresh canvas. Returns what ends that. */
  provideCanvas(pane: PaneName, makeCanvas: () => OffscreenCanvas): () => void {
    const provide = (): void => {
      const canvas = makeCanvas();
      this.#worker.postMessage({ type: 'canvas', pane, canvas } satisfies ToWorker, [canvas]);
    };
    this.#onCanvasNeeded.set(pane, provide);
    provide();
    return () => {
      this.#onCanvasNeeded.delete(pane);
      this.#post({ type: 'canvas', pane, canvas: null });
    };
  }

  /** Stops the picture on this screen, or goes on with the picture of now. The engine is not asked. */
  freeze(on: boolean): void {
    this.#post({ type: 'freeze', on });
  }

  /** Through the last seconds while frozen. */
  moveCine(move: CineMove): void {
    this.#post({ type: 'cine', move });
  }

  /** The picture on screen as it is drawn now; null when there is none. */
  capture(): Promise<Capture | null> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#captures.set(id, resolve);
      this.#post({ type: 'capture', id });
    });
  }

  /** The next painted picture as read back from the canvas. Only answers in a page opened with `?probe=1`. */
  nextReading(): Promise<ProbeReading> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#readings.set(id, resolve);
      this.#post({ type: 'probe-next', id });
    });
  }

  loseWebglContext(): void {
    this.#post({ type: 'probe-lose-context' });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #onMessage(message: FromWorker): void {
    switch (message.type) {
      case 'link':
        this.#news.link(message.link);
        break;
      case 'engine':
        this.#onNews(message.message);
        break;
      case 'view':
        this.#known.change({ view: message.report });
        this.#show(message.report.picture);
        break;
      case 'result':
        this.#show(message.result);
        break;
      case 'canvas-needed':
        this.#onCanvasNeeded.get(message.pane)?.();
        break;
      case 'captured':
        this.#captures.get(message.id)?.(message.capture);
        this.#captures.delete(message.id);
        break;
      case 'probe-reading':
        this.#readings.get(message.id)?.(message.reading);
        this.#readings.delete(message.id);
        break;
    }
  }

  #show(result: ShownResult | null): void {
    this.#shownResult = result;
    for (const listener of this.#onShownResult) {
      listener(result);
    }
  }

  #onNews(message: EngineNewsMessage): void {
    const { snapshot } = this.#known.current;
    this.#news.message(message);
    if (message.type === 'snapshot') {
      this.#followMaskStyle(snapshot?.settings ?? null, message.snapshot.settings);
    }
  }

  #followMaskStyle(settingsBefore: Settings | null, settings: Settings): void {
    const before = settingsBefore === null ? null : maskStyleOf(settingsBefore);
    const after = maskStyleOf(settings);
    // Only what has changed: while this operator drags the slider, its setting has not changed yet.
    const changed = STYLE_KEYS.filter((key) => before === null || before[key] !== after[key]);
    if (changed.length > 0) {
      const news = Object.fromEntries(changed.map((key) => [key, after[key]]));
      this.setMaskStyle({ ...this.#known.current.style, ...news });
    }
  }
}

const STYLE_KEYS = ['opacity', 'colour', 'shape', 'boxes'] as const;

/** What of the mask's looks is a setting; on and off is not. */
function maskStyleOf(settings: Settings): Omit<MaskStyle, 'visible'> {
  return {
    opacity: settings['view.maskOpacity'],
    colour: settings['view.maskColour'],
    shape: settings['view.maskShape'],
    boxes: settings['view.boxes'],
  };
}
