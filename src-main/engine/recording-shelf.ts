import {
  type CommandArguments,
  type CommandName,
  type CommandResults,
  SaidError,
  say,
} from '../../src-shared/index.ts';
import type { Log } from '../monitoring/index.ts';
import { runRecordingJob } from '../recording/index.ts';
import type { RecordingDesk } from './recording-desk.ts';

/** Commands on recordings that are finished. They may take minutes and touch nothing live, so no other waits for them. */
export type ShelfCommand = Extract<CommandName, `recordings.${string}`>;

export const isShelfCommand = (name: CommandName): name is ShelfCommand => name.startsWith('recordings.');

/** What may be done with the recordings on the disk; only those in the recordings folder, named and never by path. */
export class RecordingShelf {
  readonly #desk: RecordingDesk;
  readonly #log: Log;
  /** Recordings a job works on: a second one, or deleting them, has to wait. */
  readonly #busy = new Map<string, AbortController>();

  readonly #running = new Set<Promise<unknown>>();

  constructor(desk: RecordingDesk, log: Log) {
    this.#desk = desk;
    this.#log = log;
  }

  /** @throws in words. */
  async run<N extends CommandName>(name: N & ShelfCommand, args: CommandArguments<N>): Promise<CommandResults[N]> {
    const running = this.#run({ name, args } as ShelfRequest);
    this.#running.add(running);
    try {
      return (await running) as CommandResults[N];
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends what is under way; half-written files go. */
  async close(): Promise<void> {
    for (const cancel of this.#busy.values()) {
      cancel.abort();
    }
    await Promise.allSettled(this.#running);
  }

  #run(request: ShelfRequest): Promise<CommandResults[ShelfCommand]> {
    switch (request.name) {
      case 'recordings.list':
        return this.#list();
      case 'recordings.verify':
        return this.#alone(request.args.name, (folder, signal) => runRecordingJob({ job: 'verify', folder }, signal));
      case 'recordings.recover':
        return this.#alone(request.args.name, async (folder) => {
          const { name, frames, repairs } = await runRecordingJob({ job: 'recover', folder });
          return { name, frames, repairs };
        });
      case 'recordings.delete':
        return this.#alone(request.args.name, async () => {
          await this.#desk.catalogue().delete(request.args.name);
          this.#log('info', 'recording.deleted', { name: request.args.name });
          return null;
        });
      case 'recordings.cancel':
        this.#busy.get(request.args.name)?.abort();
        return Promise.resolve(null);
      case 'recordings.export':
        return this.#export(request.args);
    }
  }

  async #list(): Promise<CommandResults['recordings.list']> {
    const catalogue = this.#desk.catalogue();
    return { folder: catalogue.folder, recordings: await catalogue.list() };
  }

  /** Beside the recording, under its name; one that was exported before is replaced. */
  #export({ name, format }: CommandArguments<'recordings.export'>): Promise<CommandResults['recordings.export']> {
    return this.#alone(name, async (folder, signal) => {
      const file = `${folder}.${format}`;
      const { files, frames, notes } = await runRecordingJob({ job: 'export', folder, format, file }, signal);
      this.#log('info', 'recording.exported', { name, file, frames });
      return { files, frames, notes };
    });
  }

  async #alone<T>(name: string, work: (folder: string, signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#desk.isMaking(name)) {
      throw new SaidError(say('recording.in-the-making', { name }));
    }
    if (this.#busy.has(name)) {
      throw new SaidError(say('recording.worked-on', { name }));
    }
    const cancel = new AbortController();
    this.#busy.set(name, cancel);
    try {
      return await work(await this.#desk.catalogue().folderOf(name), cancel.signal);
    } finally {
      this.#busy.delete(name);
    }
  }
}

type ShelfRequest = { [N in ShelfCommand]: { readonly name: N; readonly args: CommandArguments<N> } }[ShelfCommand];
