import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IgtlClient } from '../../src-main/openigtlink/index.ts';
import { PhantomScene } from '../../src-main/phantom/index.ts';
import { readManifest } from '../../src-main/recording/index.ts';
import { SequenceWriter } from '../../src-main/sequences/index.ts';
import { type EngineAddresses, eventually, TestBench } from '../support/processes.ts';
import { sampleOf, snapshotOf, startSimulator } from '../support/streams.ts';
import { hasChromium, launchBrowser, nextPainted, screenshot, shown } from './browser.ts';

/** Small pictures: what is proved here does not depend on their size, and a loaded machine keeps up. */
const [COLUMNS, ROWS] = [320, 240];
const SWEEP_FRAMES = 60;
const SOURCE_FPS = 60;
const RECORDED_S = 20;
/** A loaded machine may sample and paint late; a source that did half its rate would be another test. */
const MIN_SHARE = 0.75;
/** Masks of each replay that are kept for the comparison, and of how many frames both must have one. */
const REPLAYED_MASKS = 120;
const COMPARED_MASKS = 40;
const MAX_MESSAGE_BYTES = 8 * 2 ** 20;
const MASK_HEADER_BYTES = 72;
/** The one that is not the default. */
const OTHER_MODEL = 'bone-tracer';

/** What stands in Slicer's place: the checksum of each mask's pixels by the number of its frame, the first one counts. */
class SlicerSide {
  #masks = new Map<number, number>();
  readonly #client: IgtlClient;

