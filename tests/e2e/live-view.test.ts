import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IgtlClient } from '../../src-main/openigtlink/index.ts';
import { PhantomScene } from '../../src-main/phantom/index.ts';
import { startEngine, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, maskOnScreen, nextPainted, screenshot, setMask } from './browser.ts';

const FRAMES = 50;
/** Pictures looked at with a deliberate fault in the console: enough to be sure that the comparison can fail. */
const FAULTY_FRAMES = 10;
const MIN_MEDIAN_DICE = 0.7;
const SEED = 1;
const LOOP_FRAMES = 120;
const MAX_MESSAGE_BYTES = 8 * 2 ** 20;

const hex = (bits: bigint): string => bits.toString(16).padStart(16, '0');

/** 1 - share of pixels that differ would hide a shifted thin band; Dice does not. */
function dice(a: Uint8Array, b: Uint8Array): number {
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] as number) & (b[i] as number);
    sum += (a[i] as number) + (b[i] as number);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}

/** Listens beside the engine: what leaves the simulator and what leaves the engine, by time-stamp bits. */
class Taps {
  /** Place in the phantom's sweep of each frame, as the simulator says. */
  readonly phantomFrame = new Map<string, number>();
  /** Published masks, row-major, 0/1. */
  readonly published = new Map<string, Uint8Array>();
  readonly #clients: IgtlClient[] = [];

  listen(simulatorPort: number, publishPort: number): void {
    this.#connect(simulatorPort, (bits, _pixels, metadata) =>
      this.phantomFrame.set(bits, Number(metadata.get('PhantomFrame'))),
    );
    this.#connect(publishPort, (bits, pixels) => this.published.set(bits, pixels.slice()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #connect(
    port: number,
    image: (bits: string, pixels: Uint8Array, metadata: ReadonlyMap<string, string>) => void,
  ): void {
    const client = new IgtlClient(
      { host: '127.0.0.1', port, maxMessageBytes: MAX_MESSAGE_BYTES, checkCrc: true, silenceMs: 0 },
      {
        message: ({ header, content, metadata }) =>
          header.type === 'IMAGE' && image(hex(header.timestampBits), content.subarray(72), metadata),
        state: () => {},
        problem: () => {},
      },
    );
    client.start();
    this.#clients.push(client);
  }
}

describe.skipIf(!hasChromium)('the live view on the moving phantom', () => {
  const bench = new TestBench();
  const taps = new Taps();
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const simulator = bench.cli('simulate', `phantom:${SEED}`, '--port', '0', '--fps', '20', '--json');
    const { port } = await simulator.json<{ port: number }>();
    const engine = await startEngine(bench, `igtl://127.0.0.1:${port}`);
    url = engine.url;
    taps.listen(port, engine.publishPort);
    bench.owns(taps);
    browser = await launchBrowser();
    bench.owns(browser);
  });
  afterAll(() => bench.close());

  async function open(parameters: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.goto(`${url}?probe=1&${parameters}`);
    await page.waitForFunction(() => (window.__ultramotion?.shown().painted ?? 0) > 10);
    await setMask(page, true, 1);
    return page;
  }

  /** Pictures painted with a mask, and how the mask on screen agrees with the one published for that very frame. */
  async function compare(
    page: Page,
    frames: number,
  ): Promise<{ equal: number; diceToTruth: number[]; index: number[] }> {
    const colour = await page.evaluate(() => window.__ultramotion?.maskColour ?? []);
    const scene = new PhantomScene({ seed: SEED, loopFrames: LOOP_FRAMES });
    const result = { equal: 0, diceToTruth: [] as number[], index: [] as number[] };
    while (result.index.length < frames) {
      const picture = await nextPainted(page);
      const published = taps.published.get(picture.tsBits);
      const index = taps.phantomFrame.get(picture.tsBits);
      if (picture.state !== 'bone' || published === undefined || index === undefined) continue;
      const onScreen = maskOnScreen(picture, colour);
      result.equal += Buffer.compare(onScreen, published) === 0 ? 1 : 0;
      result.diceToTruth.push(dice(onScreen, scene.render(index).mask));
      result.index.push(index);
    }
    return result;
  }

  it.each(['webgl', '2d'] as const)(
    '%s: the overlay is the published mask of the frame shown, bit for bit',
    async (kind) => {
      const page = await open(`renderer=${kind}`);
      expect((await nextPainted(page)).renderer).toBe(kind);
      const { equal, diceToTruth, index } = await compare(page, FRAMES);
      await screenshot(page, `live-view-${kind}`);
      const median = diceToTruth.sort((a, b) => a - b)[FRAMES >> 1] as number;
      console.log(`${kind}: ${equal}/${FRAMES} equal, median Dice to the ground truth ${median.toFixed(3)}`);
      expect(equal).toBe(FRAMES);
      expect(median).toBeGreaterThanOrEqual(MIN_MEDIAN_DICE);
      expect(new Set(index).size, 'the phantom moves').toBeGreaterThan(FRAMES / 4);
      await page.close();
    },
  );

  it.each(['mirror', 'one-frame-late'] as const)('a %s overlay would be noticed', async (fault) => {
    const page = await open(`renderer=2d&fault=${fault}`);
    const { equal } = await compare(page, FAULTY_FRAMES);
    expect(equal).toBeLessThan(FAULTY_FRAMES / 2);
    await page.close();
  });

  it('draws nothing of the mask when it is switched off by its key', async () => {
    const page = await open('renderer=2d');
    await page.keyboard.press('m');
    await page.waitForFunction(async () => (await window.__ultramotion?.nextPainted())?.maskVisible === false);
    const colour = await page.evaluate(() => window.__ultramotion?.maskColour ?? []);
    const picture = await nextPainted(page);
    expect(maskOnScreen(picture, colour).reduce((sum, on) => sum + on, 0)).toBe(0);
    await page.close();
  });

  it('has the word on the result change with the very picture', async () => {
    const page = await open('renderer=2d');
    const { wrong, changes } = await page.evaluate(async () => {
      const seen: string[] = [];
      const mismatches: string[] = [];
      for (let pictures = 0; pictures < 300 && seen.length < 4; pictures++) {
        if (pictures % 20 === 10) window.__ultramotion?.changeSettings({ 'model.enabled': pictures % 40 !== 10 });
        const { state } = (await window.__ultramotion?.nextPainted()) ?? { state: null };
        // In the very task that tells of the painted picture: nothing newer can have been told yet.
        const word = document.querySelector<HTMLElement>('.result-word')?.dataset['result'];
        const expected = state ?? 'no-mask';
        if (word !== expected) mismatches.push(`${expected} said ${word}`);
        if (seen.at(-1) !== expected) seen.push(expected);
      }
      return { wrong: mismatches, changes: seen };
    });
    expect(changes).toHaveLength(4);
    expect(wrong).toEqual([]);
    await page.evaluate(() => window.__ultramotion?.changeSettings({ 'model.enabled': true }));
    await page.close();
  });

  it('says that the stream is simulated, in words over the picture', async () => {
    const page = await open('renderer=2d');
    await page.waitForSelector('.state[data-kind=simulated]');
    expect(await page.textContent('.state')).toMatch(/SIMULATED/i);
    expect(await page.textContent('body')).toMatch(/RESEARCH\s+USE ONLY/);
    await page.close();
  });
});
