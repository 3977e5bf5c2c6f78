// Lets Electron's own installer fetch its binary, once and within a bounded, announced time. Without it the console
// opens in the browser.
import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pinnedNode, root } from './ensure-install.mjs';

/** About 110 MB: a slow line of 15 Mbit/s makes it, and nobody stares at a dead network for longer. */
const LIMIT_S = 60;
/** A network that could not deliver it today is not asked again at every start. */
const RETRY_AFTER_MS = 24 * 3600 * 1000;
const folder = path.join(root, 'node_modules', 'electron');
const failed = path.join(root, 'node_modules', '.electron-fetch-failed');

function isHopeless() {
  const noScreen = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  const triedLately = existsSync(failed) && Date.now() - statSync(failed).mtimeMs < RETRY_AFTER_MS;
  return Boolean(process.env.CI) || noScreen || triedLately || process.argv.includes('--browser');
}

export async function fetchElectron() {
  if (existsSync(path.join(folder, 'path.txt')) || isHopeless()) {
    return;
  }
  console.error(`Fetching Electron with its own installer (at most ${LIMIT_S} s) …`);
  const child = spawn(pinnedNode, [path.join(folder, 'install.js')], { cwd: folder, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_S * 1000);
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(1));
  });
  clearTimeout(timer);
  if (code !== 0 || !existsSync(path.join(folder, 'path.txt'))) {
    writeFileSync(failed, '');
    console.error('Electron could not be fetched; the console opens in the browser instead.');
  }
}
