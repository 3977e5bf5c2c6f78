import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PaintedPicture } from '../../src-renderer/state/probe-api.ts';
import { type EngineAddresses, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, screenshot, setMask } from './browser.ts';
import { seriousFaults } from './faults.ts';

declare global {
  interface Window {
    awaited?: Promise<PaintedPicture> | undefined;
  }
}

const SHIPPED = path.resolve(import.meta.dirname, '../../models');

/** bone-net with one byte of its weights altered, and a manifest that is none: what lies about in model folders. */
function addBadModels(userModels: string): void {
  const altered = path.join(userModels, 'altered');
  mkdirSync(altered, { recursive: true });
  const manifest = readFileSync(path.join(SHIPPED, 'bone-net/model.yaml'), 'utf8');
  writeFileSync(path.join(altered, 'model.yaml'), manifest.replace('id: bone-net', 'id: altered'));
  const file = path.join(altered, 'bone-net.onnx');
  copyFileSync(path.join(SHIPPED, 'bone-net/bone-net.onnx'), file);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  writeFileSync(file, bytes);
  const unreadable = path.join(userModels, 'unreadable');
  mkdirSync(unreadable);
  writeFileSync(path.join(unreadable, 'model.yaml'), 'id: unreadable\n');
}

describe.skipIf(!hasChromium)('models in the console', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    const dataDir = bench.folder();
    addBadModels(path.join(dataDir, 'models'));
    const engine = bench.cli(
      ...['engine', '--source', 'phantom:1', '--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'],
      ...['--model', 'bone-tracer', '--fps', '4', '--data-dir', dataDir, '--json'],
    );
    ({ url } = await engine.json<EngineAddresses>());
    browser = bench.owns(await launchBrowser());
    page = await open('2d');
  });
  afterAll(() => bench.close());

  async function open(renderer: '2d' | 'webgl'): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
    opened.setDefaultTimeout(60_000);
    await opened.goto(`${url}?probe=1&renderer=${renderer}`);
    await opened.waitForFunction(() => (window.__ultramotion?.shown().painted ?? 0) > 1);
    return opened;
  }
  const card = (id: string) => page.locator(`.model[data-id="${id}"]`);

  it('are named with what they find, and what tried to run them', async () => {
    await page.keyboard.press('i');
    await page.locator('.ai-details .provider-report').waitFor();
    expect(await page.innerText('.ai-details')).toMatch(/Likelihood: CPU.*CPU\s+runs/s);
    await screenshot(page, 'models-badge');
    await page.keyboard.press('n');
    await card('bone-tracer').waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'settings-model');
    expect(await card('bone-tracer').innerText()).toMatch(/in use.*outlines, by formulas · finds bone.*licence: ours/s);
    expect(await card('unreadable').innerText()).toContain('Cannot be used: ');
    expect(await card('unreadable').getByRole('button').isDisabled()).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await screenshot(page, 'models-list');
  });

  it('are checked against their manifests', async () => {
    await page.getByRole('button', { name: 'Check the files' }).click();
    await card('altered').getByText('was altered').waitFor();
    expect(await card('bone-net').innerText()).toContain('Its files are those its manifest names.');
  });

  it('one that does not load is refused in words, and the one before goes on', async () => {
    await card('altered').getByRole('button').click();
    await page.locator('.models > .refusal').waitFor();
    expect(await page.innerText('.models > .refusal')).toMatch(/altered could not be loaded: .*bone-tracer stays/);
    expect(await card('bone-tracer').getAttribute('data-state')).toBe('running');
  });

  it('another one takes over while the picture runs', async () => {
    const before = await page.evaluate(() => window.__ultramotion?.shown().painted ?? 0);
    await card('bone-dfine-sam').getByRole('button').click();
    await page.locator('.model[data-id=bone-dfine-sam][data-state=running]').waitFor({ timeout: 100_000 });
    expect(await page.innerText('.ai-model')).toContain('bone-dfine-sam');
    expect(await page.evaluate(() => window.__ultramotion?.shown().painted ?? 0)).toBeGreaterThan(before);
    await page.keyboard.press('1');
    await page.locator('.boxes').waitFor({ timeout: 60_000 });
    expect(await page.innerText('.boxes')).toMatch(/^\d box(es)?: 0\.\d\d/);
    await screenshot(page, 'models-boxes');
  });

  it.each(['2d', 'webgl'] as const)(
    '%s: boxes lie on the very frame they were found on, and go at a key',
    async (kind) => {
      const viewer = kind === '2d' ? page : await open(kind);
      await setMask(viewer, true, 0);
      await viewer.locator('.boxes').waitFor();
      await viewer.keyboard.press('f');
      await viewer.waitForSelector('.cine');
      // A frame of the reel with boxes in it, then the same frame without.
      let [on, off] = await bothWays(viewer);
      for (let tries = 0; tries < 8 && differing(on, off).length === 0; tries++) {
        await viewer.keyboard.press('ArrowLeft');
        [on, off] = await bothWays(viewer);
      }
      expect(on.renderer).toBe(kind);
      const places = differing(on, off);
      expect(places.length).toBeGreaterThan(50);
      const [a, b] = [on, off].map(({ rgba }) => Buffer.from(rgba, 'base64'));
      expect(places.every((place) => a?.[4 * place] === 255 || a?.[4 * place] === 0)).toBe(true);
      expect(Buffer.compare(a as Buffer, b as Buffer)).not.toBe(0);
      await viewer.keyboard.press('f');
      await setMask(viewer, true, 0.45);
    },
  );

  it('a mask made of several frames says so on the picture', async () => {
    const response = await fetch(new URL('/api/settings', url), {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 'mask.smoothFrames': 3 }),
    });
    expect(response.status).toBe(200);
    await page.locator('.badge', { hasText: 'MASK OVER 3 FRAMES' }).waitFor();
  });

  /** The frame on screen of a frozen view, painted with boxes and without: each time it is left and come back to. */
  async function bothWays(viewer: Page): Promise<[PaintedPicture, PaintedPicture]> {
    const painted = async (): Promise<PaintedPicture> => {
      await viewer.keyboard.press('ArrowLeft');
      // Asked for before the key is pressed: the two go different ways into the page.
      await viewer.evaluate(() => {
        window.awaited = window.__ultramotion?.nextPainted();
      });
      await viewer.keyboard.press('ArrowRight');
      return (await viewer.evaluate(() => window.awaited)) as PaintedPicture;
    };
    const switched = async (on: boolean): Promise<void> => {
      await viewer.keyboard.press('b');
      await viewer.waitForSelector(`[data-action="mask.boxes"][aria-pressed="${on}"]`);
    };
    const on = await painted();
    await switched(false);
    const off = await painted();
    await switched(true);
    expect(off.seq).toBe(on.seq);
    return [on, off];
  }

  /** Pixels that are not the same. */
  function differing(one: PaintedPicture, other: PaintedPicture): number[] {
    const [a, b] = [one, other].map(({ rgba }) => Buffer.from(rgba, 'base64')) as [Buffer, Buffer];
    return Array.from({ length: a.length / 4 }, (_, place) => place).filter((place) => a[4 * place] !== b[4 * place]);
  }
});
