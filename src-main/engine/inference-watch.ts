import type { EngineSnapshot, ResultPacket } from '../../src-shared/index.ts';
import type { InferenceState } from '../inference/index.ts';
import type { Log, ProblemBoard } from '../monitoring/index.ts';
import { monotonicMs } from '../pipeline/index.ts';

export interface InferenceWatchOptions {
  readonly log: Log;
  readonly problems: ProblemBoard;
  /** Slicer must learn that no masks come, and why. */
  readonly unavailable: (why: string) => void;
}

/** Says what is to be said about the inference process: to the log, the operator and Slicer. */
export class InferenceWatch {
  readonly #options: InferenceWatchOptions;
  #lastLink: InferenceState['link'] = 'off';
  /** Why the model gave no result for the newest frame it answered; null when it gave one. */
  #lastFailure: string | null = null;

  constructor(options: InferenceWatchOptions) {
    this.#options = options;
  }

  /** The process started, ended, or is being replaced. */
  changed({ link, message, modelId, provider }: InferenceState): void {
    const { log, problems, unavailable } = this.#options;
    const isBad = link === 'restarting' || link === 'failed';
    if (link !== this.#lastLink) {
      this.#lastLink = link;
      log(isBad ? 'warn' : 'info', 'inference.state', { link, model: modelId, provider, message });
    }
    if (isBad) {
      const words = message ?? 'the inference process has ended';
      problems.stands('inference', 'critical', words, monotonicMs());
      unavailable(words);
    } else if (link === 'ready') {
      problems.clear('inference');
    }
  }

  /** A frame was answered, with a mask or with the reason why there is none. */
  answered(packet: ResultPacket): void {
    const hasFailed = packet.state === 'ai-failed';
    this.#lastFailure = hasFailed ? packet.reason : null;
    if (hasFailed) {
      const words = packet.reason ?? 'the model gave no result';
      this.#options.problems.happened('ai-failed', 'warning', words, monotonicMs());
    }
  }

  describe({ link, modelId, provider, message, restarts }: InferenceState, isOn: boolean): EngineSnapshot['inference'] {
    return { link: isOn ? link : 'off', modelId, provider, message: message ?? this.#lastFailure, restarts };
  }
}
