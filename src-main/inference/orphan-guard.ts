import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** How often the parent is looked for. */
export const GUARD_MS = 1000;

export interface OrphanGuardData {
  readonly parent: number;
  readonly everyMs: number;
}

/**
 * Ends this process when its parent is gone, also while a run that never ends blocks the main thread, which then hears
 * nothing. For forked processes: Electron ends its utility processes itself.
 */
export function guardAgainstOrphanage(everyMs = GUARD_MS): void {
  if (process.send === undefined) return;
  const workerData: OrphanGuardData = { parent: process.ppid, everyMs };
  // Beside this file, as a TypeScript source or as a bundle: both carry this file's extension.
  const entry = `./orphan-guard-worker${path.extname(import.meta.url)}`;
  new Worker(new URL(entry, import.meta.url), { workerData, resourceLimits: { maxYoungGenerationSizeMb: 1 } }).unref();
}
