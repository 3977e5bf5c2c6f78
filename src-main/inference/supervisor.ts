import {
  type DropReason,
  type GpuFrame,
  type InferenceLink,
  inEnglish,
  maskBitsLength,
  type ProviderName,
  type ProviderReport,
  type QueueStats,
  type Saying,
  say,
} from '../../src-shared/index.ts';
import { FrameLedger, monotonicMs } from '../pipeline/index.ts';
import type { InferenceChild, SpawnInference } from './child.ts';
import type { MaskOptions } from './mask/options.ts';
import type { FromInference, InferenceConfig, ToInference } from './messages.ts';
import type { InferenceResult } from './result.ts';
import { SteadyMask } from './steady-mask.ts';

/** What the engine tells the operator about the inference process. */
export interface InferenceState {
  readonly link: InferenceLink;
  readonly modelId: string;
  /** Execution provider(s) of the model's files, in words of one line. */
  readonly provider: string | null;
  /** The same per file, with what was tried before. */
  readonly providers: readonly ProviderReport[];
  /** What is wrong, in words; null while nothing is. */
  readonly message: string | null;
  /** The same as consoles say it; null where there is no sentence for it. */
  readonly said: Saying | null;
  readonly restarts: number;
  readonly warmupP99Ms: number | null;
  readonly pid: number | null;
  /** It ended three times within a minute: not an accident any more. */
  readonly isCrashLooping: boolean;
}

export interface InferenceSupervisorOptions extends InferenceConfig {
  readonly spawn: SpawnInference;
  /** Limit for loading and warming up. Default 30 s. */
  readonly startTimeoutMs?: number;
  /** No process is taken for hung before this long without an answer. Default 1 s. */
  readonly hangFloorMs?: number;
}

export interface InferenceListener {
  result(result: InferenceResult): void;
  /** The frame gets no result. Exactly one of `result` and `dropped` comes for every submitted frame. */
  dropped(handle: number, reason: DropReason): void;
  state(state: InferenceState): void;
  /** A credit became free: the engine should try to hand over its next frame. */
  credit(): void;
}

/** One frame runs, one is prepared: more would only age in the process. */
const CREDITS = 2;
const START_TIMEOUT_MS = 30_000;
/**
 * No answer for this many times the warm-up's 99th percentile means it hangs; never less than the floor, for a machine
 * that stands still a moment costs less than two seconds without masks while another process loads.
 */
const HANG_FACTOR = 10;
const HANG_FLOOR_MS = 1000;
const HANG_CHECK_MS = 100;
const RESTART_FIRST_MS = 100;
const RESTART_LAST_MS = 2000;
/** This many ends within the window are a pattern, not an accident. */
const CRASH_LIMIT = 3;
const CRASH_WINDOW_MS = 60_000;
const RESTART_AFTER_PATTERN_MS = 5000;

/** A frame handed over: when, and what its mask's size will be. */
interface Handed {
  readonly frame: Omit<GpuFrame, 'pixels'>;
  readonly handedMs: number;
}

/**
 * Owns the inference process: starts it, hands frames over, notices that it ended or hangs, replaces it. Nothing here
 * waits for it, and no frame is lost uncounted with it.
 */
export class InferenceSupervisor {
  readonly #options: InferenceSupervisorOptions;
  readonly #listener: InferenceListener;
  readonly #ledger: FrameLedger<Handed>;
  #maxLagMs: number;
  #maskOptions: MaskOptions;
  #child: InferenceChild | null = null;
  /** Raised with every start and end, so that what an old process still says is not heard. */
  #generation = 0;
  #state: InferenceState;
  #ends: number[] = [];
  #lastHeardMs = 0;
  #suspected = false;
  #closing = false;
  #refusal: Saying | null = null;
  /** The execution provider being tried; should the process end meanwhile, it is not tried again. */
  #trying: ProviderName | null = null;
  readonly #crashedProviders = new Set<ProviderName>();
  readonly #mask = new SteadyMask();
  #exited: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #hangTimer: NodeJS.Timeout | null = null;

