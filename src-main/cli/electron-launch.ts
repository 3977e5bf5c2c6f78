import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './paths.ts';

/** An Electron that ends itself sooner than this with a failure has not shown anything: the browser takes over. */
const MUST_RUN_MS = 5000;

/** Where the `electron` package put its binary; null when it was never fetched or there is no screen. */
export function electronBinary(): string | null {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return null;
  }
  const folder = path.join(projectRoot, 'node_modules', 'electron');
  try {
    const binary = path.join(folder, 'dist', readFileSync(path.join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/** Runs the desktop app until it is closed; false when it could not start. */
export function launchElectron(binary: string, args: readonly string[]): Promise<boolean> {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(binary, [projectRoot, ...args], { stdio: 'inherit' });
    const stop = (): void => void child.kill();
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    child.once('error', () => resolve(false));
    child.once('exit', (code) => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      const failedAtOnce = code !== 0 && Date.now() - startedMs < MUST_RUN_MS;
      if (failedAtOnce) {
        process.stderr.write(`Electron ended at once (code ${code}): using the browser instead.\n`);
      }
      resolve(!failedAtOnce);
    });
  });
}
