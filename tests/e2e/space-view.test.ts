import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePolyData } from '../../src-main/openigtlink/index.ts';
import { eventually, startEngine, TestBench } from '../support/processes.ts';
import { IgtlListener } from '../support/streams.ts';
import { hasChromium, launchBrowser, screenshot } from './browser.ts';

/** Points of an ASCII PLY by its own header: one array of numbers a vertex. */
function verticesOf(ply: string): { readonly properties: string[]; readonly vertices: number[][] } {
  const lines = ply.split('\n');
  const end = lines.indexOf('end_header');
  const header = lines.slice(0, end);
  const count = Number(header.find((line) => line.startsWith('element vertex '))?.split(' ')[2]);
  const properties = header.filter((line) => line.startsWith('property ')).map((line) => line.split(' ')[2] as string);
  const vertices = lines.slice(end + 1, end + 1 + count).map((line) => line.split(' ').map(Number));
  expect(lines.slice(end + 1 + count)).toEqual(['']);
  return { properties, vertices };
}

describe.skipIf(!hasChromium)('the view in space on the demo', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let slicer: IgtlListener;

  beforeAll(async () => {
    const engine = await startEngine(bench, 'phantom:1', '--fps', '20', '--publish-demo');
    slicer = bench.owns(new IgtlListener(engine.publishPort));
    browser = bench.owns(await launchBrowser());
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
    await page.goto(`${engine.url}?probe=1&renderer=2d`);
    await page.waitForSelector('.state[data-kind=demo]');
    await page.keyboard.press('2');
  });
  afterAll(() => bench.close());

  const pointsShown = async (): Promise<number> =>
    Number(await page.getAttribute('.space-facts [data-points]', 'data-points'));
  const morePointsThan = (count: number) =>
    eventually(`more than ${count} points`, 30_000, async () => {
      const points = await pointsShown();
      return points > count ? points : null;
    });

  it('gathers a surface from the sweep, placed by the picture’s own matrix', async () => {
    await page.waitForSelector('.space-panel');
    await morePointsThan(150);
    expect(await page.innerText('.space-panel')).toMatch(/own matrix, which holds the pose/);
    expect(await page.innerText('.space-scale')).toMatch(/^\s*\d+ mm$/);
    // A picture to be looked at; on a busy machine the stream may be stale for longer, and says so.
    await page
      .waitForFunction(() => window.__ultramotion?.shown().veil === null, undefined, { timeout: 10_000 })
      .catch(() => {});
    await screenshot(page, 'space-view');
  });

  it('saves them as PLY, and sends Slicer the same surface', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('e')]);
    const ply = readFileSync(await download.path(), 'utf8');
    expect(ply).toMatch(/^ply\nformat ascii 1\.0\n/);
    expect(ply).toMatch(/RESEARCH USE ONLY/);
    const { properties, vertices } = verticesOf(ply);
    expect(properties).toEqual(['x', 'y', 'z', 'depth', 'time', 'red', 'green', 'blue']);
    expect(vertices.length).toBeGreaterThan(150);
    expect(vertices.every((vertex) => vertex.length === 8 && vertex.every(Number.isFinite))).toBe(true);
    await page.keyboard.press('s');
    const message = await eventually('POLYDATA', 10_000, () => slicer.of('POLYDATA')[0] ?? null);
    expect(message.header.deviceName).toBe('BoneSurface_Demo');
    const { points, vertices: cells } = parsePolyData(message.content);
    // Points are only ever added: what was saved is the beginning of what was sent.
    expect(points.length / 3).toBeGreaterThanOrEqual(vertices.length);
    expect(cells).toHaveLength(1);
    const sent = vertices.map((_, i) => [...points.subarray(3 * i, 3 * i + 3)].map((value) => value.toFixed(3)));
    expect(sent).toEqual(vertices.map((vertex) => vertex.slice(0, 3).map((value) => value.toFixed(3))));
  });

  it('begins anew when it is cleared, and grows again', async () => {
    const before = await pointsShown();
    await page.keyboard.press('Delete');
    const few = await eventually('fewer points', 10_000, async () => {
      const points = await pointsShown();
      return points < before ? points : null;
    });
    await morePointsThan(few);
  });
});
