import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, screenshot } from './browser.ts';
import { seriousFaults } from './faults.ts';

const LIMIT_MS = 60_000;
const SOURCE_FPS = '10';
const newToken = (): string => randomBytes(32).toString('hex');

describe.skipIf(!hasChromium)('a console reached from other machines', () => {
  const bench = new TestBench();
  const tokens = { operate: newToken(), view: newToken() };
  let browser: Browser;
  let url: string;
  let dataDir: string;

  function writeToken(role: keyof typeof tokens, token: string): string {
    const file = path.join(dataDir, `${role}-token`);
    writeFileSync(file, `${token}\n`);
    chmodSync(file, 0o600);
    return file;
  }

  beforeAll(async () => {
    dataDir = bench.folder();
    const settings = {
      'http.insecure': true,
      'http.operateTokenFile': writeToken('operate', tokens.operate),
      'http.viewTokenFile': writeToken('view', tokens.view),
    };
    writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));
    const engine = await startEngine(
      bench,
      'phantom',
      ...['--http', '0.0.0.0:0', '--fps', SOURCE_FPS, '--data-dir', dataDir],
    );
    url = engine.url.replace('0.0.0.0', '127.0.0.1');
    browser = await launchBrowser();
    bench.owns(browser);
  });
  afterAll(() => bench.close());

  /** A browser of its own, at the page to sign in on. */
  async function visit(route = ''): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(LIMIT_MS);
    await page.goto(`${url}${route}`);
    await page.getByLabel('Access token').waitFor();
    return page;
  }
  async function signIn(page: Page, token: string): Promise<void> {
    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  it('refuses a wrong token in words and tells nothing', async () => {
    const page = await visit();
    expect(await seriousFaults(page)).toEqual([]);
    await signIn(page, newToken());
    await page.getByRole('alert').filter({ hasText: 'This token is not accepted.' }).waitFor();
    expect(await page.locator('#root').count()).toBe(0);
    expect(await page.evaluate(async () => (await fetch('/api/snapshot')).status)).toBe(401);
    await screenshot(page, 'sign-in');
    await page.context().close();
  });

  it('works once signed in, and comes back to the page to sign in on when the token is taken back', async () => {
    const page = await visit();
    await signIn(page, tokens.operate);
    await page.waitForSelector('.console .state-word:text-matches("LIVE|DEMO")');
    const session = await page.evaluate(async () => (await fetch('/api/session')).json());
    expect(session).toMatchObject({ who: 'operate-token', role: 'operate' });
    expect(await page.evaluate(() => document.cookie), 'no script can read it').toBe('');
    // A command over the WebSocket: the theme is a setting of the engine.
    await page.keyboard.press('t');
    await page.waitForSelector(':root[data-theme=light]');

    tokens.operate = newToken();
    writeToken('operate', tokens.operate);
    await page.getByLabel('Access token').waitFor();
    expect(await page.locator('#root').count()).toBe(0);
    await page.context().close();
  });

  it('shows whose token let a browser in, and lets it out again', async () => {
    const page = await visit();
    await signIn(page, tokens.operate);
    await page.waitForSelector('.console .state-word');
    await page.goto(`${url}#settings`);
    await page.getByText('Signed in with operate-token').waitFor();
    await screenshot(page, 'signed-in');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.evaluate(async () => (await fetch('/api/snapshot')).status)).toBe(401);
    await page.context().close();
  });

  it('shows a viewer the dashboard, says why there is no console, and ends with the token, too', async () => {
    const page = await visit();
    await signIn(page, tokens.view);
    await page.waitForSelector('[data-sample-ts]');
    expect(new URL(page.url()).pathname).toBe('/dashboard');
    expect(await page.textContent('.dashboard-role')).toMatch(/look only.*a token that may operate/);
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(`${url}index.html`);
    await page.waitForSelector('[data-sample-ts]');
    expect(new URL(page.url()).pathname).toBe('/dashboard');
    const refused = await page.evaluate(
      async () =>
        (
          await fetch('/api/commands/source.disconnect', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{}',
          })
        ).status,
    );
    expect(refused).toBe(403);

    writeToken('view', newToken());
    await page.getByLabel('Access token').waitFor();
    await page.context().close();
  });
});