  constructor(port: number) {
    this.#client = new IgtlClient(
      { host: '127.0.0.1', port, maxMessageBytes: MAX_MESSAGE_BYTES, checkCrc: true, silenceMs: 0 },
      {
        message: ({ header, content, metadata }) => {
          const frame = Number(metadata.get('FrameNumber'));
          if (header.deviceName === 'BoneMask_Replay' && header.type === 'IMAGE' && !this.#masks.has(frame)) {
            this.#masks.set(frame, crc32(content.subarray(MASK_HEADER_BYTES)));
          }
        },
        state: () => {},
        problem: () => {},
      },
    );
    this.#client.start();
  }

  get count(): number {
    return this.#masks.size;
  }

  /** What came since the last time. */
  take(): ReadonlyMap<number, number> {
    const taken = this.#masks;
    this.#masks = new Map();
    return taken;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** A sweep over bone as a recording: what the simulator sends costs it nothing. */
async function writeSweep(file: string): Promise<void> {
  const mmPerPixel = [0.2, 0.2] as const;
  const scene = new PhantomScene({ seed: 3, columns: COLUMNS, rows: ROWS, mmPerPixel, loopFrames: SWEEP_FRAMES });
  const writer = await SequenceWriter.create(file, {
    ...{ size: [COLUMNS, ROWS], scalarType: 'uint8', components: 1, spacing: [...mmPerPixel, 1], orientation: 'MF' },
    fields: new Map([['DeviceName', 'Image_Reference']]),
  });
  for (let i = 0; i < SWEEP_FRAMES; i++) {
    await writer.append(scene.render(i).pixels, new Map([['Timestamp', (i / SOURCE_FPS).toFixed(4)]]));
  }
  await writer.close();
}

/** One operator's day on one page, step after step: each begins where the one before it ended. */
describe.skipIf(!hasChromium)('a day in short', () => {
  const bench = new TestBench();
  let browser: Browser;
  let page: Page;
  let engine: EngineAddresses;
  let scanner: number;
  let dataDir: string;
  let slicer: SlicerSide;
  let recording = '';

  beforeAll(async () => {
    const sweep = path.join(bench.folder(), 'sweep.mha');
    await writeSweep(sweep);
    scanner = (await startSimulator(bench, sweep, '--loop', '--fps', String(SOURCE_FPS))).port;
    dataDir = bench.folder();
    const process = bench.cli(
      ...['engine', '--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0', '--publish-replay'],
      ...['--data-dir', dataDir, '--json'],
    );
    engine = await process.json<EngineAddresses>();
    slicer = bench.owns(new SlicerSide(Number(new URL(engine.publish).port)));
    browser = bench.owns(await launchBrowser());
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
    await page.goto(`${engine.url}?probe=1&renderer=2d`);
  });
  afterAll(() => bench.close());

  const frozen = (wanted: boolean) =>
    page.waitForFunction((on) => (window.__ultramotion?.shown().cine !== null) === on, wanted);
  const setting = (name: string) => page.locator('.setting', { has: page.locator('code', { hasText: name }) });
  /** Presses the picture's key and gives the picture that comes of it; a frozen view paints only then. */
  async function pictureAfter(key: string) {
    const asked = await page.evaluateHandle(() => ({ next: window.__ultramotion?.nextPixels() }));
    await page.keyboard.press(key);
    return asked.evaluate(async ({ next }) => (await next)?.seq as number);
  }

  it('begins with the guide: the scanner’s address, its picture, and to work', async () => {
    await page.waitForSelector('.guide');
    await page.getByRole('radio', { name: 'Ultrasound scanner' }).check();
    await page.locator('.guide input[type=text]').first().fill(`127.0.0.1:${scanner}`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.guide-outcome[data-outcome=there]');
    await page.keyboard.press('Escape');
    await page.locator('.guide').waitFor({ state: 'detached' });
  });

  it('sees the picture run, says where it is from, and has the mask off and on by one key', async () => {
    await page.waitForSelector('.state[data-kind=simulated]');
    await page.waitForSelector('.result-word[data-result=bone], .result-word[data-result=no-bone]');
    expect((await nextPainted(page)).maskVisible).toBe(true);
    await page.keyboard.press('m');
    await page.waitForSelector('.badges:has-text("MASK HIDDEN")');
    expect((await nextPainted(page)).maskVisible).toBe(false);
    await page.keyboard.press('m');
    await page.locator('.badges:has-text("MASK HIDDEN")').waitFor({ state: 'detached' });
    expect((await nextPainted(page)).maskVisible).toBe(true);
  });

  it('mirrors the picture, and says so', async () => {
    await page.keyboard.press('h');
    await page.waitForSelector('.badges:has-text("MIRRORED")');
    await page.keyboard.press('h');
    await page.locator('.badges:has-text("MIRRORED")').waitFor({ state: 'detached' });
  });

  it('freezes, scrolls back, measures there, saves a PNG with the facts, and goes on', async () => {
    await page.keyboard.press('f');
    await frozen(true);
    expect(await page.innerText('.state-word')).toBe('FREEZE');
    const { painted, cine } = await shown(page);
    const before = await pictureAfter('ArrowLeft');
    expect(before).toBeLessThan(cine?.seq ?? 0);
    expect(await pictureAfter('Home')).toBeLessThan(before);

    await page.keyboard.press('d');
    const canvas = (await page.locator('.picture canvas').boundingBox()) ?? expect.fail('no canvas');
    await page.mouse.move(canvas.x + 100, canvas.y + 100);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 300, canvas.y + 220, { steps: 4 });
    await page.mouse.up();
    expect(await page.locator('.caliper text').textContent()).toMatch(/^\d+\.\d mm$/);
    await page.keyboard.press('d');

    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('c')]);
    expect(download.suggestedFilename()).toMatch(/^ultramotion-.*\.png$/);
    const { width, linesWritten } = await readFacts(readFileSync(await download.path()));
    expect(width).toBe(1280);
    expect(linesWritten, 'not for diagnosis, times, source, scale, AI').toBe(5);

    expect((await shown(page)).painted, 'the feed paints nothing meanwhile').toBe(painted);
    await page.keyboard.press('f');
    await frozen(false);
    await page.waitForFunction((count) => (window.__ultramotion?.shown().painted ?? 0) > count, painted);
  });

  /** Lines of writing in the strip under the picture and its margin: bright rows with dark ones between. */
  async function readFacts(png: Buffer): Promise<{ width: number; linesWritten: number }> {
    return page.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      const pictureHeight = Math.round((image.width * 480) / 640) + 8;
      const { data: rgba, height } = context.getImageData(0, pictureHeight, 300, image.height - pictureHeight);
      let linesWritten = 0;
      let darkRows = Number.POSITIVE_INFINITY;
      for (let row = 0; row < height; row++) {
        const isBright = rgba.subarray(row * 1200, (row + 1) * 1200).some((value, i) => i % 4 === 0 && value > 200);
        // An underscore stands two rows under its letters.
        linesWritten += isBright && darkRows > 4 ? 1 : 0;
        darkRows = isBright ? 0 : darkRows + 1;
      }
      return { width: image.width, linesWritten };
    }, png.toString('base64'));
  }

  it(`records ${RECORDED_S} s of ${SOURCE_FPS} frames/s by one key, and nothing is lost`, async () => {
    const receivedBefore = (await sampleOf(engine.url)).frames_received;
    await page.keyboard.press('r');
    await page.waitForSelector('.rec[data-state=recording]');
    recording = (await snapshotOf(engine.url)).recording.name as string;
    await eventually('the time is recorded', 90_000, async () =>
      (await snapshotOf(engine.url)).recording.durationS >= RECORDED_S ? true : null,
    );
    expect(await page.innerText('.rec')).toMatch(/^REC 00:00:\d\d\s+0 lost$/);
    await screenshot(page, 'day-recording');
    await page.keyboard.press('r');
    await page.locator('.rec').waitFor({ state: 'detached' });
    const receivedAfter = (await sampleOf(engine.url)).frames_received;

    const manifest = await readManifest(path.join(dataDir, 'recordings', recording));
    expect(manifest).toMatchObject({ state: 'complete', lost: 0 });
    expect(manifest.frames).toBeGreaterThan(RECORDED_S * SOURCE_FPS * MIN_SHARE);
    expect(manifest.frames + (manifest.gaps?.frames ?? 0)).toBeGreaterThanOrEqual(manifest.frames);
    expect(manifest.masks.valid + manifest.masks.invalid, 'a slot for every frame').toBe(manifest.frames);
    // Samples frame the recording from outside: it cannot hold more than was received meanwhile, give or take one sample.
    expect(manifest.frames).toBeLessThanOrEqual(receivedAfter - receivedBefore + 2 * SOURCE_FPS);
  });

  it('finds it on the disk, whole, with the same count', async () => {
    const { frames } = await readManifest(path.join(dataDir, 'recordings', recording));
    await page.keyboard.press('4');
    const row = page.locator('.recording', { hasText: recording });
    expect(await row.locator('.recording-facts').innerText()).toContain(`${frames} frames`);
    expect(await row.locator('.recording-facts').innerText()).toContain('0 lost');
    await row.getByRole('button', { name: 'Check' }).click();
    await row.locator(`[role=status]:has-text("Whole: ${frames} frames.")`).waitFor({ timeout: 60_000 });
  });

  it('plays it twice as REPLAY: frames masked in both have the same masks', async () => {
    const replay = async (): Promise<ReadonlyMap<number, number>> => {
      await page.keyboard.press('4');
      slicer.take();
      await page.locator('.recording', { hasText: recording }).getByRole('button', { name: 'Play' }).click();
      await page.waitForSelector('.state[data-kind=replay]');
      await page.keyboard.press('1');
      await eventually('masks of the replay', 60_000, () => (slicer.count >= REPLAYED_MASKS ? true : null));
      return slicer.take();
    };
    const first = await replay();
    await page.waitForSelector('.state[data-state=REPLAY] .state-word:has-text("REPLAY")');
    await screenshot(page, 'day-replay');
    await page.getByRole('button', { name: 'Disconnect' }).first().click();
    await page.waitForSelector('.state[data-state="NO SOURCE"]');
    const second = await replay();
    const both = [...first.keys()].filter((frame) => second.has(frame));
    const different = both.filter((frame) => first.get(frame) !== second.get(frame));
    expect(both.length).toBeGreaterThan(COMPARED_MASKS);
    expect(new Set(both.map((frame) => first.get(frame))).size, 'masks that move').toBeGreaterThan(1);
    expect(different).toEqual([]);
    console.log(`${both.length} frames masked in both replays, all masks identical`);
  });

  const log = (name: string): string[] => {
    const file = path.join(dataDir, 'logs', name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const infos = (): number => log('pipeline.log').filter((line) => line.includes('| info |')).length;
  async function changeModel(id: string): Promise<void> {
    await page.keyboard.press('6');
    await setting('model.id').locator('input, select').first().fill(id);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`.ai-model:has-text("${id}")`, { timeout: 60_000 });
    await page.locator('.tab').first().focus();
    await page.keyboard.press('1');
    await page.waitForSelector('.result-word[data-result=bone], .result-word[data-result=no-bone]');
    expect((await snapshotOf(engine.url)).inference).toMatchObject({ modelId: id, link: 'ready' });
  }

  it('changes the model while pictures run; the screen names the new one', async () => {
    const { painted } = await shown(page);
    const logged = infos();
    await changeModel(OTHER_MODEL);
    expect((await shown(page)).painted).toBeGreaterThan(painted);
    await eventually('the change is logged', 10_000, () => (infos() > logged ? true : null));
  });

  it('makes the log terse at once (LOG_MODE perf): the next change of the model is not in it, the figures are', async () => {
    await page.keyboard.press('6');
    await setting('log.mode').locator('select').selectOption('perf');
    await eventually('the switch acts', 10_000, async () =>
      (await snapshotOf(engine.url)).settings['log.mode'] === 'perf' ? true : null,
    );
    const [logged, figures] = [infos(), log('kpi.log').length];
    await page.locator('.tab').first().focus();
    await changeModel('bone-net');
    await eventually('figures go on', 10_000, () => (log('kpi.log').length > figures + 2 ? true : null));
    expect(infos()).toBe(logged);
  });
});
