import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { NODE_FLAGS } from '../pipeline/index.ts';
import { projectRoot } from './paths.ts';

/** The Node that Electron embeds and package.json pins; older ones lack what we build on. */
const NEEDED_MAJOR = 24;

/**
 * Runs this very command again on the pinned Node when it was started with an older one (`node dist/cli.js` on a
 * machine whose own Node is 20). Returns its exit code, or null when this process is already the right one.
 */
export async function runOnPinnedNode(): Promise<number | null> {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
    return null;
  }
  const pinned = path.join(
    projectRoot,
    ...['node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'],
  );
  if (!existsSync(pinned)) {
    throw new Error(`Node ${process.versions.node} is too old: run npm ci here once, or use Node ${NEEDED_MAJOR}`);
  }
  const child = spawn(pinned, [...NODE_FLAGS, ...process.argv.slice(1)], { stdio: 'inherit' });
  // Ctrl+C reaches the child by itself; this process only waits for it to close what it has open.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => void child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
