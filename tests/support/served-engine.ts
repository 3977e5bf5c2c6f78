import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type EngineFlags, runEngine, type ServedEngine } from '../../src-main/cli/index.ts';
import type { SettingsPatch } from '../../src-shared/index.ts';
import type { TestBench } from './processes.ts';

/** An engine and its HTTP server in this process, on free ports and a data folder of its own, with `settings` in its file. */
export async function serveEngine(
  bench: TestBench,
  settings: SettingsPatch = {},
  flags: EngineFlags = {},
): Promise<ServedEngine & { readonly dataDir: string; at(route: string): URL }> {
  const dataDir = bench.folder();
  writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));
  const engine = await runEngine({
    source: 'phantom',
    http: { host: '127.0.0.1', port: 0 },
    publish: 'igtl-server://127.0.0.1:0',
    dataDir,
    ...flags,
  });
  bench.owns(engine);
  return { ...engine, dataDir, at: (route) => new URL(route, engine.url) };
}
