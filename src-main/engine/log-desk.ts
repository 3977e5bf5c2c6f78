import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type CommandResults, SaidError, say } from '../../src-shared/index.ts';
import { type Logs, runLogBundle } from '../monitoring/index.ts';

/** Made by {@link nameOf}; a file of any other name is neither given out nor removed. Sorts by time. */
const BUNDLE_NAME = /^ultramotion-logs-\d{8}T\d{6}Z\.tar\.gz$/;
/** Who presses the button every day must not fill the disk; the one a colleague is fetching must not vanish either. */
const BUNDLES_KEPT = 3;

/** Bundles of logs for support, in `bundles/` of the data directory, made and fetched by whoever may operate. */
export class LogDesk {
  readonly #logs: Logs;
  readonly #dataDir: string | null;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ logs, dataDir }: { readonly logs: Logs; readonly dataDir: string | null }) {
    this.#logs = logs;
    this.#dataDir = dataDir;
  }

  /** Makes one; one after another. @throws in words. */
  bundle(): Promise<CommandResults['logs.bundle']> {
    const made = this.#last.then(() => this.#bundle());
    this.#last = made.catch(() => {});
    return made;
  }

  /** The bytes of one that was made; null: there is none of that name. */
  async read(name: string): Promise<Uint8Array | null> {
    if (this.#dataDir === null || !BUNDLE_NAME.test(name)) {
      return null;
    }
    try {
      return await readFile(path.join(folderIn(this.#dataDir), name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return null;
      }
      throw error;
    }
  }

  async #bundle(): Promise<CommandResults['logs.bundle']> {
    const dataDir = this.#dataDir;
    if (dataDir === null) {
      throw new SaidError(say('logs.none'));
    }
    const folder = folderIn(dataDir);
    const name = nameOf(new Date());
    await mkdir(folder, { recursive: true });
    await removeOld(folder, BUNDLES_KEPT - 1);
    const file = path.join(folder, name);
    const { bytes, entries } = await runLogBundle({ dataDir, file, secrets: this.#logs.secrets });
    this.#logs.log('info', 'log.bundled', { file, bytes });
    return { name, file, bytes, entries };
  }
}

const folderIn = (dataDir: string): string => path.join(dataDir, 'bundles');

const nameOf = (time: Date): string => `ultramotion-logs-${time.toISOString().replace(/[-:]|\.\d+/g, '')}.tar.gz`;

async function removeOld(folder: string, kept: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => BUNDLE_NAME.test(name)).sort();
  for (const name of names.slice(0, -kept)) {
    await rm(path.join(folder, name), { force: true });
  }
}
