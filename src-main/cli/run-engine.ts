import { existsSync } from 'node:fs';
import { DataDirectoryLock, Engine } from '../engine/index.ts';
import { HttpServer } from '../gateway/index.ts';
import { forkInference } from '../inference/index.ts';
import { createLog } from '../monitoring/index.ts';
import { buildName } from './build-name.ts';
import { type EngineFlags, openSettings } from './engine-options.ts';
import { consoleDir, inferenceEntry, modelsDir } from './paths.ts';

export interface RunningEngine {
  readonly url: string;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Engine and HTTP server in this process, on the settings of `flags`. @throws in the operator's words. */
export async function runEngine(flags: EngineFlags): Promise<RunningEngine> {
  const { store, dataDir } = openSettings(flags);
  const lock = new DataDirectoryLock(dataDir);
  const minimum = store.current['log.mode'] === 'perf' ? 'warn' : 'info';
  const log = createLog('engine', minimum, (line) => process.stderr.write(line));
  const engine = new Engine({
    build: buildName(),
    settings: store,
    spawnInference: forkInference(inferenceEntry),
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
    const { url } = await server.listen();
    lock.announce(url);
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

/** Runs until SIGTERM or SIGINT, then closes everything once; a second signal ends the process at once. */
export async function untilStopped(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve());
    }
  });
  await close();
}
