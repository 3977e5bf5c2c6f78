import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUES } from '../../src-renderer/words/catalogues.ts';
import { type KpiSample, METRICS } from '../../src-shared/index.ts';
import { parseKpiLog } from '../support/kpi-log-parser.ts';
import { api, type EngineAddresses, eventually, type RunningProcess, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, screenshot } from './browser.ts';
import { seriousFaults } from './faults.ts';

const PHONE = { width: 360, height: 740 };
/** The most that two roundings, to a whole and to a tenth, are apart. */
const ROUNDING = 0.56;
/** Enough moments to drag over. */
const SAMPLES = 8;

interface Cards {
  readonly ts: number;
  readonly figures: Readonly<Record<string, string>>;
}

/** All figures of the cards, and the moment they are of, as they stand on the page at one time. */
const cardsOf = (page: Page): Promise<Cards> =>
  page.evaluate(() => ({
    ts: Number(document.querySelector<HTMLElement>('[data-sample-ts]')?.dataset['sampleTs']),
    figures: Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-figure]')].map((cell) => [
        cell.dataset['figure'] as string,
        cell.textContent ?? '',
      ]),
    ),
  }));

describe.skipIf(!hasChromium)('the dashboard', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let url: string;
  let dataDir: string;
  let engine: RunningProcess;
  let binaryMessages = 0;
  let textMessages = 0;

  async function start(http: string): Promise<string> {
    engine = bench.cli(
      ...['engine', '--source', 'phantom', '--http', http, '--publish', 'igtl-server://127.0.0.1:0'],
      ...['--data-dir', dataDir, '--json'],
    );
    return (await engine.json<EngineAddresses>(60_000)).url;
  }

  /** Of kpi.log, by its description alone; the writer may be within the last line. */
  function lineOf(ts: number) {
    const text = readFileSync(path.join(dataDir, 'logs', 'kpi.log'), 'utf8');
    const lines = parseKpiLog(text.slice(0, text.lastIndexOf('\n') + 1));
    return lines.find((line) => line.ts.toFixed(3) === ts.toFixed(3)) ?? null;
  }

  beforeAll(async () => {
    dataDir = bench.folder();
    url = await start('127.0.0.1:0');
    browser = await launchBrowser();
    bench.owns(browser);
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, acceptDownloads: true });
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string') textMessages++;
        else binaryMessages++;
      }),
    );
    await page.goto(`${url}dashboard`);
    await page.waitForSelector('[data-sample-ts]', { timeout: 60_000 });
    await page.waitForSelector('[data-chart=rate] svg', { timeout: 60_000 });
  });
  afterAll(() => bench.close());

  it('shows the values of API and kpi.log of the same second, in two browsers at once', async () => {
    const other = await (await browser.newContext()).newPage();
    await other.goto(`${url}dashboard`);
    await other.waitForSelector('[data-sample-ts]');
    const { performance } = CATALOGUES.en;
    for (const one of [page, other]) {
      const { ts, figures } = await cardsOf(one);
      const { data } = await api<{ data: KpiSample[] }>(url, '/api/metrics/history?last=60');
      const sample = data.find((row) => row.ts === ts);
      expect(sample, `sample of ${ts}`).toBeDefined();
      const expected = Object.keys(figures).map((name) => {
        const { unit, read } = METRICS.find((metric) => metric.name === name)!;
        const value = read(sample!);
        return [name, typeof value === 'number' ? performance.value(value, unit) : CATALOGUES.en.shell.none];
      });
      expect(figures).toEqual(Object.fromEntries(expected));
      expect(Object.keys(figures).length).toBeGreaterThan(12);
      const line = await eventually('the line of that second', 60_000, () => lineOf(ts));
      const logged = {
        fps_in: line.fps_in,
        fps_out: line.fps_out,
        latency_p50_ms: line.latency_ms,
        queue_rt_drops: line.drops_rt,
        queue_gpu_drops: line.drops_gpu,
      };
      for (const [name, value] of Object.entries(logged)) {
        const figure = Number.parseFloat(figures[name] ?? '');
        // The log has one decimal, the screen three figures.
        const differs = value === null ? Number.isFinite(figure) : Math.abs(figure - value) > ROUNDING;
        expect(differs, `${name}: ${figures[name]} on screen, ${value} in kpi.log`).toBe(false);
      }
    }
    await other.context().close();
  });

  it('stretches the time that is dragged over, and shows all again', async () => {
    await page.waitForFunction(async (wanted) => {
      const response = await fetch('/api/metrics/history?last=100');
      return ((await response.json()) as { data: unknown[] }).data.length >= wanted;
    }, SAMPLES);
    const spanOf = (): Promise<number> =>
      page.$eval('[data-chart=rate]', (chart) => Number((chart as HTMLElement).dataset['span']));
    expect(await spanOf()).toBeCloseTo(300, 6);
    const drawing = page.locator('[data-chart=rate] .chart-plot');
    await drawing.scrollIntoViewIfNeeded();
    const showAll = page.getByRole('button', { name: 'Show all' });
    // On a busy machine the page may not have seen where a drag began: then it is dragged again, as one would.
    await eventually('a stretch of time', 60_000, async () => {
      const plot = (await drawing.boundingBox())!;
      const y = plot.y + 60;
      await page.mouse.move(plot.x + 60, y);
      await page.mouse.down();
      await page.mouse.move(plot.x + plot.width / 2, y, { steps: 3 });
      await page.mouse.move(plot.x + plot.width - 12, y, { steps: 3 });
      await page.mouse.up();
      return await showAll.waitFor({ timeout: 3000 }).then(
        () => true,
        () => null,
      );
    });
    expect(await spanOf()).toBeLessThan(150);
    await showAll.click();
    await page.waitForFunction(
      () => Math.abs(Number(document.querySelector<HTMLElement>('[data-chart=rate]')?.dataset['span']) - 300) < 1e-6,
    );
  });

  it('draws a chart anew only while it is seen, and at once when it comes into sight', async () => {
    const [seen, unseen] = ['.chart:first-child', '.chart:nth-last-child(1 of .chart)'] as const;
    const newest = (chart: string): Promise<number> =>
      page.$eval(chart, (figure) => Number((figure as HTMLElement).dataset['to']));
    await page.locator(seen).scrollIntoViewIfNeeded();
    // The change of place is noticed within a frame; a drawing begun before may still be finished.
    await page.waitForTimeout(500);
    const [seenBefore, unseenBefore] = [await newest(seen), await newest(unseen)];
    await eventually('three samples more', 60_000, async () => ((await newest(seen)) >= seenBefore + 3 ? true : null));
    expect(await newest(unseen)).toBe(unseenBefore);
    await page.locator(unseen).scrollIntoViewIfNeeded();
    await eventually('the same moment in the other chart', 60_000, async () =>
      (await newest(unseen)) >= seenBefore + 3 ? true : null,
    );
  });

  it('draws a sample chart by chart, and all in sight show the same moment in the end', async () => {
    await page.setViewportSize({ width: 1280, height: 3000 });
    const areAtOneMoment = (wanted: boolean) =>
      page.waitForFunction((isOne) => {
        const charts = [...document.querySelectorAll<HTMLElement>('.chart')];
        return (new Set(charts.map(({ dataset }) => dataset['to'])).size === 1) === isOne;
      }, wanted);
    await areAtOneMoment(false);
    await page.getByRole('button', { name: 'Pause' }).click();
    await areAtOneMoment(true);
    await page.getByRole('button', { name: 'Go on' }).click();
    await areAtOneMoment(false);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('has one cursor over all charts, and says each chart’s limits', async () => {
    expect(await page.locator('.chart').count()).toBeGreaterThan(4);
    const drawing = page.locator('[data-chart=latency] .chart-plot');
    await drawing.scrollIntoViewIfNeeded();
    let step = 0;
    const moments = await eventually('a cursor in every chart in sight', 60_000, async () => {
      const plot = (await drawing.boundingBox())!;
      // The newest samples are at the right; each move is a new place.
      await page.mouse.move(plot.x + plot.width - 14 - (step++ % 8), plot.y + 60);
      // Charts out of sight show what they showed last.
      const found = await page.$$eval('.chart', (all) =>
        all
          .filter((chart) => {
            const { top, bottom } = chart.getBoundingClientRect();
            return bottom > 0 && top < innerHeight;
          })
          .map((chart) => chart.querySelector('.read-out')?.firstElementChild?.textContent),
      );
      return found.includes(undefined) ? null : found;
    });
    expect(moments.length).toBeGreaterThan(1);
    expect(new Set(moments).size).toBe(1);
    await page.mouse.move(5, 5);
    expect(await page.textContent('[data-chart=latency] .chart-limits')).toMatch(/30.*50/);
  });

  it('is free of serious faults for those who cannot see or point', async () => {
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('exports what the charts show as CSV, JSON and PNG', async () => {
    const contentOf = async (format: string): Promise<Buffer> => {
      const waiting = page.waitForEvent('download');
      await page.getByRole('button', { name: format, exact: true }).click();
      const download = await waiting;
      expect(download.suggestedFilename()).toMatch(
        new RegExp(`^ultramotion-performance-.*\\.${format.toLowerCase()}$`),
      );
      return readFileSync(await download.path());
    };
    const [head, ...lines] = String(await contentOf('CSV'))
      .trim()
      .split('\r\n');
    expect(head).toMatch(/^ts \[s\],time,fps_in \[1\/s\],fps_in_min/);
    expect(lines.length).toBeGreaterThan(1);
    const { moments } = JSON.parse(String(await contentOf('JSON'))) as { moments: { ts: number }[] };
    const { data } = await api<{ data: KpiSample[] }>(url, '/api/metrics/history?last=300');
    expect(data.map(({ ts }) => ts)).toContain(moments.at(-1)!.ts);
    const png = await contentOf('PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16), 'width').toBeGreaterThan(1000);
  });

  it('is whole on a phone', async () => {
    const phone = await browser.newPage({ viewport: PHONE });
    await phone.goto(`${url}dashboard`);
    await phone.waitForSelector('[data-chart=rate] svg');
    const cutOff = await phone.evaluate(
      () =>
        [...document.querySelectorAll('.card, .card dd, .chart, button')].filter(
          (element) => element.getBoundingClientRect().right > innerWidth || element.scrollWidth > innerWidth,
        ).length,
    );
    expect(cutOff).toBe(0);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    await screenshot(phone, 'dashboard-phone');
    await screenshot(page, 'dashboard');
    await phone.close();
  });

  it('is sent no picture', () => {
    expect(textMessages).toBeGreaterThan(SAMPLES);
    expect(binaryMessages).toBe(0);
  });

  it('heals after an engine restart without a reload', async () => {
    await page.evaluate(() => {
      document.body.dataset['since'] = 'before';
    });
    await engine.stop('SIGKILL');
    await page.waitForSelector('.card-state:text("ENGINE LOST")', { timeout: 20_000 });
    const { ts } = await cardsOf(page);
    expect(await start(new URL(url).host)).toBe(url);
    await page.waitForFunction(
      (before) => Number(document.querySelector<HTMLElement>('[data-sample-ts]')?.dataset['sampleTs']) > before,
      ts,
      { timeout: 60_000 },
    );
    expect(await page.textContent('.card-state')).not.toBe('ENGINE LOST');
    expect(await page.evaluate(() => document.body.dataset['since'])).toBe('before');
  });
});
