import { existsSync } from 'node:fs';
import { type Settings, series } from '../../src-shared/index.ts';
import type { Engine } from '../engine/index.ts';
import {
  type Audit,
  CannotListen,
  type CommandDesk,
  HttpServer,
  httpServerOptions,
  routeGroups,
  type ServedRoute,
} from '../gateway/index.ts';
import type { Log } from '../monitoring/index.ts';
import { consoleDir, docsDir } from './paths.ts';

/** How soon the operator learns that a renewed token or key file is not usable. */
const LOOK_AT_ACCESS_MS = 5000;

export interface HttpService {
  /** Where browsers reach the console; null when they cannot. */
  readonly url: string | null;
  readonly routes: readonly ServedRoute[];
  close(): Promise<void>;
}

export interface HttpServiceOptions {
  readonly engine: Engine;
  readonly desk: CommandDesk;
  readonly settings: Settings;
  readonly log: Log;
  /** Told that browsers cannot be served, with why, where the console does not depend on it; absent, it is fatal. */
  readonly cannotListen: ((reason: string) => void) | undefined;
}

/** Serves console, API and metrics as the settings say. @throws {CannotListen} where nobody is told instead. */
export async function serveHttp(options: HttpServiceOptions): Promise<HttpService> {
  try {
    return await listen(options);
  } catch (error) {
    if (!(error instanceof CannotListen) || options.cannotListen === undefined) {
      throw error;
    }
    options.cannotListen(error.message);
    return { url: null, routes: [], close: async () => {} };
  }
}

async function listen({ engine, desk, settings, log }: HttpServiceOptions): Promise<HttpService> {
  const server = new HttpServer(
    {
      ...httpServerOptions(settings, process.env),
      groups: routeGroups({ consoleDir: folder(consoleDir), docsDir: folder(docsDir) }),
      desk,
      audit: auditTo(log),
      fault: (route, error) => log('error', 'http.fault', { route, message: error.stack ?? error.message }),
    },
    engine,
  );
  const { url } = await server.listen();
  const noteWarnings = (): void => {
    const { warnings } = server;
    engine.noteStanding('http.access', warnings.length === 0 ? null : series(';', warnings));
  };
  noteWarnings();
  const watch = setInterval(noteWarnings, LOOK_AT_ACCESS_MS);
  return {
    url,
    routes: server.routes,
    close: async () => {
      clearInterval(watch);
      await server.close();
    },
  };
}

/** Who changed what is worth a line whatever the log's mode, so it is a warning: `LOG_MODE=perf` keeps those. */
export function auditTo(log: Log): Audit {
  return (entry) => log('warn', 'audit', { ...entry });
}

const folder = (path: string): string | null => (existsSync(path) ? path : null);
