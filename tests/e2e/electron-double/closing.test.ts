import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchBrowser } from '../browser.ts';
import { becomeReady } from './app-state.ts';
import { BrowserWindow, providePages } from './browser-window.ts';
import { protocol } from './main-modules.ts';

/** From the answer to a navigation: before, in and after the commit that a wish to close used to get lost in. */
const AFTER_ANSWER_MS = [0, 2, 4, 6, 8, 10, 20, 40];

describe.skipIf(!hasChromium)('the double of a window', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it('closes at whatever moment of its loading it is told to: an app that quit early hung', async () => {
    let answered = (): void => {};
    becomeReady();
    protocol.handle('app', () => {
      setImmediate(() => answered());
      return new Response('<p>a page', { headers: { 'content-type': 'text/html' } });
    });
    const context = await browser.newContext();
    providePages(() => context.newPage());
    for (const delayMs of AFTER_ANSWER_MS) {
      const window = new BrowserWindow();
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
      });
      const loading = window.loadURL('app://console/').catch(() => {});
      await answer;
      await sleep(delayMs);
      expect(await window.closeForQuit()).toBe(true);
      expect(window.isDestroyed()).toBe(true);
      await loading;
    }
    await context.close();
  });
});
