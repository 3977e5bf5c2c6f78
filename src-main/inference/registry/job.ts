import { type ModelCheck, type ModelListing, type Saying, say } from '../../../src-shared/index.ts';
import type { SpawnInference } from '../child.ts';
import { ModelRefused } from '../manifest.ts';
import type { FromInference, ToInference } from '../messages.ts';
import type { ModelFolders } from './folders.ts';
import { type AddRequest, addModel, removeModel, verifyModels } from './registry.ts';

/** Work on the registry that reads, copies or runs models. */
export type RegistryJob =
  | { readonly name: 'verify'; readonly id: string | null }
  | { readonly name: 'add'; readonly request: AddRequest }
  | { readonly name: 'remove'; readonly id: string };

export interface RegistryResults {
  readonly verify: readonly ModelCheck[];
  readonly add: ModelListing;
  readonly remove: null;
}

/** Copying and trying the largest models on a slow disk. */
const JOB_LIMIT_MS = 300_000;

/** Does the job in this process. @throws {ModelRefused} */
export async function doRegistryJob(
  folders: ModelFolders,
  job: RegistryJob,
): Promise<RegistryResults[RegistryJob['name']]> {
  switch (job.name) {
    case 'verify':
      return verifyModels(folders, job.id);
    case 'add':
      return addModel(folders, job.request);
    case 'remove':
      removeModel(folders, job.id);
      return null;
  }
}

/**
 * Has the job done in an inference process of its own: a file that makes ONNX Runtime crash or hang must not take the
 * engine with it.
 *
 * @throws {ModelRefused}
 */
export async function runRegistryJob<J extends RegistryJob>(
  spawn: SpawnInference,
  folders: ModelFolders,
  job: J,
): Promise<RegistryResults[J['name']]> {
  const child = await spawn();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const refuse = (why: Saying): void => reject(new ModelRefused(why));
      child.onMessage((message) => {
        const heard = message as FromInference;
        if (heard.type === 'registry-done') resolve(heard.value as RegistryResults[J['name']]);
        else if (heard.type === 'failed') refuse(heard.why);
      });
      child.onExit((code, signal) => refuse(say('model.job-ended', { how: signal ?? code ?? 'unknown' })));
      timer = setTimeout(() => refuse(say('model.job-late', { seconds: JOB_LIMIT_MS / 1000 })), JOB_LIMIT_MS);
      child.postMessage({ type: 'registry', folders, job } satisfies ToInference);
    });
  } finally {
    clearTimeout(timer);
    child.kill();
  }
}
