import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildImageHeader,
  buildStatus,
  IgtlServer,
  type OutgoingMessage,
  timestampBitsFromNs,
} from '../../src-main/openigtlink/index.ts';
import { PhantomScene } from '../../src-main/phantom/index.ts';
import { childrenOf, hasProc, startEngine, TestBench } from '../support/processes.ts';
import { hasChromium, launchBrowser, nextPainted, screenshot, shown } from './browser.ts';

const FPS = 25;
const [COLUMNS, ROWS] = [320, 240] as const;
/** Pixels twice as high as wide: a picture 32 mm wide and 48 mm deep. */
const MM_PER_PIXEL = [0.1, 0.2] as const;
/** Browser and engine add to the true time; the lower bounds are exact, the upper ones leave a loaded machine air. */
const SLACK_MS = 1500;

/** Pictures painted until the engine has forgotten how long the first masks took (it remembers 16), and then some. */
const SETTLED_AFTER = 60;

declare global {
  interface Window {
    /** Every state word since the page was opened, by the machine's clock in milliseconds. */
    __statesSeen?: { readonly state: string; readonly atMs: number }[];
  }
}

/** Runs in the page: its own clock says when a word came, however late the test gets round to asking. */
function recordStates(): void {
  const seen: { state: string; atMs: number }[] = [];
  window.__statesSeen = seen;
  setInterval(() => {
    const state = window.__ultramotion?.shown().state;
    if (state !== undefined && state !== seen.at(-1)?.state) seen.push({ state, atMs: Date.now() });
  }, 10);
}

/** A scanner that streams, freezes, repeats itself or falls silent as the test says. */
class Scanner {
  readonly #server: IgtlServer;
  readonly #pictures: readonly Uint8Array[];
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  #mode: 'moving' | 'same-picture' | 'keep-alive' | 'silent' = 'moving';

