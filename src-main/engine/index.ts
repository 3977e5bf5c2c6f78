export { DataDirectoryInUse, DataDirectoryLock, defaultDataDirectory } from './data-directory.ts';
export { Engine } from './engine.ts';
export type { EngineOptions } from './engine-options.ts';
export { modelChoice, modelFolders } from './inference-options.ts';
export { BadSetting, SettingsStore } from './settings-store.ts';
