import type { RouteGroup } from '../app.ts';
import { consoleFiles, consoleSocket } from './console.ts';
import { session } from './session.ts';
import { status } from './status.ts';

/** Folders that files are served from; null: they were not built. */
export interface RouteFolders {
  readonly consoleDir: string | null;
  readonly docsDir: string | null;
}

/** Everything the main listener serves. */
export function routeGroups({ consoleDir }: RouteFolders): RouteGroup[] {
  return [session, status, consoleSocket, ...(consoleDir === null ? [] : [consoleFiles(consoleDir)])];
}
