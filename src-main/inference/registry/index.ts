export { checkModel, findModel, type ModelFolders } from './folders.ts';
export { doRegistryJob, type RegistryJob, type RegistryResults, runRegistryJob } from './job.ts';
export { type AddRequest, addRequest, listModels } from './registry.ts';
export { type WorkingFact, workingFacts } from './working-facts.ts';
