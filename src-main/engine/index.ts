export { DataDirectoryInUse, DataDirectoryLock, defaultDataDirectory } from './data-directory.ts';
export { Engine, type EngineOptions } from './engine.ts';
export { modelChoice, modelFolders } from './inference-options.ts';
export { BadSetting, SettingsStore } from './settings-store.ts';
