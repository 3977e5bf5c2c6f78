import { MessageChannelMain, type MessagePortMain, type UtilityProcess } from 'electron';
import { ALIVE_MS, fromEngineSchema, SHUTDOWN_LIMIT_MS, type ToEngine } from './engine-messages.ts';
import { InferenceProcesses } from './inference-processes.ts';
import { restartDelayMs } from './restart-delay.ts';
import { forkUtility, killNow } from './utility.ts';

/** An engine that ran this long has recovered: its next end counts as the first one. */
const RECOVERED_AFTER_MS = 10_000;
/** Its loop never blocks for more than a few ms: this many silent seconds mean that it hangs. */
const SILENT_BEATS = 10;

export type EngineState =
  | { readonly status: 'starting' }
  | { readonly status: 'running'; readonly url: string | null }
  | { readonly status: 'restarting'; readonly message: string }
  /** Its first start failed for a reason that trying again by itself does not change; `start()` tries again. */
  | { readonly status: 'refused'; readonly message: string };

export interface EngineSupervisorOptions {
  readonly engineEntry: string;
  readonly inferenceEntry: string;
  /** Flags of `ultramotion console`. */
  readonly args: readonly string[];
}

export interface EngineSupervisorListener {
  state(state: EngineState): void;
  /** Whether the picture is live has changed. */
  liveness(live: boolean): void;
  /** Whether frames are being recorded has changed. */
  recording(active: boolean): void;
}

/** Owns the engine process and, at its word, the inference processes: starts them, notices their end, replaces them. */
export class EngineSupervisor {
  readonly #options: EngineSupervisorOptions;
  readonly #listener: EngineSupervisorListener;
  #engine: UtilityProcess | null = null;
  #inference: InferenceProcesses | null = null;
  #isRunning = false;
  #hasEverRun = false;
  #failures = 0;
  #startedMs = 0;
  #silentBeats = 0;
  #refusal: string | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  #beatTimer: NodeJS.Timeout | null = null;
  #closed: (() => void) | null = null;

  constructor(options: EngineSupervisorOptions, listener: EngineSupervisorListener) {
    this.#options = options;
    this.#listener = listener;
  }

  start(): void {
    const { engineEntry, inferenceEntry, args } = this.#options;
    const engine = forkUtility(engineEntry, args, 'Ultramotion engine');
    this.#engine = engine;
    this.#inference = new InferenceProcesses(inferenceEntry, engine);
    this.#refusal = null;
    this.#startedMs = performance.now();
    this.#silentBeats = 0;
    this.#beatTimer = setInterval(() => this.#checkBeat(), ALIVE_MS);
    this.#listener.state({ status: 'starting' });
    engine.on('message', (message) => this.#hear(message));
    engine.once('exit', (code) => this.#ended(code));
  }

  /** A new direct line to the engine, for one window; null while no engine runs. */
  openPort(): MessagePortMain | null {
    if (this.#engine === null || !this.#isRunning) {
      return null;
    }
    const { port1, port2 } = new MessageChannelMain();
    this.#tell({ type: 'window-port' }, port1);
    return port2;
  }

  /** Ends engine and inference; after `SHUTDOWN_LIMIT_MS` without asking again. */
  async close(): Promise<void> {
    if (this.#restartTimer !== null) {
      clearTimeout(this.#restartTimer);
    }
    const engine = this.#engine;
    if (engine !== null) {
      const ended = new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
      const limit = setTimeout(() => killNow(engine), SHUTDOWN_LIMIT_MS);
      this.#tell({ type: 'shutdown' });
      await ended;
      clearTimeout(limit);
    }
  }

  #tell(message: ToEngine, port?: MessagePortMain): void {
    this.#engine?.postMessage(message, port === undefined ? [] : [port]);
  }

  #hear(raw: unknown): void {
    const parsed = fromEngineSchema.safeParse(raw);
    if (!parsed.success) {
      process.stderr.write(`a message of the engine process is not one of its own: ${parsed.error.message}\n`);
      return;
    }
    this.#silentBeats = 0;
    const message = parsed.data;
    switch (message.type) {
      case 'ready':
        this.#isRunning = true;
        this.#hasEverRun = true;
        this.#listener.state({ status: 'running', url: message.url });
        break;
      case 'failed':
        this.#refusal = message.message;
        break;
      case 'alive':
        break;
      case 'liveness':
        this.#listener.liveness(message.live);
        break;
      case 'recording':
        this.#listener.recording(message.active);
        break;
      case 'spawn-inference':
        this.#inference?.spawn(message.id);
        break;
      case 'kill-inference':
        this.#inference?.kill(message.id);
        break;
    }
  }

  /** Counts main's own beats, so that a computer that slept does not look like an engine that hung. */
  #checkBeat(): void {
    this.#silentBeats += 1;
    if (this.#silentBeats > SILENT_BEATS && this.#engine !== null) {
      this.#refusal = `no sign of life for ${SILENT_BEATS} s`;
      killNow(this.#engine);
    }
  }

  #ended(code: number): void {
    if (this.#beatTimer !== null) {
      clearInterval(this.#beatTimer);
    }
    this.#inference?.killAll();
    this.#engine = null;
    this.#inference = null;
    this.#isRunning = false;
    this.#listener.liveness(false);
    this.#listener.recording(false);
    if (this.#closed !== null) {
      this.#closed();
      return;
    }
    if (!this.#hasEverRun && this.#refusal !== null) {
      this.#listener.state({ status: 'refused', message: this.#refusal });
      return;
    }
    const recovered = performance.now() - this.#startedMs > RECOVERED_AFTER_MS;
    this.#failures = recovered ? 1 : this.#failures + 1;
    const message = this.#refusal ?? `the engine process ended with code ${code}`;
    this.#listener.state({ status: 'restarting', message });
    this.#restartTimer = setTimeout(() => this.start(), restartDelayMs(this.#failures));
  }
}
