import { describe, expect, it } from 'vitest';
import { isConsoleUrl } from '../../../src-main/desktop/console-address.ts';
import { fileOf, mimeTypeOf } from '../../../src-main/desktop/console-files.ts';

const ROOT = '/opt/console/dist/renderer';

describe('fileOf', () => {
  it('names the page for a folder and a file for everything else', () => {
    expect(fileOf('/', ROOT)).toBe(`${ROOT}/index.html`);
    expect(fileOf('/assets/index-a1.js', ROOT)).toBe(`${ROOT}/assets/index-a1.js`);
    expect(fileOf('/with%20space.svg', ROOT)).toBe(`${ROOT}/with space.svg`);
  });

  for (const attempt of [
    '/../main.js',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/desktop/preload.cjs',
    '/assets/../../cli.js',
    '/../renderer-of-another/index.html',
    '/..%5c..%5cpackage.json',
    '/index.html%00.js',
    '/%ff',
  ]) {
    it(`refuses ${attempt}`, () => {
      expect(fileOf(attempt, ROOT)).toBeNull();
    });
  }
});

describe('mimeTypeOf', () => {
  it('knows what the console is built of and serves nothing else', () => {
    expect(mimeTypeOf('a/b.js')).toBe('text/javascript; charset=utf-8');
    expect(mimeTypeOf('a/b.html')).toBe('text/html; charset=utf-8');
    for (const file of ['a/b.node', 'a/b.ts', 'a/b', 'a/.env']) {
      expect(mimeTypeOf(file), file).toBeNull();
    }
  });
});

describe('isConsoleUrl', () => {
  it('is true for our own pages', () => {
    expect(isConsoleUrl('app://console/')).toBe(true);
    expect(isConsoleUrl('app://console/index.html?renderer=2d')).toBe(true);
  });

  for (const other of [
    'https://console/',
    'app://console.evil.example/',
    'app://console@evil.example/',
    'app://user@console/',
    'app://console:8050/',
    'app:console',
    'file:///console/',
    'about:blank',
    '',
  ]) {
    it(`is false for "${other}"`, () => {
      expect(isConsoleUrl(other)).toBe(false);
    });
  }
});
