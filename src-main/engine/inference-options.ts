import type { Settings } from '../../src-shared/index.ts';
import type {
  InferenceSupervisorOptions,
  MaskOptions,
  ModelChoice,
  ModelFolders,
  SpawnInference,
} from '../inference/index.ts';
import { MAX_LAG_MS } from '../pipeline/index.ts';

/** The lag limit that follows the source: two frame periods (design, section 4). */
const LAG_PERIODS = 2;

/** Age beyond which a waiting frame is dropped, ms. `periodMs`: of the source; null while it is unknown. */
export function lagLimitMs(settings: Settings, periodMs: number | null): number {
  return settings['queues.maxLagMs'] ?? Math.min(MAX_LAG_MS, LAG_PERIODS * (periodMs ?? MAX_LAG_MS));
}

/** What the operator set about masks. */
export function maskOptions(settings: Settings): MaskOptions {
  return {
    scoreThreshold: settings['mask.detectionThreshold'],
    threshold: settings['mask.threshold'],
    minLengthMm: settings['mask.minLengthMm'],
    maxHoleMm2: settings['mask.maxHoleMm2'],
    smoothFrames: settings['mask.smoothFrames'],
  };
}

/** What the engine's surroundings provide for running models. */
export interface InferenceHost {
  readonly spawnInference: SpawnInference;
  readonly modelsDir: string;
  readonly userModelsDir: string | null;
}

export const modelFolders = ({ modelsDir, userModelsDir }: InferenceHost): ModelFolders => ({
  shipped: modelsDir,
  user: userModelsDir,
});

/** Settings that choose the model and how it is run: a change has another process take over. */
export const CHOICE_KEYS = [
  'model.id',
  'model.intraOpThreads',
  'model.allowSpinning',
  'model.providers',
  'model.device',
] as const;

export function modelChoice(host: InferenceHost, settings: Settings): ModelChoice {
  return {
    modelsDir: host.modelsDir,
    userModelsDir: host.userModelsDir,
    modelId: settings['model.id'],
    intraOpThreads: settings['model.intraOpThreads'],
    allowSpinning: settings['model.allowSpinning'],
    providers: settings['model.providers'],
    device: settings['model.device'],
  };
}

/** What the inference process is started with. */
export function inferenceOptions(host: InferenceHost, settings: Settings): InferenceSupervisorOptions {
  return {
    spawn: host.spawnInference,
    ...modelChoice(host, settings),
    gpuQueueSize: settings['queues.gpuSize'],
    maxLagMs: lagLimitMs(settings, null),
    mask: maskOptions(settings),
  };
}
