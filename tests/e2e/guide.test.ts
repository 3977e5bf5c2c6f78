import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineAddresses, eventually, TestBench } from '../support/processes.ts';
import { IgtlListener } from '../support/streams.ts';
import { hasChromium, launchBrowser, screenshot } from './browser.ts';
import { seriousFaults } from './faults.ts';

describe.skipIf(!hasChromium)('the first start', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let addresses: EngineAddresses;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = bench.folder();
    const engine = bench.cli(
      ...['engine', '--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'],
      ...['--fps', '10', '--data-dir', dataDir, '--json'],
    );
    addresses = await engine.json<EngineAddresses>();
    browser = bench.owns(await launchBrowser());
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
    await page.goto(`${addresses.url}?probe=1&renderer=2d`);
  });
  afterAll(() => bench.close());

  const question = (): Promise<string> => page.innerText('.guide h2');
  const button = (name: string) => page.locator('.guide').getByRole('button', { name, exact: true });

  it('asks where pictures come from, beside the demo that already runs', async () => {
    await page.waitForSelector('.guide');
    await page.waitForFunction(() => (window.__ultramotion?.shown().painted ?? 0) > 5);
    expect(await question()).toContain('Where do the pictures come from?');
    const [stage, guide] = await Promise.all(
      ['.picture[data-pane=overlay] canvas', '.guide'].map((selector) => page.locator(selector).boundingBox()),
    );
    expect(stage?.width).toBeGreaterThan(600);
    expect(guide?.x, 'the guide lies beside the picture').toBeGreaterThanOrEqual((stage?.x ?? 0) + (stage?.width ?? 0));
    expect(await seriousFaults(page)).toEqual([]);
    await screenshot(page, 'guide-source');
  });

  it('says what keeps a picture away and what to look at, by keyboard alone', async () => {
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    // Nobody listens on port 1.
    await page.keyboard.type('127.0.0.1:1');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.guide-outcome[data-outcome=trouble]');
    expect(await page.innerText('.guide')).toMatch(/Nobody listens at 127\.0\.0\.1:1: .*Is PlusServer running/s);
    await page.waitForSelector('.veil');
    await screenshot(page, 'guide-trouble');
  });

  it('shows the picture that was chosen', async () => {
    await button('Back').click();
    await page.getByRole('radio', { name: 'Ultrasound scanner' }).focus();
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('radio', { name: 'Demo' }).isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.guide-outcome[data-outcome=there]');
    expect(await page.innerText('.guide')).toContain('640 × 480');
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('tells what to enter in Slicer, and sees it come', async () => {
    await button('Yes, go on').click();
    const port = new URL(addresses.publish).port;
    expect(await page.innerText('.guide-enter')).toMatch(new RegExp(`127\\.0\\.0\\.1\\s+Port\\s+${port}`));
    expect(await page.innerText('.guide')).toContain('Waiting for Slicer.');
    bench.owns(new IgtlListener(Number(port)));
    await page.getByText('Slicer is connected.').waitFor();
    await page.locator('.guide summary').click();
    expect(await page.inputValue('.guide-code')).toContain("'vtkMRMLLabelMapVolumeNode', 'BoneMask_Demo'");
    expect(await seriousFaults(page)).toEqual([]);
    await screenshot(page, 'guide-slicer');
  });

  it('is over, stays over, and comes back when asked for', async () => {
    await button('Go on').click();
    await screenshot(page, 'guide-done');
    await button('To the picture').click();
    await page.waitForSelector('.side');
    const saved = (): unknown =>
      (JSON.parse(readFileSync(path.join(dataDir, 'settings.json'), 'utf8')) as { settings: object }).settings;
    await eventually('the guide is remembered', 10_000, () => {
      const { 'view.guideDone': done } = saved() as Record<string, unknown>;
      return done === true ? true : null;
    });
    await page.reload();
    await page.waitForSelector('.state[data-kind=demo]');
    await page.waitForFunction(() => (window.__ultramotion?.shown().painted ?? 0) > 2);
    expect(await page.locator('.guide').count()).toBe(0);
    await page.keyboard.press('g');
    await page.waitForSelector('.guide');
    await page.keyboard.press('Escape');
    await page.locator('.guide').waitFor({ state: 'detached' });
  });

  it('speaks French, in light colours and large type', async () => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    for (const key of ['t', 'l', 'g']) await page.keyboard.press(key);
    await page.keyboard.press('6');
    await page.locator('.setting', { hasText: 'view.language' }).locator('select').selectOption('fr');
    await page.waitForSelector('html[lang=fr]');
    await page.keyboard.press('1');
    await page.waitForSelector('.guide');
    expect(await question()).toContain('D’où viennent les images ?');
    expect(await seriousFaults(page)).toEqual([]);
    await screenshot(page, 'guide-french-large');
  });
});