  constructor(port = 0) {
    const scene = new PhantomScene({ seed: 1, columns: COLUMNS, rows: ROWS, mmPerPixel: MM_PER_PIXEL, loopFrames: 12 });
    this.#pictures = Array.from({ length: 12 }, (_, i) => scene.render(i).pixels);
    this.#server = new IgtlServer(
      { host: '127.0.0.1', port, maxMessageBytes: 1 << 20, queuePerClient: 8, dropClientAfterMs: 5000 },
      { message: () => {}, clients: () => {}, problem: () => {} },
    );
  }

  async start(): Promise<number> {
    const { port } = await this.#server.listen();
    this.#timer = setInterval(() => this.#tick(), 1000 / FPS);
    return port;
  }

  set mode(mode: 'moving' | 'same-picture' | 'keep-alive' | 'silent') {
    this.#mode = mode;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#server.close();
  }

  #tick(): void {
    this.#count++;
    if (this.#mode === 'moving') this.#server.broadcast(this.#image(this.#count));
    else if (this.#mode === 'same-picture') this.#server.broadcast(this.#image(0));
    else if (this.#mode === 'keep-alive' && this.#count % 6 === 0) this.#server.broadcast(KEEP_ALIVE);
  }

  #image(index: number): OutgoingMessage {
    return {
      type: 'IMAGE',
      deviceName: 'Image_Reference',
      timestampBits: timestampBitsFromNs(BigInt(Date.now()) * 1_000_000n),
      content: [HEADER, this.#pictures[index % this.#pictures.length] as Uint8Array],
    };
  }
}

const HEADER = buildImageHeader({
  size: [COLUMNS, ROWS, 1],
  scalarType: 3,
  matrix: Float32Array.of(MM_PER_PIXEL[0], 0, 0, 0, MM_PER_PIXEL[1], 0, 0, 0, 1, 0, 0, 0),
});
const KEEP_ALIVE: OutgoingMessage = {
  type: 'STATUS',
  deviceName: '',
  timestampBits: 0n,
  content: [buildStatus({ code: 1, subcode: 0n, errorName: '', text: '' })],
};

describe.skipIf(!hasChromium)('the truth about liveness on screen', () => {
  let bench: TestBench;
  let browser: Browser;
  let page: Page;
  let scanner: Scanner;
  let scannerPort: number;
  let engine: Awaited<ReturnType<typeof startEngine>>;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await page?.close();
    await scanner?.close();
    await bench?.close();
  });

  async function watch(): Promise<void> {
    bench = new TestBench();
    scanner = new Scanner();
    scannerPort = await scanner.start();
    engine = await startEngine(bench, `igtl://127.0.0.1:${scannerPort}`);
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.addInitScript(recordStates);
    await page.goto(`${engine.url}?probe=1&renderer=2d`);
    await until('LIVE');
  }

  /** Waits until `state` has been on screen after `sinceMs`; returns how long after it the word came. */
  async function until(state: string, sinceMs = Date.now(), limitMs = 15_000): Promise<number> {
    const atMs = await page.waitForFunction(
      ([word, since]) => {
        const seen = window.__statesSeen ?? [];
        // A word that was there already and still is counts too.
        return seen.find((one, i) => one.state === word && (one.atMs >= since || i === seen.length - 1))?.atMs;
      },
      [state, sinceMs] as const,
      { timeout: limitMs, polling: 20 },
    );
    return ((await atMs.jsonValue()) as number) - sinceMs;
  }

  it('LIVE -> STALE -> LINK LOST when the scanner falls silent, and back to LIVE', async () => {
    await watch();
    const silentMs = Date.now();
    scanner.mode = 'silent';
    const lostMs = await until('LINK LOST', silentMs);
    const staleMs = await until('STALE', silentMs);
    expect((await shown(page)).veil).not.toBeNull();
    // The engine connects again, and the scanner takes the connection: that is no sign of life.
    await page.waitForTimeout(1000);
    expect((await page.evaluate(() => window.__statesSeen))?.at(-1)?.state).toBe('LINK LOST');
    const backMs = Date.now();
    scanner.mode = 'moving';
    const liveMs = await until('LIVE', backMs);
    console.log(
      `STALE after ${staleMs.toFixed(0)} ms, LINK LOST after ${lostMs.toFixed(0)} ms, LIVE ${liveMs.toFixed(0)} ms after frames came back`,
    );
    // 250 ms after the last picture, which a busy machine may have sent a few periods before it fell silent.
    expect(staleMs).toBeGreaterThan(150);
    expect(staleMs).toBeLessThan(250 + SLACK_MS);
    expect(lostMs).toBeGreaterThan(1900);
    expect(lostMs).toBeLessThan(2000 + SLACK_MS);
  });

  it('veils what is STALE and what is LOST', async () => {
    await watch();
    scanner.mode = 'silent';
    await until('STALE');
    await screenshot(page, 'liveness-stale');
    await until('LINK LOST');
    await screenshot(page, 'liveness-link-lost');
    expect((await shown(page)).veil).not.toBeNull();
  });

  it('shows the picture in the shape its spacing gives it, not in that of its pixels', async () => {
    await watch();
    const { drawn } = await nextPainted(page);
    const shape = (COLUMNS * MM_PER_PIXEL[0]) / (ROWS * MM_PER_PIXEL[1]);
    expect((drawn?.width as number) / (drawn?.height as number)).toBeCloseTo(shape, 2);
  });

  it('FROZEN when only keep-alives come, LIVE again with the picture', async () => {
    await watch();
    scanner.mode = 'keep-alive';
    const frozenMs = await until('FROZEN');
    await screenshot(page, 'liveness-frozen');
    expect((await shown(page)).veil).not.toBeNull();
    scanner.mode = 'moving';
    const liveMs = await until('LIVE');
    console.log(
      `FROZEN after ${frozenMs.toFixed(0)} ms of keep-alives, LIVE ${liveMs.toFixed(0)} ms after frames came back`,
    );
    expect(frozenMs).toBeLessThan(750 + SLACK_MS);
  });

  it('FROZEN when the same picture comes for a second', async () => {
    await watch();
    scanner.mode = 'same-picture';
    const frozenMs = await until('FROZEN');
    scanner.mode = 'moving';
    await until('LIVE');
    console.log(`FROZEN after ${frozenMs.toFixed(0)} ms of the same picture`);
    expect(frozenMs).toBeGreaterThan(900);
    expect(frozenMs).toBeLessThan(1000 + SLACK_MS);
  });

  it('LINK LOST at once when the connection breaks, LIVE by itself when the scanner is back', async () => {
    await watch();
    await scanner.close();
    const lostMs = await until('LINK LOST');
    expect(lostMs).toBeLessThan(SLACK_MS);
    scanner = new Scanner(scannerPort);
    await scanner.start();
    await until('LIVE');
  });

  it.skipIf(!hasProc)(
    'kill -9 of the inference process: the picture goes on with NO MASK, then the mask returns',
    async () => {
      await watch();
      await page.waitForSelector('.result-word[data-result=bone]');
      // A picture waits twice as long as any of the last masks took, and the first of a new process take long: after
      // those the process comes back later than that.
      await page.waitForFunction((pictures) => (window.__ultramotion?.shown().painted ?? 0) > pictures, SETTLED_AFTER);
      const before = await shown(page);
      process.kill(childrenOf(engine.pid)[0] as number, 'SIGKILL');
      await page.waitForSelector('.result-word[data-result=no-mask]', { timeout: 5000 });
      await screenshot(page, 'inference-killed');
      await until('LIVE');
      expect((await shown(page)).painted).toBeGreaterThan(before.painted);
      await page.waitForSelector('.result-word[data-result=bone]', { timeout: 15_000 });
      await until('LIVE');
    },
  );

  it('ENGINE LOST when the engine itself dies', async () => {
    await watch();
    await engine.process.stop('SIGKILL');
    await until('ENGINE LOST');
    await screenshot(page, 'engine-lost');
    expect((await shown(page)).veil).not.toBeNull();
  });
});
