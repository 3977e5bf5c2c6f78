import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, screenshot } from './browser.ts';
import { seriousFaults } from './faults.ts';

/** Slow enough for a busy machine; what is tested here does not depend on the rate. */
const SOURCE_FPS = '10';

/** Height of the capitals of an element, its contrast with what is behind it, and whether all of it is seen. */
function legibility(page: Page, selector: string) {
  return page.evaluate((wanted) => {
    const element = document.querySelector(wanted) as HTMLElement;
    const style = getComputedStyle(element);
    const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
    // Not `style.font`: it is empty where figures are tabular.
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const colours = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: number[]): number => {
      const [red = 0, green = 0, blue = 0] = colour.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    let behind: HTMLElement | null = element;
    while (behind !== null && colours(getComputedStyle(behind).backgroundColor)[3] === 0) {
      behind = behind.parentElement;
    }
    const ground = luminance(colours(getComputedStyle(behind ?? document.documentElement).backgroundColor));
    const ink = luminance(colours(style.color));
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return {
      capitalHeight: context.measureText('H').actualBoundingBoxAscent,
      contrast: (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05),
      isWhole: left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight,
      fits: element.scrollWidth <= element.clientWidth,
    };
  }, selector);
}

/** The console's files from a server that lacks those beginning with `missing`: a page's routes miss its threads' threads. */
async function serveWithout(engineUrl: string, missing: string) {
  const server = createServer(async ({ url = '/' }, response) => {
    if (url.startsWith(missing)) {
      response.writeHead(404).end();
      return;
    }
    const file = await fetch(new URL(url, engineUrl));
    const type = file.headers.get('content-type') ?? 'application/octet-stream';
    response.writeHead(file.status, { 'content-type': type }).end(await file.bytes());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(!hasChromium)('the shell around the views', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let url: string;
  const scripts: string[] = [];

  beforeAll(async () => {
    ({ url } = await startEngine(bench, 'phantom:1', '--fps', SOURCE_FPS));
    browser = bench.owns(await launchBrowser());
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
    page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
    await page.goto(`${url}?probe=1&renderer=2d`);
    await page.waitForSelector('.state[data-kind=demo]');
  });
  afterAll(() => bench.close());

  const tabText = (): Promise<string> => page.innerText('[data-action="view.performance"]');
  const pressAndSee = async (key: string, selector: string): Promise<void> => {
    await page.keyboard.press(key);
    await page.waitForSelector(selector);
  };

  it('fetches neither charts nor three.js for the page before they are looked at', async () => {
    expect(scripts.filter((file) => /performance|recharts/i.test(file))).toEqual([]);
    const first = scripts.filter((file) => /\/assets\/index-.*\.js$/.test(file));
    expect(first).toHaveLength(1);
    const text = await (await fetch(new URL(first[0] as string, url))).text();
    expect(text).not.toContain('recharts');
    expect(text).not.toContain('WebGLRenderer');
  });

  it('goes from view to view by one key, with the state in its corner in each', async () => {
    // The corner is as wide as its word: measured with the same word both times.
    await page.waitForSelector('.state[data-state=DEMO]');
    const place = await page.locator('.state').boundingBox();
    await pressAndSee('3', '.view[data-view=performance] .chart-plot');
    expect(scripts.filter((file) => /performance/.test(file))).not.toEqual([]);
    await page.waitForSelector('.state[data-state=DEMO]');
    expect(await page.locator('.state').boundingBox()).toEqual(place);
    await pressAndSee('6', '.view[data-view=settings] select');
    expect(await page.locator('.state-word').isVisible()).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('1');
    await page.locator('.stage').waitFor({ state: 'visible' });
  });

  it('goes to the view of an address typed over its own', async () => {
    await page.evaluate(() => location.assign('#performance'));
    await page.waitForSelector('.view[data-view=performance] .chart-plot');
    await page.evaluate(() => location.assign('#live'));
    await page.locator('.view').waitFor({ state: 'detached' });
    await page.locator('.stage').waitFor({ state: 'visible' });
  });

  it('keeps an address typed while the command before it waits for its answer', async () => {
    const own = await browser.newPage();
    // Answers come to the page from its worker: those held are handed over at `answers-pass`.
    await own.addInitScript(() => {
      const listen = Worker.prototype.addEventListener;
      Worker.prototype.addEventListener = function (this: Worker, type: string, listener: (event: Event) => void) {
        listen.call(this, type, (event) => {
          const isAnswer = (event as MessageEvent).data?.message?.type === 'result';
          if (isAnswer && window.sessionStorage.getItem('answers') === 'held') {
            window.addEventListener('answers-pass', () => listener(event), { once: true });
          } else {
            listener(event);
          }
        });
      } as typeof listen;
    });
    await own.goto(`${url}?renderer=2d`);
    await own.waitForSelector('.state[data-kind=demo]');
    await own.evaluate(() => window.sessionStorage.setItem('answers', 'held'));
    const form = own.locator('form.address').first();
    await form.getByRole('button', { name: 'Disconnect' }).click();
    await own.waitForSelector('.state[data-state="NO SOURCE"]');
    await form.getByRole('textbox').fill('carrier-pigeon://coop');
    await own.evaluate(() => {
      window.sessionStorage.removeItem('answers');
      window.dispatchEvent(new Event('answers-pass'));
    });
    await form.getByRole('button', { name: 'Connect' }).click();
    await form.getByText(/carrier-pigeon/).waitFor();
    expect(await form.getByRole('textbox').inputValue()).toBe('carrier-pigeon://coop');
    await form.getByRole('textbox').fill('phantom:1');
    await form.getByRole('button', { name: 'Connect' }).click();
    await own.waitForSelector('.state[data-kind=demo]');
    await own.close();
  });

  it.each(['live-worker', 'socket-worker'])('says so when the program of its %s cannot be loaded', async (program) => {
    await using server = await serveWithout(url, `/assets/${program}-`);
    const own = await browser.newPage();
    await own.goto(`${server.url}?renderer=2d`);
    await own.getByText('its program could not be loaded. Reload the page.').waitFor();
    await own.close();
  });

  it('lists the keys under ?, and leaves keys alone while somebody types', async () => {
    await pressAndSee('?', '.help');
    expect(await page.innerText('.help')).toMatch(/M\s*Mask on or off/);
    await page.keyboard.press('Escape');
    await page.locator('.help').waitFor({ state: 'detached' });
    await page.locator('form.address input').first().click();
    await page.keyboard.press('3');
    await page.keyboard.press('?');
    expect(await page.locator('.view, .help').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('.tab').first().focus();
  });

  it('is free of serious faults for those who cannot see or point', async () => {
    expect(await seriousFaults(page)).toEqual([]);
    await pressAndSee('t', ':root[data-theme=light]');
    expect(await seriousFaults(page)).toEqual([]);
    await screenshot(page, 'shell-light');
    await pressAndSee('t', ':root[data-theme=dark]');
  });

  it('speaks French and English as set, at once', async () => {
    expect(await tabText()).toBe('Performance');
    await page.keyboard.press('6');
    const language = page.locator('.setting', { hasText: 'view.language' }).locator('select');
    await language.selectOption('fr');
    await page.waitForSelector('html[lang=fr]');
    expect(await tabText()).toBe('Performances');
    await page.waitForFunction(() => document.querySelector('.state-word')?.textContent === 'DÉMO');
    await language.selectOption('auto');
    await page.waitForSelector('html[lang=en]');
    await page.keyboard.press('1');
  });

  it('packs logs for support and gives them to a browser', async () => {
    await page.keyboard.press('5');
    await page.getByRole('button', { name: 'Logs for support' }).click();
    const link = page.getByRole('link', { name: 'Save it here' });
    await link.waitFor({ timeout: 60_000 });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const bytes = readFileSync(await download.path());
    expect([download.suggestedFilename(), ...bytes.subarray(0, 2)]).toEqual([
      expect.stringMatching(/\.tar\.gz$/),
      0x1f,
      0x8b,
    ]);
    await page.keyboard.press('1');
  });

  it('says why a setting was not changed, with its value and its limit', async () => {
    const problem = page.locator('.problem-message', { hasText: 'Not changed' });
    await page.evaluate(() => (window as Window).__ultramotion?.changeSettings({ 'view.cineSeconds': 900 }));
    await problem.waitFor();
    expect(await problem.innerText()).toMatch(/view\.cineSeconds 900: .*60/);
    await page.evaluate(() => (window as Window).__ultramotion?.changeSettings({ 'view.cineSeconds': 10 }));
    await problem.waitFor({ state: 'detached' });
  });

  it('lays a distance with the keyboard alone', async () => {
    await page.keyboard.press('d');
    await page.waitForFunction(() => document.activeElement?.classList.contains('half'));
    for (const key of ['Enter', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    for (let step = 0; step < 3; step++) await page.keyboard.press('Shift+ArrowRight');
    // 30 pixels of the demo's 0.1 mm.
    await page.locator('.caliper text', { hasText: '3.0 mm' }).waitFor();
    expect(await page.innerText('.spoken')).toBe('3.0 mm');
    await page.keyboard.press('Enter');
    await page.locator('.spoken').waitFor({ state: 'detached' });
    expect(await page.locator('.caliper').count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Delete');
    await page.keyboard.press('d');
    expect(await page.locator('.caliper').count()).toBe(0);
  });

  it('shows state, age and REC in capitals of 48 px with a contrast of 7 in large type at 1080p', async () => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    await pressAndSee('l', ':root[data-type=large]');
    await pressAndSee('r', '.rec[data-state=recording]');
    for (const selector of ['.state-word', '.state-age', '.rec strong', '.rec-lost']) {
      const { capitalHeight, contrast, isWhole, fits } = await legibility(page, selector);
      expect(capitalHeight, selector).toBeGreaterThanOrEqual(48);
      expect(contrast, selector).toBeGreaterThanOrEqual(7);
      expect([isWhole, fits], selector).toEqual([true, true]);
    }
    expect(await page.innerText('.rec')).toMatch(/^REC \d\d:\d\d:\d\d\s+0 lost$/);
    await screenshot(page, 'shell-large-type');
    await page.keyboard.press('r');
    await page.locator('.rec').waitFor({ state: 'detached' });
    await pressAndSee('l', ':root[data-type=normal]');
    expect((await legibility(page, '.state-word')).capitalHeight, 'the test can fail').toBeLessThan(48);
  });
});
