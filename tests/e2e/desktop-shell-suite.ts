/**
 * What the desktop shell (main, preload, engine, inference, renderer) must do under a double of Electron, as built and as
 * packaged. It proves the wiring, the IPC contract, the guards and the life of the processes. It cannot prove that Electron
 * itself starts, its sandbox, or any time: pictures reach this page through the DevTools protocol.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, TestBench } from '../support/processes.ts';
import { hasChromium, screenshot } from './browser.ts';
import { type AppFiles, DesktopApp } from './electron-double/desktop-app.ts';

/** What the DevTools protocol carries with room to spare on a busy machine (its limit is about 35 frames/s). */
const FRAMES_PER_SECOND = '8';
const LIMIT_MS = 30_000;

interface ConsoleApi {
  readonly build: string;
  setFullScreen(mode: unknown): Promise<boolean>;
}
const consoleApi = (): ConsoleApi => (window as unknown as { consoleApi: ConsoleApi }).consoleApi;

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page
    .locator(selector)
    .first()
    .textContent({ timeout: 1000 })
    .catch(() => null)) ?? '';

/** Fails with what the page said instead. */
async function untilText(page: Page, selector: string, wanted: RegExp): Promise<void> {
  let text = '';
  await eventually(`${selector} says ${wanted}`, LIMIT_MS, async () => {
    text = await textOf(page, selector);
    return wanted.test(text) ? true : null;
  }).catch(async (error: Error) => {
    throw new Error(`${error.message}; it says "${text}"; ${await textOf(page, '.figures')}`);
  });
}

/** Has the page note every text `selector` shows: what stands for half a second can pass between two looks from here. */
async function noteTexts(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate((place) => {
    const seen = new Set<string>();
    Object.assign(window, { __textsSeen: seen });
    setInterval(() => seen.add(document.querySelector(place)?.textContent?.trim() ?? ''), 10);
  }, selector);
  return () => page.evaluate(() => [...(window as unknown as { __textsSeen: Set<string> }).__textsSeen]);
}

/** A small copy of the picture as it is on the page's canvas, as numbers. */
const thumbnail = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const picture = document.querySelector('.picture canvas') as HTMLCanvasElement;
    const small = document.createElement('canvas');
    [small.width, small.height] = [64, 48];
    const context = small.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(picture, 0, 0, small.width, small.height);
    return [...context.getImageData(0, 0, small.width, small.height).data];
  });

/**
 * The picture goes on: it is not one gray, and what is on the canvas changes. The words of a new
 * page may come a moment before its first picture is drawn, so that one is waited for too.
 */
