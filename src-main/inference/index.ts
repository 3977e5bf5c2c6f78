export { forkInference, type InferenceChild, type SpawnInference } from './child.ts';
export { type ModelManifest, ModelRefused, readManifest } from './manifest.ts';
export { type MaskOptions, MODEL_OWN_MASK } from './mask/options.ts';
export { frameMessage } from './messages.ts';
export { type ModelChoice, ModelSwitch, type ModelSwitchListener, type ModelSwitchState } from './model-switch.ts';
export { type OfflineAnswer, OfflineModel } from './offline-model.ts';
export { type BeamView, beamSpacing, beamView } from './picture/beam-view.ts';
export {
  type AddRequest,
  addRequest,
  checkModel,
  doRegistryJob,
  listModels,
  type ModelFolders,
  runRegistryJob,
  type WorkingFact,
  workingFacts,
} from './registry/index.ts';
export type { InferenceResult } from './result.ts';
export {
  type InferenceListener,
  type InferenceState,
  InferenceSupervisor,
  type InferenceSupervisorOptions,
} from './supervisor.ts';
export { type UnhurriedAnswer, UnhurriedModel } from './unhurried-model.ts';
