import {
  type CommandArguments,
  type CommandName,
  type CommandResults,
  SaidError,
  say,
} from '../../src-shared/index.ts';
import { addRequest, listModels, type ModelFolders, runRegistryJob, type SpawnInference } from '../inference/index.ts';
import type { Log } from '../monitoring/index.ts';

/** Commands on the models there are. They may take long and touch nothing live, so no other waits for them. */
export type ModelCommand = Extract<CommandName, `models.${string}`>;

export const isModelCommand = (name: CommandName): name is ModelCommand => name.startsWith('models.');

export interface ModelDeskOptions {
  readonly folders: ModelFolders;
  readonly spawnInference: SpawnInference;
  readonly log: Log;
  /** Refuses a path that a console may not name. */
  readonly checkPath: (path: string) => void;
  /** The model that runs or is to run. */
  readonly activeId: () => string;
}

/** What a console may have done with the models: one job at a time, in a process of its own. */
export class ModelDesk {
  readonly #options: ModelDeskOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ModelDeskOptions) {
    this.#options = options;
  }

  /** @throws {ModelRefused | AddressRefused} in words. */
  async run<N extends CommandName>(name: N & ModelCommand, args: CommandArguments<N>): Promise<CommandResults[N]> {
    return (await this.#run({ name, args } as ModelRequest)) as CommandResults[N];
  }

  async #run(request: ModelRequest): Promise<CommandResults[ModelCommand]> {
    const { folders, spawnInference, log, checkPath, activeId } = this.#options;
    switch (request.name) {
      case 'models.list':
        return { models: listModels(folders) };
      case 'models.verify': {
        const id = request.args.id ?? null;
        return { checks: await this.#alone(() => runRegistryJob(spawnInference, folders, { name: 'verify', id })) };
      }
      case 'models.add': {
        checkPath(request.args.path);
        const job = { name: 'add', request: addRequest(request.args) } as const;
        const model = await this.#alone(() => runRegistryJob(spawnInference, folders, job));
        log('info', 'model.added', { model: model.id, kind: model.kind });
        return { model };
      }
      case 'models.remove': {
        const { id } = request.args;
        if (id === activeId()) throw new SaidError(say('model.in-use', { model: id }));
        await this.#alone(() => runRegistryJob(spawnInference, folders, { name: 'remove', id }));
        log('info', 'model.removed', { model: id });
        return null;
      }
    }
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

type ModelRequest = { [N in ModelCommand]: { readonly name: N; readonly args: CommandArguments<N> } }[ModelCommand];
