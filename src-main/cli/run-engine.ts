import { existsSync } from 'node:fs';
import { DataDirectoryLock, Engine } from '../engine/index.ts';
import { CannotListen, HttpServer } from '../gateway/index.ts';
import { forkInference, type SpawnInference } from '../inference/index.ts';
import { createLog } from '../monitoring/index.ts';
import { buildName } from './build-name.ts';
import { type EngineFlags, openSettings } from './engine-options.ts';
import { consoleDir, inferenceEntry, modelsDir } from './paths.ts';

/** What differs between a plain Node process and the desktop app's engine process. */
export interface EngineHost {
  readonly spawnInference: SpawnInference;
  /** Told that browsers cannot be served, with why, where the console does not depend on it; absent, it is fatal. */
  readonly cannotListen?: (reason: string) => void;
}

export interface RunningEngine {
  /** Where browsers reach the console; null when they cannot. */
  readonly url: string | null;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** An engine whose console browsers can reach. */
export interface ServedEngine extends RunningEngine {
  readonly url: string;
}

/** Engine and HTTP server in this process, on the settings of `flags`. @throws in the operator's words. */
export async function runEngine(flags: EngineFlags): Promise<ServedEngine>;
export async function runEngine(flags: EngineFlags, host: EngineHost): Promise<RunningEngine>;
export async function runEngine(
  flags: EngineFlags,
  host: EngineHost = { spawnInference: forkInference(inferenceEntry) },
): Promise<RunningEngine> {
  const { store, dataDir } = openSettings(flags);
  const lock = new DataDirectoryLock(dataDir);
  const minimum = store.current['log.mode'] === 'perf' ? 'warn' : 'info';
  const log = createLog('engine', minimum, (line) => process.stderr.write(line));
  const engine = new Engine({
    build: buildName(),
    settings: store,
    spawnInference: host.spawnInference,
    modelsDir,
    log,
  });
  const server = new HttpServer(
    {
      host: store.current['http.host'],
      port: store.current['http.port'],
      consoleDir: existsSync(consoleDir) ? consoleDir : null,
    },
    engine,
  );
  try {
    const url = await listen(server, host);
    if (url !== null) {
      lock.announce(url);
    }
    await engine.start();
    return {
      url,
      engine,
      close: async () => {
        await engine.close();
        await server.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function listen(server: HttpServer, host: EngineHost): Promise<string | null> {
  try {
    return (await server.listen()).url;
  } catch (error) {
    if (!(error instanceof CannotListen) || host.cannotListen === undefined) {
      throw error;
    }
    host.cannotListen(error.message);
    return null;
  }
}

/**
 * Comes with the first SIGTERM or SIGINT; a second one ends the process at once. Call it before starting anything, so
 * that a signal that comes meanwhile closes what was started instead of cutting it off.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve());
    }
  });
}
