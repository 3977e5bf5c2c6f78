import type { DropReason, GpuFrame, Saying } from '../../src-shared/index.ts';
import type { MaskOptions } from './mask/options.ts';
import type { InferenceConfig } from './messages.ts';
import type { InferenceResult } from './result.ts';
import { type InferenceState, InferenceSupervisor, type InferenceSupervisorOptions } from './supervisor.ts';

/** What may be chosen while frames run: the model, and how it is run. */
export type ModelChoice = Omit<InferenceConfig, 'gpuQueueSize' | 'maxLagMs' | 'mask'>;

export interface ModelSwitchState extends InferenceState {
  /** The model being loaded to take over; null: none is. */
  readonly nextModelId: string | null;
}

export interface ModelSwitchListener {
  result(result: InferenceResult): void;
  dropped(handle: number, reason: DropReason): void;
  /** Of the process that has the frames now. */
  state(state: ModelSwitchState): void;
  credit(): void;
  /** From this frame on another model works; its predecessor is ending. */
  switched(to: ModelChoice, from: ModelChoice): void;
  /** It could not be loaded; `kept` works on. */
  refused(choice: ModelChoice, why: Saying | string, kept: ModelChoice): void;
  /** It ended too often: the model before it, which worked, takes over again. */
  fellBack(from: ModelChoice, to: ModelChoice, why: Saying | string): void;
}

/** A model that is loading, or loaded and waiting for its predecessor's last frames. */
interface Successor {
  readonly supervisor: InferenceSupervisor;
  readonly choice: ModelChoice;
  /** Why it comes unasked; null: the operator chose it. */
  readonly fallbackFor: Saying | string | null;
}

/**
 * Two inference processes for as long as it takes to change from one to the other. The new one loads and warms up while
 * the old one works on; then the old one answers what it has, and the next frame goes to the new one. ONNX Runtime does
 * not give memory back, so the old process ends. Results come in the order of their frames throughout.
 */
