// Installs what is missing or out of date; quick when nothing is. Runs on any Node >= 20.19, before the pinned one is there.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');
const marker = path.join(root, 'node_modules', '.package-lock.json');

/** The Node that package.json pins: the one Electron embeds. Everything of ours runs on it. */
export const pinnedNode = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The environment of our scripts: the pinned Node first on the PATH, as npm itself would put it. */
export function projectEnvironment(extra = {}) {
  const bin = path.join(root, 'node_modules', '.bin');
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`, ...extra };
}

function isInstalled() {
  return (
    existsSync(pinnedNode) &&
    existsSync(marker) &&
    statSync(marker).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs
  );
}

export function ensureInstall() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: Ultramotion Console needs 20.19 or newer.`);
    process.exit(1);
  }
  if (isInstalled()) {
    return;
  }
  console.error('Installing packages (once, about a minute) …');
  // onnxruntime-node's own script would download CUDA libraries of some hundred MB; the CPU and WebGPU ones are in the package.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`npm ci failed${error === undefined ? ` with code ${status}` : `: ${error.message}`}`);
    process.exit(1);
  }
}

if (process.argv[1] === import.meta.filename) {
  ensureInstall();
}
