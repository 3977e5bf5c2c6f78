export { buildName } from './build-name.ts';
export { type EngineFlags, parseEngineFlags } from './engine-options.ts';
export { type EngineHost, type RunningEngine, runEngine, type ServedEngine } from './run-engine.ts';
