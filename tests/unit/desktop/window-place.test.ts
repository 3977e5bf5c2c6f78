import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlaceFile, usablePlace, type WindowPlace } from '../../../src-main/desktop/window-place.ts';

const laptop = { x: 0, y: 0, width: 1920, height: 1080 };
const secondScreen = { x: 1920, y: -200, width: 2560, height: 1440 };
const at = (x: number, y: number): WindowPlace => ({
  bounds: { x, y, width: 1440, height: 900 },
  isMaximized: false,
  isFullScreen: false,
});

describe('usablePlace', () => {
  it('is where the window was, on whichever display', () => {
    expect(usablePlace(at(200, 100), [laptop])).toEqual(at(200, 100));
    expect(usablePlace(at(2500, -150), [laptop, secondScreen])).toEqual(at(2500, -150));
  });

  it('is none when that display is gone, or a hand could not find the window', () => {
    expect(usablePlace(at(2500, -150), [laptop])).toBeNull();
    expect(usablePlace(at(1900, 100), [laptop])).toBeNull();
    expect(usablePlace(at(200, 1050), [laptop])).toBeNull();
    expect(usablePlace(at(200, -40), [laptop])).toBeNull();
    expect(usablePlace(null, [laptop])).toBeNull();
  });
});

describe('PlaceFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'place-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives back what was written, and leaves no half of a file', () => {
    const file = new PlaceFile(path.join(folder, 'new'));
    file.write({ ...at(5, 6), isMaximized: true });
    expect(file.read()).toEqual({ ...at(5, 6), isMaximized: true });
    expect(readdirSync(path.join(folder, 'new'))).toEqual(['window.json']);
  });

  it('knows no place from a file that is absent, cut off or made up', () => {
    const file = new PlaceFile(folder);
    expect(file.read()).toBeNull();
    for (const text of ['{"bounds":{"x":1', '[]', '{"bounds":{"x":0,"y":0,"width":-5,"height":1e9},"isMaximized":1}']) {
      writeFileSync(path.join(folder, 'window.json'), text);
      expect(file.read(), text).toBeNull();
    }
  });
});
