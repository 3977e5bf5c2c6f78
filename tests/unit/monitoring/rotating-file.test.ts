import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RotatingFile } from '../../../src-main/monitoring/index.ts';

describe('RotatingFile', () => {
  let folder: string;
  let file: string;
  let lines: RotatingFile;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'rotating-'));
    file = path.join(folder, 'logs', 'kpi.log');
    lines = new RotatingFile(file);
  });
  afterEach(() => {
    lines.close();
    rmSync(folder, { recursive: true });
  });
  const text = (name = file): string => readFileSync(name, 'utf8');

  it('makes its folder and appends to what is there', () => {
    lines.write('one\n', null);
    lines.close();
    lines.write('two\n', null);
    expect(text()).toBe('one\ntwo\n');
  });

  it('cuts off the line that a crash tore', () => {
    lines.write('whole\n', null);
    lines.close();
    appendFileSync(file, 'half a li');
    lines.write('next\n', null);
    expect(text()).toBe('whole\nnext\n');
  });

  it('is put aside by size, and keeps as many as it should', () => {
    const rotation = { maxBytes: 20, maxAgeMs: 1e9, keep: 2 };
    for (const line of [
      'aaaaaaaaa\n',
      'bbbbbbbbb\n',
      'ccccccccc\n',
      'ddddddddd\n',
      'eeeeeeeee\n',
      'fffffffff\n',
      'g\n',
    ]) {
      lines.write(line, rotation);
    }
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['kpi.log', 'kpi.log.1', 'kpi.log.2']);
    expect([text(), text(`${file}.1`), text(`${file}.2`)]).toEqual([
      'g\n',
      'eeeeeeeee\nfffffffff\n',
      'ccccccccc\nddddddddd\n',
    ]);
  });

  it('is put aside by age', async () => {
    lines.write('old\n', null);
    await new Promise((resolve) => setTimeout(resolve, 30));
    lines.write('new\n', { maxBytes: 1e9, maxAgeMs: 10, keep: 3 });
    expect([text(), text(`${file}.1`)]).toEqual(['new\n', 'old\n']);
  });

  it('is made anew when somebody removed it after a failure', () => {
    writeFileSync(path.join(folder, 'logs'), 'a file where the folder should be');
    expect(() => lines.write('lost\n', null)).toThrow(/EEXIST|ENOTDIR/);
    rmSync(path.join(folder, 'logs'));
    lines.write('kept\n', null);
    expect(text()).toBe('kept\n');
  });

  it.skipIf(!existsSync('/dev/full'))('throws what a full disk says', () => {
    const full = new RotatingFile('/dev/full');
    expect(() => full.write('nowhere\n', { maxBytes: 1, maxAgeMs: 0, keep: 1 })).toThrow(/ENOSPC/);
    full.close();
  });
});
