import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, screenshot, shown } from './browser.ts';

/** Few pictures a second: a busy machine paints them all, and the reel stays short. */
const SOURCE_FPS = '4';
/** Looked for in the reel; they were the last ones before the freeze. */
const PICTURES = 2;
const LONGEST_SEARCH = 20;

/** What one picture on the canvas was, compared in the page: pictures are too large to be carried about. */
interface Seen {
  readonly seq: number;
  /** Of all RGBA bytes. */
  readonly hash: number;
  /** Places drawn in exactly the mask's colour. */
  readonly mask: readonly number[];
}
const [COLUMNS, ROWS] = [640, 480];
const MM_PER_PIXEL = 0.1;
/** Mean difference of gray values between two ways of drawing the same picture; another picture differs far more. */
const SAME_PICTURE = 6;

/** Gray values of a part of the page, as the operator sees it. */
async function grayOf(page: Page, selector: string): Promise<{ width: number; height: number; gray: number[] }> {
  const png = (await page.locator(selector).first().screenshot()).toString('base64');
  return page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const [width, height] = [160, 120];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0, width, height);
    const { data: rgba } = context.getImageData(0, 0, width, height);
    return { width, height, gray: Array.from({ length: width * height }, (_, i) => rgba[4 * i] as number) };
  }, png);
}

type Gray = Awaited<ReturnType<typeof grayOf>>;

const mirrored = ({ width, height, gray }: Gray): number[] =>
  gray
    .map((_, i) => gray[Math.floor(i / width) * width + (width - 1 - (i % width))] as number)
    .slice(0, width * height);

const meanDifference = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

