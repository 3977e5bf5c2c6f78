import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';

const folder = path.resolve(import.meta.dirname, '../e2e/golden');
/** Where what was seen is put beside what was expected, to be looked at. */
const results = path.resolve(import.meta.dirname, '../../test-results');
/** Set to have the golden images written anew from what is seen now. */
export const renewsGolden = process.env['ULTRAMOTION_RENEW_GOLDEN'] === '1';

/** Golden images are kept this wide, with this many levels a colour: small files in which a word is still read. */
const GOLDEN_WIDTH = 640;
const LEVELS = 16;
/** Compared block by block: what is missing, moved or of another colour is lost in the mean of a whole page. */
const BLOCK = 16;
/** Largest mean difference of a block's colour values (0..255): edges of letters differ by less, another word by more. */
const TOLERANCE = 24;

export interface GoldenDifference {
  /** The worst block's mean difference. */
  readonly worst: number;
  /** Blocks beyond the tolerance, by their corner in the golden image. */
  readonly beyond: readonly string[];
}

/**
 * Compares the page with the golden image `name`; `hidden` elements keep their place and are not
 * seen, and what they stand in keeps its width. With
 * `ULTRAMOTION_RENEW_GOLDEN=1` the golden image is written instead.
 */
export async function compareWithGolden(
  page: Page,
  name: string,
  hidden: readonly string[],
): Promise<GoldenDifference> {
  const style = `*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent }
    .ai { width: 260px }
    ${hidden.join(', ')} { visibility: hidden !important }`;
  const seen = (await page.screenshot({ style })).toString('base64');
  const file = path.join(folder, `${name}.png`);
  if (renewsGolden) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, Buffer.from(await reduced(page, seen), 'base64'));
    return { worst: 0, beyond: [] };
  }
  if (!existsSync(file)) {
    throw new Error(`no golden image ${file}: write it with ULTRAMOTION_RENEW_GOLDEN=1 and look at it`);
  }
  const small = await reduced(page, seen);
  mkdirSync(results, { recursive: true });
  writeFileSync(path.join(results, `golden-${name}.png`), Buffer.from(small, 'base64'));
  const blocks = await page.evaluate(differences, { a: small, b: readFileSync(file).toString('base64'), block: BLOCK });
  return {
    worst: Math.max(...blocks.map(({ difference }) => difference)),
    beyond: blocks.filter(({ difference }) => difference > TOLERANCE).map(({ x, y }) => `${x},${y}`),
  };
}

/** The same picture, smaller, as PNG; all base64. */
function reduced(page: Page, png: string): Promise<string> {
  return page.evaluate(
    async ({ data, width, step }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const height = Math.round((image.height * width) / image.width);
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, width, height);
      const picture = context.getImageData(0, 0, width, height);
      for (let i = 0; i < picture.data.length; i++) {
        if (i % 4 !== 3) picture.data[i] = Math.round((picture.data[i] as number) / step) * step;
      }
      context.putImageData(picture, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
    { data: png, width: GOLDEN_WIDTH, step: 256 / LEVELS },
  );
}

/** Runs in the page. */
async function differences({ a, b, block }: { a: string; b: string; block: number }) {
  const pixels = async (png: string): Promise<ImageData> => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [one, other] = [await pixels(a), await pixels(b)];
  if (one.width !== other.width || one.height !== other.height) {
    throw new Error(`${one.width} x ${one.height}, the golden image ${other.width} x ${other.height}`);
  }
  const found: { x: number; y: number; difference: number }[] = [];
  for (let y = 0; y < one.height; y += block) {
    for (let x = 0; x < one.width; x += block) {
      let [sum, count] = [0, 0];
      for (let row = y; row < Math.min(y + block, one.height); row++) {
        for (let i = 4 * (row * one.width + x); i < 4 * (row * one.width + Math.min(x + block, one.width)); i++) {
          if (i % 4 !== 3) {
            sum += Math.abs((one.data[i] as number) - (other.data[i] as number));
            count++;
          }
        }
      }
      found.push({ x, y, difference: sum / count });
    }
  }
  return found;
}

/** Words look as they did when the golden images were made: with other fonts nothing could be compared. */
export async function hasFontsOfGolden(page: Page): Promise<boolean> {
  const file = path.join(folder, 'fonts.json');
  const widths = await page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d') as OffscreenCanvasRenderingContext2D;
    return ['600 20px system-ui', '20px system-ui', '20px monospace'].map((font) => {
      context.font = font;
      return Math.round(context.measureText('RESEARCH USE ONLY, Références 0123').width);
    });
  });
  if (renewsGolden) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `[${widths.join(', ')}]\n`);
  }
  return JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))) === JSON.stringify(widths);
}
