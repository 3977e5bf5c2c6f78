import os from 'node:os';
import path from 'node:path';
import type { Settings } from '../../src-shared/index.ts';
import { DataDirectoryLock, Engine } from '../engine/index.ts';
import { CommandDesk, type ServedRoute } from '../gateway/index.ts';
import { forkInference, type SpawnInference } from '../inference/index.ts';
import { Logs } from '../monitoring/index.ts';
import { keepYoungGenerationSmall } from '../pipeline/index.ts';
import { buildName } from './build-name.ts';
import { type EngineFlags, openSettings } from './engine-options.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { inferenceEntry, modelsDir } from './paths.ts';
import { auditTo, type HttpService, serveHttp } from './serve-http.ts';
import { openStandardError } from './standard-error.ts';

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
  /** Where commands are judged and noted, for consoles that do not come over HTTP. */
  readonly desk: CommandDesk;
  /** Everything HTTP serves. */
  readonly routes: readonly ServedRoute[];
  close(): Promise<void>;
}

/** An engine whose console browsers can reach. */
export interface ServedEngine extends RunningEngine {
  readonly url: string;
}

/** Any time will do: the timer's being there keeps the process until it is closed. */
const KEEP_RUNNING_MS = 1000;

/** Engine and HTTP server in this process, on the settings of `flags`. @throws in the operator's words. */
export async function runEngine(flags: EngineFlags): Promise<ServedEngine>;
export async function runEngine(flags: EngineFlags, host: EngineHost): Promise<RunningEngine>;
export async function runEngine(
  flags: EngineFlags,
  host: EngineHost = { spawnInference: forkInference(inferenceEntry) },
): Promise<RunningEngine> {
  keepYoungGenerationSmall();
  const standardError = openStandardError();
  const { store, dataDir } = openSettings(flags);
  const lock = new DataDirectoryLock(dataDir);
  const logs = new Logs({ dataDir, say: standardError.say, settings: store.current });
  const engine = new Engine({
    build: buildName(),
    settings: store,
    spawnInference: host.spawnInference,
    modelsDir,
    userModelsDir: path.join(dataDir, 'models'),
    recordingFolders: recordingFolders(store.current, dataDir),
    recordingsDir: path.join(dataDir, 'recordings'),
    dataDir,
    logs,
  });
  const desk = new CommandDesk(engine, auditTo(logs.log));
  let http: HttpService | null = null;
  try {
    const { cannotListen } = host;
    http = await serveHttp({ engine, desk, settings: store.current, log: logs.log, cannotListen });
    if (http.url !== null) {
      lock.announce(http.url);
    }
    await engine.start();
  } catch (error) {
    await http?.close();
    lock.release();
    throw error;
  }
  const { url, routes, close } = http;
  return {
    url,
    routes,
    engine,
    desk,
    close: async () => {
      // Threads that keep no program running must be waited for all the same: without this the process could end first.
      const untilEnded = setInterval(() => {}, KEEP_RUNNING_MS);
      await engine.close();
      await close();
      await logs.close();
      lock.release();
      standardError.say('engine ended\n');
      await standardError.drained();
      clearInterval(untilEnded);
    },
  };
}

/** Where a console may open recordings from: what belongs to this engine and to the one who started it. */
function recordingFolders(settings: Settings, dataDir: string): string[] {
  const { 'source.address': startSource, 'recording.folder': chosen } = settings;
  const own = /\.(mha|mhd|nrrd|nhdr)$/i.test(startSource) ? [path.dirname(path.resolve(startSource))] : [];
  return [
    path.join(dataDir, 'recordings'),
    ...(chosen === '' ? [] : [path.resolve(chosen)]),
    os.homedir(),
    process.cwd(),
    ...own,
  ];
}

/**
 * One Ctrl+C can arrive several times within this time: the terminal signals the whole process group, and npm passes
 * it on once more.
 */
const SAME_REQUEST_MS = 1000;

/**
 * Comes with the first SIGTERM or SIGINT; one that comes more than a second after it ends the process at once. Call it
 * before starting anything, so that a signal that comes meanwhile closes what was started instead of cutting it off.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | null = null;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        firstMs ??= performance.now();
        resolve();
        if (performance.now() - firstMs > SAME_REQUEST_MS) {
          process.exit(EXIT_FAILED);
        }
      });
    }
  });
}
