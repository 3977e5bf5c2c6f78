import type { GpuFrame } from '../../src-shared/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import { openRunner, stagesOf } from './kinds.ts';
import { type ModelManifest, readManifest } from './manifest.ts';
import { MODEL_OWN_MASK } from './mask/options.ts';
import type { RunValues } from './messages.ts';
import { type FrameStages, isPreparedRun, type ModelRunner, type Verdict } from './model-kind.ts';

/** How long the steps of one frame took, ms. */
export interface OfflineTimes {
  readonly preMs: number;
  readonly runMs: number;
  readonly postMs: number;
}

export interface OfflineAnswer extends Verdict {
  readonly times: OfflineTimes;
}

/**
 * A model in this process, one frame after another, through the same stages as live: for measuring, where nobody waits
 * for a picture meanwhile and a crash loses nothing.
 */
export class OfflineModel {
  readonly manifest: ModelManifest;
  readonly #stages: FrameStages;
  readonly #runner: ModelRunner;
  #spare: RunValues | null = null;

  private constructor(manifest: ModelManifest, stages: FrameStages, runner: ModelRunner) {
    this.manifest = manifest;
    this.#stages = stages;
    this.#runner = runner;
  }

  /** On the CPU: the reference every other provider is held against. @throws {ModelRefused} when it does not load. */
  static async open(modelDir: string, intraOpThreads: number): Promise<OfflineModel> {
    const manifest = readManifest(modelDir);
    const options = { intraOpThreads, allowSpinning: false, providers: ['cpu' as const], device: 0, crashed: [] };
    const runner = await openRunner(modelDir, manifest, options);
    await runner.warmUp();
    return new OfflineModel(manifest, stagesOf(manifest), runner);
  }

  /** The mask of the answer is valid until the next call. */
  async answer(frame: GpuFrame): Promise<OfflineAnswer> {
    const begunMs = monotonicMs();
    const prepared = this.#stages.prepare(frame);
    const preparedMs = monotonicMs();
    this.#stages.lookAhead();
    if (!isPreparedRun(prepared)) return { ...prepared, times: { preMs: preparedMs - begunMs, runMs: 0, postMs: 0 } };
    const { inputs, size } = prepared;
    const { scoreThreshold } = MODEL_OWN_MASK;
    const outcome = await this.#runner.run({ inputs, size, scoreThreshold, spare: this.#spare });
    const ranMs = monotonicMs();
    const verdict = prepared.finish(outcome, MODEL_OWN_MASK);
    this.#spare = outcome.values;
    this.#stages.recycle(inputs.map(({ data }) => data));
    const times = { preMs: preparedMs - begunMs, runMs: ranMs - preparedMs, postMs: monotonicMs() - ranMs };
    return { ...verdict, times };
  }
}