  constructor(options: InferenceSupervisorOptions, listener: InferenceListener) {
    this.#options = options;
    this.#listener = listener;
    this.#maxLagMs = options.maxLagMs;
    this.#maskOptions = options.mask;
    this.#ledger = new FrameLedger(options.gpuQueueSize);
    this.#state = {
      link: 'off',
      modelId: options.modelId,
      provider: null,
      providers: [],
      message: null,
      said: null,
      restarts: 0,
      warmupP99Ms: null,
      pid: null,
      isCrashLooping: false,
    };
  }

  get state(): InferenceState {
    return this.#state;
  }

  /** Frames handed over that have neither a result nor a drop yet. */
  get inFlight(): number {
    return this.#ledger.size;
  }

  get hasCredit(): boolean {
    return this.#state.link === 'ready' && this.inFlight < CREDITS;
  }

  /**
   * The prepared frame has waited beyond the lag limit behind the one that runs: a newer one may take its place. Only one
   * at a time is offered, so that what goes over stays below the slots of the frame memory.
   */
  get wantsFresher(): boolean {
    if (this.#state.link !== 'ready' || this.inFlight !== CREDITS) return false;
    const prepared = this.#ledger.newest();
    return prepared !== undefined && monotonicMs() - prepared.frame.receivedMs > this.#maxLagMs;
  }

  get gpuQueueStats(): QueueStats {
    return this.#ledger.stats();
  }

  start(): void {
    if (this.#state.link !== 'off') return;
    this.#closing = false;
    this.#setState({ link: 'starting', message: null, said: null });
    this.#launch();
  }

  /** Hands a frame over. Without a ready process it is dropped at once. */
  submit(frame: GpuFrame): void {
    const { pixels: _, ...rest } = frame;
    const now = monotonicMs();
    this.#ledger.handOver(frame.handle, { frame: rest, handedMs: now });
    if (this.#state.link !== 'ready') {
      this.#drop(frame.handle, 'inference-down');
      return;
    }
    if (this.inFlight === 1) this.#suspected = false;
    this.#child?.postFrame(frame);
    this.#hangTimer ??= setInterval(() => this.#checkHang(), HANG_CHECK_MS).unref();
  }

  setMaxLagMs(maxLagMs: number): void {
    this.#maxLagMs = maxLagMs;
    this.#post({ type: 'max-lag', maxLagMs });
  }

  setMaskOptions(mask: MaskOptions): void {
    this.#maskOptions = mask;
    this.#post({ type: 'mask-options', mask });
  }

  /** Ends the process; what it had is dropped. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#stopTimers();
    const child = this.#child;
    this.#abandon();
    child?.kill();
    await this.#exited;
    this.#setState({ link: 'off', message: null, said: null, pid: null });
  }

  #post(message: ToInference): void {
    this.#child?.postMessage(message);
  }

  #launch(): void {
    const generation = ++this.#generation;
    this.#refusal = null;
    const limit = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    this.#timer = setTimeout(() => this.#giveUp(say('inference.not-ready', { limit })), limit).unref();
    Promise.resolve()
      .then(() => this.#options.spawn())
      .then(
        (child) => this.#adopt(child, generation),
        (error) => this.#ended(generation, say('inference.unstarted', { why: String(error) })),
      );
  }

  #adopt(child: InferenceChild, generation: number): void {
    if (generation !== this.#generation) {
      child.kill();
      return;
    }
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.onExit((code, signal) => {
        resolve();
        const how =
          signal !== null ? say('inference.signal', { signal }) : say('inference.code', { code: code ?? 'unknown' });
        this.#ended(generation, how);
      });
    });
    child.onMessage((message) => {
      if (generation === this.#generation) this.#hear(message as FromInference);
    });
    this.#setState({ pid: child.pid ?? null });
    const { spawn: _, startTimeoutMs: __, hangFloorMs: ___, ...config } = this.#options;
    this.#post({
      type: 'init',
      config: { ...config, maxLagMs: this.#maxLagMs, mask: this.#maskOptions },
      crashed: [...this.#crashedProviders],
    });
  }

  #hear(message: FromInference): void {
    this.#lastHeardMs = monotonicMs();
    this.#suspected = false;
    switch (message.type) {
      case 'ready':
        this.#stopTimers();
        this.#setState({
          link: 'ready',
          message: null,
          said: null,
          provider: providerLine(message.providers),
          providers: message.providers,
          warmupP99Ms: message.warmupP99Ms,
          // A utility process knows its id only once it runs.
          pid: this.#child?.pid ?? null,
          isCrashLooping: false,
        });
        this.#listener.credit();
        break;
      case 'trying':
        this.#trying = message.provider;
        break;
      case 'failed':
        this.#refusal = message.why;
        break;
      case 'dropped':
        this.#drop(message.handle, message.reason);
        this.#offerCredit();
        break;
      case 'result':
        this.#resolve(message);
        this.#offerCredit();
        break;
    }
  }

  #resolve(message: FromInference & { readonly type: 'result' }): void {
    const handed = this.#ledger.resolve(message.handle);
    if (handed === undefined) return;
    const { handle, state, boxes, score, reason, times } = message;
    const pixels = handed.frame.size[0] * handed.frame.size[1];
    const hasMask = message.givesMasks && (state === 'bone' || state === 'no-bone');
    const maskBits = hasMask ? new Uint8Array(maskBitsLength(pixels)) : null;
    const { maskBits: boneBits, maskFrom } = message;
    if (boneBits !== null) maskBits?.set(boneBits, maskFrom);
    const maskEnd = maskFrom + (boneBits?.length ?? 0);
    const mask = maskBits === null ? null : this.#mask.unpack(pixels, maskBits, maskFrom, maskEnd);
    this.#listener.result({
      handle,
      state,
      mask,
      maskBits,
      boxes,
      score,
      reason,
      modelId: this.#options.modelId,
      provider: this.#state.provider ?? 'cpu',
      dequeuedMs: handed.frame.dequeuedMs,
      ...times,
    });
  }

  #offerCredit(): void {
    if (this.hasCredit) this.#listener.credit();
  }

  #drop(handle: number, reason: DropReason): void {
    if (this.#ledger.drop(handle, reason) !== undefined) this.#listener.dropped(handle, reason);
  }

  /** From here on nothing is heard from the process; whatever it had is dropped now. */
  #abandon(): void {
    this.#generation++;
    this.#child = null;
    for (const handle of this.#ledger.handles()) this.#drop(handle, 'inference-down');
  }

  /**
   * A limit counts as passed only at the second look: when our own loop stood still, the answers lie unread and are
   * read between the two.
   */
  #checkHang(): void {
    if (this.inFlight === 0) {
      this.#suspected = false;
      return;
    }
    const floor = this.#options.hangFloorMs ?? HANG_FLOOR_MS;
    const limit = Math.max(floor, HANG_FACTOR * (this.#state.warmupP99Ms ?? 0));
    const oldest = this.#ledger.oldest()?.handedMs ?? monotonicMs();
    const silent = monotonicMs() - Math.max(oldest, this.#lastHeardMs);
    if (silent <= limit) {
      this.#suspected = false;
    } else if (this.#suspected) {
      this.#giveUp(say('inference.silent', { silent: Math.round(silent), limit: Math.round(limit) }));
    } else {
      this.#suspected = true;
    }
  }

  /** It does not answer: kill it and go on without waiting for its end. */
  #giveUp(how: Saying): void {
    const child = this.#child;
    const generation = this.#generation;
    this.#ended(generation, how);
    child?.kill();
  }

  #ended(generation: number, how: Saying): void {
    if (generation !== this.#generation || this.#closing) return;
    const refusal = this.#refusal;
    if (this.#trying !== null && refusal === null) this.#crashedProviders.add(this.#trying);
    this.#trying = null;
    this.#stopTimers();
    this.#abandon();
    const now = monotonicMs();
    this.#ends = [...this.#ends.filter((endedMs) => now - endedMs < CRASH_WINDOW_MS), now];
    const pattern = this.#ends.length >= CRASH_LIMIT;
    const wait = pattern
      ? RESTART_AFTER_PATTERN_MS
      : Math.min(RESTART_LAST_MS, RESTART_FIRST_MS * 2 ** (this.#ends.length - 1));
    const code = pattern ? 'inference.restarting-often' : 'inference.restarting';
    const said = refusal ?? say(code, { how, ends: this.#ends.length, seconds: wait / 1000 });
    this.#setState({
      link: refusal === null ? 'restarting' : 'failed',
      message: inEnglish(said),
      said,
      provider: null,
      providers: [],
      warmupP99Ms: null,
      pid: null,
      restarts: this.#state.restarts + 1,
      isCrashLooping: pattern,
    });
    this.#timer = setTimeout(() => this.#launch(), wait);
  }

  #stopTimers(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#hangTimer !== null) clearInterval(this.#hangTimer);
    this.#timer = null;
    this.#hangTimer = null;
  }

  #setState(change: Partial<InferenceState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listener.state(this.#state);
  }
}

/** `cpu`, or `webgpu + cpu` where a model's files run on several. */
const providerLine = (reports: readonly ProviderReport[]): string =>
  [...new Set(reports.map(({ running }) => running))].join(' + ');
