import type { RouteGroup } from '../app.ts';
import { commands } from './commands.ts';
import { consoleFiles, consoleSocket } from './console.ts';
import { docsPage, openApi } from './docs.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { prometheus } from './prometheus.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { status } from './status.ts';

/** Folders that files are served from; null: they were not built. */
export interface RouteFolders {
  readonly consoleDir: string | null;
  readonly docsDir: string | null;
}

/** Everything the main listener serves. */
export function routeGroups({ consoleDir, docsDir }: RouteFolders): RouteGroup[] {
  return [
    openApi,
    session,
    status,
    metrics,
    prometheus,
    settings,
    commands,
    logs,
    consoleSocket,
    ...(docsDir === null ? [] : [docsPage(docsDir)]),
    ...(consoleDir === null ? [] : [consoleFiles(consoleDir)]),
  ];
}
