import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchBrowser } from './browser.ts';
import type { Comparison, compare } from './renderers-page.ts';

/** Odd widths, a single pixel, and the longest sides a picture may have, where a place is told least exactly. */
const SIZES = [
  [640, 480],
  [820, 616],
  [501, 333],
  [1, 1],
  [3, 2],
  [8192, 5],
  [5, 8192],
  [2047, 1023],
] as const;

async function bundled(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: path.join(import.meta.dirname, 'renderers-page.ts'), formats: ['es'] },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined;
  return chunk?.code ?? '';
}

describe.skipIf(!hasChromium)('the WebGL renderer', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const code = await bundled();
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.route('http://page.test/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<script type="module">import * as m from "/m.js"; window.renderers = m;</script>',
      }),
    );
    await page.route('http://page.test/m.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
    await page.goto('http://page.test/');
    await page.waitForFunction(() => 'renderers' in window);
  });
  afterAll(() => browser.close());

  for (const size of SIZES) {
    it(`shows every pixel of ${size.join(' x ')} in its own place, and masks it as the 2-D renderer does`, async () => {
      for (const components of [1, 3] as const) {
        const found: Comparison = await page.evaluate(
          ([wanted, parts]) =>
            (window as unknown as { renderers: { compare: typeof compare } }).renderers.compare(wanted, parts),
          [size, components] as const,
        );
        expect(found.toSource).toBe(0);
        // Half opaque, the two may round what lies between two values to either.
        expect(found.toOther).toBeLessThanOrEqual(1);
      }
    });
  }
});