/** Pixels of exactly this colour on a canvas of the page. */
const countColour = (page: Page, selector: string, colour: readonly number[]): Promise<number> =>
  page.evaluate(
    ([wanted, [red, green, blue]]) => {
      const source = document.querySelector(wanted) as HTMLCanvasElement;
      const canvas = new OffscreenCanvas(source.width, source.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(source, 0, 0);
      const { data } = context.getImageData(0, 0, source.width, source.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        count += data[i] === red && data[i + 1] === green && data[i + 2] === blue ? 1 : 0;
      }
      return count;
    },
    [selector, colour as [number, number, number]] as const,
  );

/** The next picture on the canvas, after `key` where one is given. */
async function see(page: Page, key?: string): Promise<Seen> {
  // Asked for before the key is pressed, and known to be: a frozen view paints once, and a question after it waits for ever.
  const reading = await page.evaluateHandle(() => ({ next: window.__ultramotion?.nextPixels() }));
  if (key !== undefined) {
    await page.keyboard.press(key);
  }
  return reading.evaluate(async ({ next }) => {
    const probe = window.__ultramotion;
    const pixels = await next;
    if (probe === undefined || pixels === undefined) throw new Error('no probe');
    const { seq, rgba: bytes } = pixels;
    const [red, green, blue] = probe.maskColour;
    const mask: number[] = [];
    let hash = 2166136261;
    for (let i = 0; i < bytes.length; i += 4) {
      for (let part = 0; part < 4; part++) {
        hash = Math.imul(hash ^ (bytes[i + part] as number), 16777619);
      }
      if (bytes[i] === red && bytes[i + 1] === green && bytes[i + 2] === blue) {
        mask.push(i >> 2);
      }
    }
    return { seq, hash, mask };
  });
}

describe.skipIf(!hasChromium)('the live view in an operator’s hands', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let url: string;
  let colour: readonly number[];

  beforeAll(async () => {
    const settings = path.join(bench.folder(), 'settings.json');
    // Only completed pairs are shown, however slow the machine is: what is looked at here always has its mask; opaque, so
    // that its pixels are told by their colour.
    const look = { 'view.noMaskAfterMs': 5000, 'view.maskOpacity': 1 };
    writeFileSync(settings, JSON.stringify({ revision: 1, settings: look }));
    ({ url } = await startEngine(bench, 'phantom:1', '--fps', SOURCE_FPS, '--settings', settings));
    browser = bench.owns(await launchBrowser());
    page = await open('2d');
    colour = await page.evaluate(() => window.__ultramotion?.maskColour ?? []);
  });
  afterAll(() => bench.close());

  async function open(renderer: string): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
    await opened.goto(`${url}?probe=1&renderer=${renderer}`);
    await opened.waitForFunction(() => (window.__ultramotion?.shown().painted ?? 0) > 2);
    return opened;
  }

  const untilFrozen = (on: Page, frozen: boolean) =>
    on.waitForFunction((wanted) => (window.__ultramotion?.shown().cine !== null) === wanted, frozen);

  it.each(['2d', 'webgl'] as const)(
    '%s: freezes the picture while the engine goes on, and scrolls back to each picture with its own mask',
    async (renderer) => {
      const on = renderer === '2d' ? page : await open(renderer);
      const before = new Map<number, number>();
      while (before.size < PICTURES) {
        const { seq, hash } = await see(on);
        before.set(seq, hash);
      }
      await on.keyboard.press('f');
      await untilFrozen(on, true);
      const { painted, cine } = await shown(on);
      expect(await on.innerText('.state-word')).toBe('FREEZE');
      expect(await on.innerText('.cine')).toMatch(/FREEZE: this screen only/);
      const framesIn = () => on.evaluate(() => document.querySelector('.figures')?.textContent);
      const figures = await framesIn();
      await on.waitForFunction((old) => document.querySelector('.figures')?.textContent !== old, figures);
      expect((await shown(on)).painted, 'nothing new is painted').toBe(painted);

      let found = 0;
      for (let step = 0; step < Math.min(LONGEST_SEARCH, cine?.count ?? 0) && found < PICTURES; step++) {
        const { seq, hash } = await see(on, step === 0 ? 'End' : 'ArrowLeft');
        if (before.has(seq)) {
          expect(hash, `picture ${seq} as it was`).toBe(before.get(seq));
          found++;
        }
      }
      expect(found).toBe(PICTURES);
      expect((await see(on, 'Home')).seq).toBeLessThan((await see(on, 'End')).seq);
      const played = await see(on, 'k');
      expect((await see(on)).seq).not.toBe(played.seq);
      await on.keyboard.press('k');
      await screenshot(on, `cine-${renderer}`);

      await on.keyboard.press('f');
      await untilFrozen(on, false);
      await on.waitForFunction((count) => (window.__ultramotion?.shown().painted ?? 0) > count, painted);
      expect((await shown(on)).state).not.toBe('FREEZE');
      if (on !== page) await on.close();
    },
  );

  describe('on a frozen picture', () => {
    beforeAll(async () => {
      // The sweep passes places without bone: it is frozen where there is some.
      while ((await see(page)).mask.length === 0);
      await page.keyboard.press('f');
      await untilFrozen(page, true);
      await goToBone();
    });

    /** Scrolls back from the newest picture to one with bone in it. */
    async function goToBone(): Promise<void> {
      let picture = await see(page, 'End');
      for (let step = 0; step < LONGEST_SEARCH && picture.mask.length === 0; step++) {
        picture = await see(page, 'ArrowLeft');
      }
      expect(picture.mask.length).toBeGreaterThan(0);
    }

    it('draws the mask filled, as outline and as surface line, and in another colour', async () => {
      const drawn = async (): Promise<readonly number[]> => {
        await see(page, 'ArrowLeft');
        return (await see(page, 'ArrowRight')).mask;
      };
      const shape = async (name: string): Promise<readonly number[]> => {
        await page.keyboard.press('o');
        await page.locator('[data-action="mask.shape"]', { hasText: name }).waitFor();
        return drawn();
      };
      const fill = await drawn();
      const outline = await shape('Outline');
      await screenshot(page, 'mask-outline');
      const surface = await shape('Surface');
      const within = (inner: readonly number[], outer: readonly number[]): boolean => {
        const places = new Set(outer);
        return inner.every((place) => places.has(place));
      };
      expect(surface.length).toBeGreaterThan(0);
      expect(outline.length).toBeGreaterThan(surface.length);
      expect(fill.length).toBeGreaterThan(outline.length);
      expect(within(outline, fill) && within(surface, outline)).toBe(true);
      expect((await shape('Filled')).length).toBe(fill.length);
      await page.getByRole('button', { name: 'Yellow' }).click();
      await page.waitForFunction(() => document.querySelector('button[aria-label=Yellow]')?.ariaPressed === 'true');
      expect((await drawn()).length).toBe(0);
      await page.getByRole('button', { name: 'Blue' }).click();
      await page.waitForFunction(() => document.querySelector('button[aria-label=Blue]')?.ariaPressed === 'true');
    });

    it('mirrors what is seen and the marker with it, and not the data', async () => {
      await page.evaluate(() => {
        const style = document.createElement('style');
        style.id = 'hidden-overlays';
        style.textContent = '.over, .drawing { visibility: hidden }';
        document.head.append(style);
      });
      const marker = (): Promise<number> => page.locator('.side-marker').evaluate((node) => Number(node.dataset['x']));
      const [data, seen, side] = [await see(page, 'End'), await grayOf(page, '.picture'), await marker()];
      await page.keyboard.press('h');
      await page.waitForFunction(
        (x) => Number((document.querySelector('.side-marker') as SVGElement).dataset['x']) !== x,
        side,
      );
      const after = await grayOf(page, '.picture');
      expect(meanDifference(after.gray, mirrored(seen))).toBeLessThan(SAME_PICTURE);
      expect(meanDifference(after.gray, seen.gray)).toBeGreaterThan(SAME_PICTURE);
      expect((await see(page, 'End')).hash).toBe(data.hash);
      expect(await page.textContent('.badges')).toContain('MIRRORED');
      await page.keyboard.press('h');
      await page.waitForFunction(
        (x) => Number((document.querySelector('.side-marker') as SVGElement).dataset['x']) === x,
        side,
      );
      await page.evaluate(() => document.querySelector('#hidden-overlays')?.remove());
    });

    it('measures by dragging, in mm, on the picture it was laid on', async () => {
      await page.keyboard.press('d');
      const canvas = await page.locator('.picture canvas').boundingBox();
      if (canvas === null) throw new Error('no canvas');
      const at = (x: number, y: number) =>
        [canvas.x + (x / COLUMNS) * canvas.width, canvas.y + (y / ROWS) * canvas.height] as const;
      await page.mouse.move(...at(200, 100));
      await page.mouse.down();
      await page.mouse.move(...at(300, 200));
      await page.mouse.move(...at(500, 200));
      await page.mouse.up();
      const said = Number((await page.locator('.caliper text').textContent())?.match(/[\d.]+/)?.[0]);
      expect(Math.abs(said - Math.hypot(300, 100) * MM_PER_PIXEL)).toBeLessThan(0.3);
      await screenshot(page, 'measure');
      await see(page, 'ArrowLeft');
      await page.locator('.caliper').waitFor({ state: 'detached' });
      await see(page, 'ArrowRight');
      await page.locator('.caliper').waitFor();
    });

    it('saves a PNG with the picture and its facts', async () => {
      const download = page.waitForEvent('download');
      await page.keyboard.press('c');
      const file = path.resolve(import.meta.dirname, '../../test-results/screenshot.png');
      const saved = await download;
      await saved.saveAs(file);
      expect(saved.suggestedFilename()).toMatch(/^ultramotion-.*\.png$/);
      const bytes = readFileSync(file);
      expect(bytes.readUInt32BE(16)).toBe(1280);
      expect(bytes.readUInt32BE(20)).toBeGreaterThan(960 + 100);
    });

    it('clears distances, enlarges under the pointer and back, and shows the raw picture beside', async () => {
      await page.keyboard.press('Delete');
      await page.locator('.caliper').waitFor({ state: 'detached' });
      const canvas = page.locator('.picture[data-pane=overlay] canvas');
      const before = await canvas.boundingBox();
      await page.mouse.wheel(0, -400);
      await page.waitForFunction(
        () => (document.querySelector('[data-action="picture.zoomReset"]') as HTMLButtonElement).disabled === false,
      );
      expect((await canvas.boundingBox())?.width).toBeGreaterThan((before?.width as number) * 1.3);
      await page.keyboard.press('0');
      await page.waitForFunction(
        () => (document.querySelector('[data-action="picture.zoomReset"]') as HTMLButtonElement).disabled,
      );
      expect((await canvas.boundingBox())?.width).toBeCloseTo(before?.width as number, 0);

      await page.keyboard.press('s');
      await page.locator('.picture[data-pane=raw] canvas').waitFor();
      await goToBone();
      expect(await countColour(page, '.picture[data-pane=raw] canvas', colour)).toBe(0);
      expect(await countColour(page, '.picture[data-pane=overlay] canvas', colour)).toBeGreaterThan(100);
      await screenshot(page, 'split-view');
      await page.keyboard.press('s');
    });
  });

  it('opens the table of stages at the AI badge', async () => {
    expect(await page.innerText('.ai')).toMatch(/bone-net · CPU/);
    await page.keyboard.press('i');
    expect(await page.locator('.latency tbody tr').count()).toBe(7);
    await page.keyboard.press('i');
    await page.locator('.latency').waitFor({ state: 'detached' });
  });
});