async function expectMovingPicture(page: Page): Promise<void> {
  const first = await eventually('a picture with more than 20 shades', LIMIT_MS, async () => {
    const drawn = await thumbnail(page);
    return new Set(drawn).size > 20 ? drawn : null;
  });
  await eventually('another picture on the canvas', LIMIT_MS, async () => {
    const next = await thumbnail(page);
    return next.some((value, index) => value !== first[index]) ? true : null;
  });
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** `prepare` brings the files of the app to judge; what it needs ends with `bench`. */
export function describeDesktopShell(name: string, prepare: (bench: TestBench) => AppFiles): void {
  describe.skipIf(!hasChromium)(name, () => {
    const bench = new TestBench();
    let files: AppFiles;
    let dataDir: string;
    let app: DesktopApp;
    let page: Page;

    const flagsFor = (folder: string): string[] => [
      ...['--source', 'phantom:1', '--fps', FRAMES_PER_SECOND, '--data-dir', folder],
      ...['--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'],
    ];
    const calls = async (what: string): Promise<unknown[]> =>
      (await app.report()).calls.filter((call) => call.what === what).map(({ details }) => details);

    beforeAll(async () => {
      files = prepare(bench);
      dataDir = bench.folder();
      app = bench.owns(await DesktopApp.launch(files, flagsFor(dataDir)));
      page = await eventually('the window', LIMIT_MS, () => app.page());
      await untilText(page, '.state-word', /^DEMO$/);
    });
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') {
        console.error(`what the app printed:\n${app.output}`);
      }
    });
    afterAll(() => bench.close());

    describe('picture and commands', () => {
      it('shows the moving phantom with its mask, in words what it is, and keeps the display on', async () => {
        await expectMovingPicture(page);
        await untilText(page, '.result-word', /BONE/);
        await untilText(page, '.state-word', /^DEMO$/);
        await screenshot(page, name.replaceAll(' ', '-'));
        expect(await textOf(page, '.ai')).toContain('bone-net');
        expect(await page.textContent('body')).toContain('RESEARCH USE ONLY');
        expect((await app.report()).activeBlockers).toBe(1);
      });

      it('disconnects and connects the source at a click, and lets the display sleep in between', async () => {
        await page.locator('form.address').first().getByRole('button', { name: 'Disconnect' }).click();
        await untilText(page, '.state-word', /^NO SOURCE$/);
        await eventually('no power save blocker', LIMIT_MS, async () =>
          (await app.report()).activeBlockers === 0 ? true : null,
        );
        await page.locator('form.address').first().getByRole('button', { name: 'Connect' }).click();
        await untilText(page, '.state-word', /^DEMO$/);
        await expectMovingPicture(page);
      });

      it("shows the engine's own words for an address that cannot be", async () => {
        const form = page.locator('form.address').first();
        await form.getByRole('button', { name: 'Disconnect' }).click();
        await untilText(page, '.state-word', /^NO SOURCE$/);
        await form.getByRole('textbox').fill('carrier-pigeon://coop');
        await form.getByRole('button', { name: 'Connect' }).click();
        await untilText(page, '.refusal', /carrier-pigeon/);
        await form.getByRole('textbox').fill('phantom:1');
        await form.getByRole('button', { name: 'Connect' }).click();
        await untilText(page, '.state-word', /^DEMO$/);
      });

      it('serves browsers beside the window', async () => {
        const url = /browsers: (http:\S+)/.exec(app.output)?.[1];
        const answer = await fetch(new URL('/api/snapshot', url));
        expect(await answer.json()).toMatchObject({ source: { address: 'phantom:1' } });
      });
    });

    describe('what the page can reach', () => {
      it('is its build and full screen, frozen, and nothing of Node or Electron', async () => {
        const seen = await page.evaluate(() => ({
          globals: ['require', 'process', 'module', 'ipcRenderer', 'electron', 'Buffer', 'toMain', 'fromMain'].filter(
            (name) => name in window,
          ),
          api: Object.keys((window as unknown as { consoleApi: object }).consoleApi),
          isFrozen: Object.isFrozen((window as unknown as { consoleApi: object }).consoleApi),
        }));
        expect(seen).toEqual({ globals: [], api: ['build', 'setFullScreen'], isFrozen: true });
      });

      it('asks for full screen through a channel that refuses every other value in words', async () => {
        expect(await page.evaluate(`(${consoleApi})().setFullScreen('on')`)).toBe(true);
        expect(await page.evaluate(`(${consoleApi})().setFullScreen('toggle')`)).toBe(false);
        await page.keyboard.press('F11');
        const isSwitched = async () => ((await calls('BrowserWindow.setFullScreen')).length === 3 ? true : null);
        await eventually('F11 to switch full screen', LIMIT_MS, isSwitched);
        expect(await calls('BrowserWindow.setFullScreen')).toEqual([true, false, true]);
        for (const value of ["'sideways'", '1', '{}', 'undefined', "['on']"]) {
          const words = await page.evaluate(
            `(${consoleApi})().setFullScreen(${value}).catch((error) => error.message)`,
          );
          expect(words).toMatch(/window:full-screen: argument 1: .*expected/);
        }
        expect(await calls('BrowserWindow.setFullScreen')).toHaveLength(3);
      });

      it('is refused to frames within it and to pages of others', async () => {
        const channel = 'window:full-screen';
        const asked = async (url: string, isTop: boolean): Promise<string | null> =>
          (await app.ask({ type: 'invoke-as', url, isTop, channel }, 'invoked')).refusal;
        expect(await asked('app://console/', true)).toBeNull();
        for (const url of ['https://evil.example/', 'app://other/', 'app://console@evil.example/', 'about:blank']) {
          expect(await asked(url, true), url).toMatch(/only the console's own page/);
        }
        expect(await asked('app://console/', false)).toMatch(/only the console's own page/);
      });

      it('ends at its own origin: no request elsewhere, no script in the page, no frame', async () => {
        const outcome = await page.evaluate(async () => {
          const blocked: string[] = [];
          document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
          const fetched = await fetch('https://evil.example/').then(
            () => 'loaded',
            () => 'blocked',
          );
          const inline = document.createElement('script');
          inline.textContent = 'window.inlineRan = true';
          document.head.append(inline);
          const image = document.createElement('img');
          image.src = 'https://evil.example/pixel.png';
          const frame = document.createElement('iframe');
          frame.src = 'https://evil.example/';
          document.body.append(image, frame);
          await new Promise((resolve) => setTimeout(resolve, 500));
          inline.remove();
          image.remove();
          frame.remove();
          return { fetched, inlineRan: 'inlineRan' in window, blocked };
        });
        expect(outcome.fetched).toBe('blocked');
        expect(outcome.inlineRan).toBe(false);
        expect(outcome.blocked).toEqual(
          expect.arrayContaining(['connect-src', 'script-src-elem', 'img-src', 'frame-src']),
        );
        expect(await calls('request left the app')).toEqual([]);
      });

      it('goes nowhere else and opens no window', async () => {
        await page.evaluate(() => {
          location.href = 'https://evil.example/';
        });
        await eventually('the navigation is prevented', LIMIT_MS, async () =>
          (await calls('navigation prevented')).includes('https://evil.example/') ? true : null,
        );
        await page.evaluate(() => void window.open('https://evil.example/popup'));
        const opened = await eventually('the window is asked for', LIMIT_MS, async () => {
          const asked = await calls('window.open');
          return asked.length > 0 ? asked : null;
        });
        expect(opened).toEqual([{ url: 'https://evil.example/popup', action: 'deny' }]);
        await untilText(page, '.state-word', /^DEMO$/);
      });

      it('is granted no permission and no device', async () => {
        for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'fullscreen', 'usb']) {
          expect(await app.ask({ type: 'ask-permission', permission }, 'permission')).toMatchObject({
            requested: false,
            checked: false,
            device: false,
          });
        }
      });
    });

    describe('app://console', () => {
      const request = (url: string, method = 'GET') => app.ask({ type: 'request', url, method }, 'response');

      it('serves the built console with its type, its policy and no guessing', async () => {
        const { status, headers } = await request('app://console/');
        expect(status).toBe(200);
        expect(headers).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'x-content-type-options': 'nosniff',
        });
        expect(headers['content-security-policy']).toContain("default-src 'none'");
        expect(headers['content-security-policy']).toContain("connect-src 'none'");
      });

      it('serves nothing outside the console, no other host and no other method', async () => {
        for (const name of [
          '..%2f..%2fpackage.json',
          '%2e%2e/main.js',
          '..%5c..%5cpackage.json',
          '%00',
          '%ff',
          'missing.js',
        ]) {
          expect((await request(`app://console/${name}`)).status, name).toBe(404);
        }
        expect((await request('app://elsewhere/')).status).toBe(404);
        expect((await request('app://console/', 'POST')).status).toBe(405);
      });
    });

    describe('when a part ends', () => {
      it('gives the picture back after the page was loaded again', async () => {
        await app.ask({ type: 'say-crashed' }, 'reloaded');
        expect(await calls('webContents.reload')).toHaveLength(1);
        await untilText(page, '.state-word', /^DEMO$/);
        await expectMovingPicture(page);
      });

      it('engine killed: says ENGINE LOST, starts another one, and the picture returns', async () => {
        const before = await app.processIds();
        process.kill(before.engine, 'SIGKILL');
        await untilText(page, '.state-word', /^ENGINE LOST$/);
        await screenshot(page, `${name.replaceAll(' ', '-')}-engine-lost`);
        await untilText(page, '.state-word', /^DEMO$/);
        await expectMovingPicture(page);
        const after = await app.processIds();
        expect(after.engine).not.toBe(before.engine);
        expect([before.engine, before.inference].filter(isRunning)).toEqual([]);
        expect(await calls('BrowserWindow.setTitle')).toEqual(
          expect.arrayContaining([expect.stringMatching(/^ENGINE LOST: the engine process ended/)]),
        );
      });

      it('engine hung: it is ended and replaced', async () => {
        const { engine } = await app.processIds();
        process.kill(engine, 'SIGSTOP');
        await untilText(page, '.state-word', /^ENGINE LOST$/);
        await eventually('the hung process is gone', LIMIT_MS, () => (isRunning(engine) ? null : true));
        await untilText(page, '.state-word', /^DEMO$/);
        await expectMovingPicture(page);
        expect(app.output).toContain('engine restarting: no sign of life for 10 s');
      });

      it('inference hung: it is replaced, the raw picture goes on meanwhile with NO MASK, and the mask returns', async () => {
        await untilText(page, '.result-word', /BONE/);
        const { inference, engine } = await app.processIds();
        const texts = await noteTexts(page, '.result-word');
        // One that is merely killed may be back before the picture has waited as long for its mask as it should.
        process.kill(inference, 'SIGSTOP');
        await eventually('NO MASK on screen', LIMIT_MS, async () =>
          (await texts()).includes('NO MASK') ? true : null,
        );
        await untilText(page, '.result-word', /BONE/);
        await untilText(page, '.state-word', /^DEMO$/);
        expect(await app.processIds()).toMatchObject({ engine });
        expect(isRunning(inference)).toBe(false);
      });
    });

    it('says whose the data directory is when another engine has it, and quits when told to', async () => {
      const second = bench.owns(await DesktopApp.launch(files, flagsFor(dataDir), { ELECTRON_DOUBLE_ANSWERS: '1' }));
      expect(await second.exited).toBe(0);
      expect(second.output).toMatch(/engine refused: data directory .* is used by another engine \(process \d+\)/);
    });

    it('quits in good order: engine, inference and browser are gone, and the data directory is free', async () => {
      const { engine, inference } = await app.processIds();
      const { utilitiesRunning } = await app.ask({ type: 'quit' }, 'quit');
      expect(utilitiesRunning).toBe(0);
      expect(await app.exited).toBe(0);
      expect([app.pid, engine, inference].filter(isRunning)).toEqual([]);
      expect(existsSync(path.join(dataDir, 'engine.lock'))).toBe(false);
      const place = JSON.parse(readFileSync(path.join(dataDir, 'desktop', 'window.json'), 'utf8'));
      // Full screen since its key was pressed above.
      expect(place).toEqual({
        bounds: { x: 0, y: 0, width: 1440, height: 900 },
        isMaximized: false,
        isFullScreen: true,
      });
    });
  });
}
