import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import type { PaintedPicture, UltramotionProbe } from '../../src-renderer/state/probe-api.ts';

declare global {
  interface Window {
    __ultramotion?: UltramotionProbe;
  }
}

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) {
  console.warn(`skipped: no Chromium at ${CHROMIUM} (Debian: apt-get install chromium)`);
}

/** Debian's Chromium as root with WebGL in software; nothing of it looks for the outside world. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  });
}

/** Screenshots of the run, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = path.resolve(import.meta.dirname, '../../test-results');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

export function nextPainted(page: Page): Promise<PaintedPicture> {
  return page.evaluate(() => (window.__ultramotion as UltramotionProbe).nextPainted());
}

export function shown(page: Page): Promise<ReturnType<UltramotionProbe['shown']>> {
  return page.evaluate(() => (window.__ultramotion as UltramotionProbe).shown());
}

export function setMask(page: Page, visible: boolean, opacity: number): Promise<void> {
  return page.evaluate((style) => (window.__ultramotion as UltramotionProbe).setMask(style), { visible, opacity });
}

/** 1 where the canvas shows exactly the mask's colour: bone, on a gray picture at opacity 1. */
export function maskOnScreen(picture: PaintedPicture, colour: readonly number[]): Uint8Array {
  const rgba = Buffer.from(picture.rgba, 'base64');
  const mask = new Uint8Array(picture.columns * picture.rows);
  for (let i = 0; i < mask.length; i++) {
    const same = rgba[4 * i] === colour[0] && rgba[4 * i + 1] === colour[1] && rgba[4 * i + 2] === colour[2];
    mask[i] = same ? 1 : 0;
  }
  return mask;
}
