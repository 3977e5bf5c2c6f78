import {
  type EngineSnapshot,
  inEnglish,
  type ProviderReport,
  type ResultPacket,
  type Saying,
  say,
  sayingOf,
  series,
} from '../../src-shared/index.ts';
import type { InferenceState } from '../inference/index.ts';
import type { Log, ProblemBoard, ProviderFigures } from '../monitoring/index.ts';
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
  #lastFailure: Saying | string | null = null;

  constructor(options: InferenceWatchOptions) {
    this.#options = options;
  }

  /** The process started, ended, or is being replaced. */
  changed({ link, message, said, modelId, provider, providers }: InferenceState): void {
    const { log, problems, unavailable } = this.#options;
    const isBad = link === 'restarting' || link === 'failed';
    if (link !== this.#lastLink) {
      this.#lastLink = link;
      log(isBad ? 'warn' : 'info', 'inference.state', { link, model: modelId, provider, message });
      if (link === 'ready') this.#tellProviders(providers);
    }
    if (isBad) {
      const words = message ?? 'the inference process has ended';
      problems.stands('inference', 'critical', say('inference.down', { why: said ?? words }), monotonicMs());
      unavailable(words);
    } else if (link === 'ready') {
      problems.clear('inference');
    }
  }

  /** Which processor runs which file, and whether it is the one that was wanted. Never silent. */
  #tellProviders(reports: readonly ProviderReport[]): void {
    const { log, problems } = this.#options;
    for (const { role, running, warmupMs, share, fellBack, trials } of reports) {
      const tried = trials.map(({ provider, outcome, why }) => [provider, outcome, why].filter(Boolean).join(': '));
      const fields = { role, running, warmupMs: Math.round(warmupMs), share, tried: tried.join('; ') };
      log(fellBack ? 'warn' : 'info', 'inference.provider', fields);
    }
    const fallen = reports.filter(({ fellBack }) => fellBack);
    if (fallen.length === 0) problems.clear('provider-fallback');
    else {
      const details = series(';', fallen.map(fallBack));
      problems.stands('provider-fallback', 'warning', say('inference.fell-back', { details }), monotonicMs());
    }
  }

  /** A frame was answered, with a mask or with the reason why there is none. */
  answered(packet: ResultPacket): void {
    const hasFailed = packet.state === 'ai-failed';
    this.#lastFailure = hasFailed ? packet.reason : null;
    if (hasFailed) {
      const words = packet.reason ?? 'the model gave no result';
      this.#options.problems.happened(
        'ai-failed',
        'warning',
        say('inference.no-result', { why: words }),
        monotonicMs(),
      );
    }
  }

  figures({ link, provider, providers }: InferenceState): ProviderFigures {
    if (link !== 'ready') return { provider: null, provider_fallback: null };
    return { provider, provider_fallback: providers.some(({ fellBack }) => fellBack) ? 1 : 0 };
  }

  describe(
    state: InferenceState,
    isOn: boolean,
  ): Omit<EngineSnapshot['inference'], 'nextModelId' | 'smoothFrames' | 'noMaskAfterMs'> {
    const { modelId, provider, providers, restarts } = state;
    const link = isOn ? state.link : 'off';
    const { message, said } = state.message === null ? wordsOf(this.#lastFailure) : state;
    return { link, modelId, provider, providers, message, said, restarts };
  }
}

/** What the console is told, in English and as it says it itself. */
function wordsOf(failure: Saying | string | null): Pick<InferenceState, 'message' | 'said'> {
  return failure === null ? { message: null, said: null } : { message: inEnglish(failure), said: sayingOf(failure) };
}

/** `detector runs on cpu, not as wanted: webgpu wrong (self-test …)`. */
function fallBack({ role, running, trials }: ProviderReport): Saying {
  const passed = trials
    .slice(0, -1)
    .map(({ provider, outcome, why, said }) => say('provider.passed', { provider, outcome, why: said ?? String(why) }));
  return say('provider.fell-back', { role, running, passed: series(',', passed) });
}
