import type { SpawnInference } from '../inference/index.ts';
import type { Logs } from '../monitoring/index.ts';
import type { SettingsStore } from './settings-store.ts';

/** What an engine is given by the program it runs in. */
export interface EngineOptions {
  readonly build: string;
  readonly settings: SettingsStore;
  readonly spawnInference: SpawnInference;
  readonly modelsDir: string;
  /** Where models that users add lie; null: nowhere. */
  readonly userModelsDir: string | null;
  /** Where a console may open recordings from (design, section 8). */
  readonly recordingFolders: readonly string[];
  /** Where recordings go when no setting says otherwise. */
  readonly recordingsDir: string;
  /** Logs, history, recordings; null: nothing is kept (measuring, tests). */
  readonly dataDir: string | null;
  /** Closed by whoever opened them, after the engine. */
  readonly logs: Logs;
}