export class ModelSwitch {
  readonly #options: InferenceSupervisorOptions;
  readonly #listener: ModelSwitchListener;
  #maxLagMs: number;
  #mask: MaskOptions;
  #choice: ModelChoice;
  #current: InferenceSupervisor;
  #successor: Successor | null = null;
  /** The successor is ready; the frames still with the old process are all it gets. */
  #isDraining = false;
  /** What worked before the present choice; null: nothing did. */
  #lastGood: ModelChoice | null = null;
  /** Processes that were told to end. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: InferenceSupervisorOptions, listener: ModelSwitchListener) {
    const { gpuQueueSize: _, maxLagMs, mask, spawn: __, startTimeoutMs: ___, hangFloorMs: ____, ...choice } = options;
    this.#options = options;
    this.#listener = listener;
    this.#maxLagMs = maxLagMs;
    this.#mask = mask;
    this.#choice = choice;
    this.#current = this.#build(choice);
  }

  get state(): ModelSwitchState {
    return { ...this.#current.state, nextModelId: this.#successor?.choice.modelId ?? null };
  }

  get inFlight(): number {
    return this.#current.inFlight;
  }

  get hasCredit(): boolean {
    return !this.#isDraining && this.#current.hasCredit;
  }

  get wantsFresher(): boolean {
    return !this.#isDraining && this.#current.wantsFresher;
  }

  start(): void {
    this.#current.start();
  }

  submit(frame: GpuFrame): void {
    this.#current.submit(frame);
  }

  setMaxLagMs(maxLagMs: number): void {
    this.#maxLagMs = maxLagMs;
    this.#current.setMaxLagMs(maxLagMs);
    this.#successor?.supervisor.setMaxLagMs(maxLagMs);
  }

  setMaskOptions(mask: MaskOptions): void {
    this.#mask = mask;
    this.#current.setMaskOptions(mask);
    this.#successor?.supervisor.setMaskOptions(mask);
  }

  /** Has `choice` take over as soon as it can; what was chosen before and is not yet there is given up. */
  choose(choice: ModelChoice): void {
    this.#giveUpSuccessor();
    if (sameChoice(choice, this.#choice)) {
      this.#tellState();
      return;
    }
    this.#load(choice, null);
  }

  async close(): Promise<void> {
    this.#giveUpSuccessor();
    this.#end(this.#current);
    await Promise.all(this.#ending);
  }

  #build(choice: ModelChoice): InferenceSupervisor {
    const options = { ...this.#options, ...choice, maxLagMs: this.#maxLagMs, mask: this.#mask };
    const supervisor: InferenceSupervisor = new InferenceSupervisor(options, {
      // Every frame is answered to its ledger by whoever has it, the one that is ending too.
      result: (result) => {
        this.#listener.result(result);
        this.#completeIfDrained();
      },
      dropped: (handle, reason) => {
        this.#listener.dropped(handle, reason);
        this.#completeIfDrained();
      },
      credit: () => {
        if (supervisor === this.#current && !this.#isDraining) this.#listener.credit();
      },
      state: (state) => this.#stateChanged(supervisor, state),
    });
    return supervisor;
  }

  #load(choice: ModelChoice, fallbackFor: Saying | string | null): void {
    const supervisor = this.#build(choice);
    this.#successor = { supervisor, choice, fallbackFor };
    supervisor.start();
    this.#tellState();
  }

  #stateChanged(supervisor: InferenceSupervisor, state: InferenceState): void {
    if (supervisor === this.#current) {
      this.#tellState();
      if (state.isCrashLooping) this.#fallBack(state.said ?? state.message ?? 'it ended');
      this.#completeIfDrained();
    } else if (supervisor === this.#successor?.supervisor) {
      this.#successorChanged(this.#successor, state);
    }
  }

  /** A crash while loading may be one execution provider's: the next try is without it. A pattern of them is the model's. */
  #successorChanged(successor: Successor, { link, message, said, isCrashLooping }: InferenceState): void {
    if (link === 'ready') {
      this.#isDraining = true;
      this.#completeIfDrained();
    } else if (link === 'failed' || isCrashLooping) {
      this.#giveUpSuccessor();
      this.#listener.refused(successor.choice, said ?? message ?? 'it ended while it was loaded', this.#choice);
      this.#tellState();
    }
  }

  /** Between two frames: the old process has answered its last, or is not there to answer. */
  #completeIfDrained(): void {
    const successor = this.#successor;
    if (successor === null || !this.#isDraining) return;
    const old = this.#current;
    if (old.state.link === 'ready' && old.inFlight > 0) return;
    const from = this.#choice;
    const hadWorked = old.state.link === 'ready';
    this.#current = successor.supervisor;
    this.#choice = successor.choice;
    this.#successor = null;
    this.#isDraining = false;
    this.#lastGood = hadWorked ? from : successor.fallbackFor === null ? this.#lastGood : null;
    this.#end(old);
    if (successor.fallbackFor === null) this.#listener.switched(successor.choice, from);
    else this.#listener.fellBack(from, successor.choice, successor.fallbackFor);
    this.#tellState();
    this.#listener.credit();
  }

  /** Once per choice: the one it falls back to worked, and has none behind it. */
  #fallBack(why: Saying | string): void {
    const good = this.#lastGood;
    if (good === null || this.#successor !== null) return;
    this.#lastGood = null;
    this.#load(good, why);
  }

  #giveUpSuccessor(): void {
    const successor = this.#successor;
    this.#successor = null;
    this.#isDraining = false;
    if (successor !== null) this.#end(successor.supervisor);
    if (this.#current.hasCredit) this.#listener.credit();
  }

  #end(supervisor: InferenceSupervisor): void {
    const ended = supervisor.close().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #tellState(): void {
    this.#listener.state(this.state);
  }
}

const sameChoice = (a: ModelChoice, b: ModelChoice): boolean => JSON.stringify(a) === JSON.stringify(b);
