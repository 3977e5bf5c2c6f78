import { type Box, type GpuFrame, inEnglish, maskBitsLength, type ResultState } from '../../src-shared/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import type { SpawnInference } from './child.ts';
import { MODEL_OWN_MASK } from './mask/options.ts';
import type { ModelChoice } from './model-switch.ts';
import type { InferenceResult } from './result.ts';
import { type InferenceState, InferenceSupervisor } from './supervisor.ts';

/** The answer to one frame of a recording. */
export interface UnhurriedAnswer {
  readonly state: ResultState;
  /** One bit a pixel (`packMask`), own memory; null: the model gave none. */
  readonly maskBits: Uint8Array | null;
  readonly boxes: readonly Box[] | null;
  readonly score: number | null;
  readonly reason: string | null;
  /** From handing the frame over to its answer, less waiting behind another frame. */
  readonly elapsedMs: number;
}

/** What is known of a frame outside the live path. */
export type UnhurriedFrame = Pick<GpuFrame, 'size' | 'components' | 'pixels' | 'scale' | 'orientation'>;

interface Asked {
  readonly frame: UnhurriedFrame;
  readonly resolve: (answer: UnhurriedAnswer) => void;
  readonly reject: (reason: Error) => void;
  tries: number;
  handedMs: number;
}

/** A frame during which the process ended is given to the next one, but not for ever. */
const MAX_TRIES = 3;

/**
 * The live path's inference process for work without a clock: every frame is answered, however long it waits. A process
 * that ends is replaced, and its frames are asked again.
 */
export class UnhurriedModel {
  readonly #supervisor: InferenceSupervisor;
  readonly #waiting: Asked[] = [];
  readonly #handed = new Map<number, Asked>();
  #handle = 0;
  #opened: { readonly resolve: () => void; readonly reject: (reason: Error) => void } | null = null;

  private constructor(choice: ModelChoice, spawn: SpawnInference) {
    const options = { ...choice, spawn, gpuQueueSize: 3, maxLagMs: Number.MAX_SAFE_INTEGER, mask: MODEL_OWN_MASK };
    this.#supervisor = new InferenceSupervisor(options, {
      result: (result) => this.#answered(result),
      dropped: (handle, reason) => this.#askAgain(handle, reason),
      credit: () => this.#pump(),
      state: (state) => this.#stateChanged(state),
    });
  }

  /** Loads the model. @throws in the operator's words when it cannot. */
  static async open(choice: ModelChoice, spawn: SpawnInference): Promise<UnhurriedModel> {
    const model = new UnhurriedModel(choice, spawn);
    try {
      await new Promise<void>((resolve, reject) => {
        model.#opened = { resolve, reject };
        model.#supervisor.start();
      });
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  get state(): InferenceState {
    return this.#supervisor.state;
  }

  /** The pixels stay as they are until the answer comes. @throws when the model keeps ending. */
  answer(frame: UnhurriedFrame): Promise<UnhurriedAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, resolve, reject, tries: 0, handedMs: 0 });
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#failAll(new Error('the model was closed'));
    await this.#supervisor.close();
  }

  #pump(): void {
    while (this.#supervisor.hasCredit) {
      const asked = this.#waiting.shift();
      if (asked === undefined) return;
      const handle = this.#handle++;
      asked.tries++;
      asked.handedMs = monotonicMs();
      this.#handed.set(handle, asked);
      const times = { receivedMs: asked.handedMs, dequeuedMs: asked.handedMs };
      this.#supervisor.submit({ ...asked.frame, ...times, handle, series: 0 });
    }
  }

  #answered({ handle, state, maskBits, boxes, score, reason, postprocessedMs, waitMs }: InferenceResult): void {
    const asked = this.#handed.get(handle);
    this.#handed.delete(handle);
    const bits =
      maskBits === null ? null : Uint8Array.from(maskBits.subarray(0, maskBitsLength(pixelsOf(asked?.frame))));
    const elapsedMs = postprocessedMs - (asked?.handedMs ?? postprocessedMs) - waitMs;
    asked?.resolve({
      state,
      maskBits: bits,
      boxes,
      score,
      reason: reason === null ? null : inEnglish(reason),
      elapsedMs,
    });
  }

  #askAgain(handle: number, reason: string): void {
    const asked = this.#handed.get(handle);
    this.#handed.delete(handle);
    if (asked === undefined) return;
    if (asked.tries < MAX_TRIES) this.#waiting.unshift(asked);
    else asked.reject(new Error(`a frame was dropped ${MAX_TRIES} times (${reason}): ${this.state.message ?? ''}`));
  }

  #stateChanged({ link, message, isCrashLooping }: InferenceState): void {
    if (link === 'ready') {
      this.#opened?.resolve();
    } else if (link === 'failed' || isCrashLooping) {
      const error = new Error(message ?? 'the inference process keeps ending');
      this.#opened?.reject(error);
      this.#failAll(error);
    }
  }

  #failAll(error: Error): void {
    for (const asked of [...this.#waiting.splice(0), ...this.#handed.values()]) asked.reject(error);
    this.#handed.clear();
  }
}

const pixelsOf = (frame: UnhurriedFrame | undefined): number =>
  frame === undefined ? 0 : frame.size[0] * frame.size[1];
