// Draws assets/icons/icon.svg at the sizes installers want: PNG for Linux, ICO for Windows, ICNS for macOS. Run by hand when
// the drawing changes; the results are committed, because electron-builder would download tools to convert them itself.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'assets', 'installer');
const svg = readFileSync(path.join(root, 'assets', 'icons', 'icon.svg'), 'utf8');

const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512];
const ICO_SIZES = [16, 32, 48, 64, 128, 256];
/** ICNS entry types that hold a PNG, with their size in pixels (Apple's icon family; `ic11` to `ic14` are for dense screens). */
const ICNS_ENTRIES = { ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 };

/** ICONDIR, one ICONDIRENTRY each, then the PNGs. A size of 256 is written as 0. */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of images.entries()) {
    const at = 6 + 16 * index;
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

/** `icns`, the length of the whole, then type, length and PNG of each entry. */
function icns(entries) {
  const parts = entries.map(([type, png]) => Buffer.concat([tag(type, png.length + 8), png]));
  const length = 8 + parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([tag('icns', length), ...parts]);
}

function tag(type, length) {
  const bytes = Buffer.alloc(8);
  bytes.write(type, 0, 'ascii');
  bytes.writeUInt32BE(length, 4);
  return bytes;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const pngs = new Map();
for (const size of new Set([...LINUX_SIZES, ...ICO_SIZES, ...Object.values(ICNS_ENTRIES)])) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  pngs.set(size, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();

mkdirSync(path.join(folder, 'png'), { recursive: true });
for (const size of LINUX_SIZES) {
  writeFileSync(path.join(folder, 'png', `${size}x${size}.png`), pngs.get(size));
}
writeFileSync(path.join(folder, 'icon.ico'), ico(ICO_SIZES.map((size) => ({ size, png: pngs.get(size) }))));
writeFileSync(
  path.join(folder, 'icon.icns'),
  icns(Object.entries(ICNS_ENTRIES).map(([type, size]) => [type, pngs.get(size)])),
);
