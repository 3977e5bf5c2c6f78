/**
 * The built desktop app in a real Electron, where there is one: what the double cannot prove (electron-shell.test.ts) is
 * that it starts, with its sandbox, its own scheme and a port that reaches the page.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { _electron as electron } from 'playwright';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually, TestBench } from '../support/processes.ts';
import { screenshot } from './browser.ts';

const root = path.resolve(import.meta.dirname, '../..');
const LIMIT_MS = 60_000;

/** Electron's binary, or why there is none to run. Its package would download one when loaded: only its note is read. */
function findElectron(): { binary: string } | { missing: string } {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { missing: 'no display' };
  }
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const note = path.join(folder, 'path.txt');
  if (!existsSync(note)) {
    return { missing: 'the electron package has not fetched its binary' };
  }
  const binary = path.join(folder, 'dist', readFileSync(note, 'utf8').trim());
  return existsSync(binary) ? { binary } : { missing: `no file ${binary}` };
}

const found = findElectron();
if ('missing' in found) {
  console.warn(`skipped: real Electron: ${found.missing}`);
}

describe.skipIf('missing' in found)('desktop app in real Electron', () => {
  const bench = new TestBench();
  afterAll(() => bench.close());

  it('opens its window from app://console, shows the moving demo, and ends without leaving a process', async () => {
    const app = await electron.launch({
      executablePath: (found as { binary: string }).binary,
      args: [
        root,
        ...['--source', 'phantom:1', '--fps', '15', '--data-dir', bench.folder()],
        ...['--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'],
      ],
    });
    bench.owns(app);
    const page = await app.firstWindow();
    expect(page.url()).toBe('app://console/');
    await eventually('DEMO on the screen', LIMIT_MS, async () =>
      (await page.locator('.state-word').textContent()) === 'DEMO' ? true : null,
    );
    await screenshot(page, 'electron-real');
    expect(await page.evaluate(() => ['require', 'process'].filter((name) => name in window))).toEqual([]);
    const processes = await app.evaluate(({ app: running }) => running.getAppMetrics().map(({ pid }) => pid));
    await app.close();
    await eventually('all processes ended', LIMIT_MS, () => (processes.some(isRunning) ? null : true));
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
