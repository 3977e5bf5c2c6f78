import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineWriter } from '../../../src-main/monitoring/index.ts';

const LIMIT_MS = 10_000;

describe('LineWriter', () => {
  let folder: string;
  const descriptors: number[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lines-'));
  });
  afterEach(() => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
  const opened = (file: string, flags: string | number): number => {
    const descriptor = openSync(file, flags);
    descriptors.push(descriptor);
    return descriptor;
  };

  /** A pipe whose reader reads when the test does. */
  function pipe(): { reader: number; writer: number } {
    const file = path.join(folder, 'pipe');
    spawnSync('mkfifo', [file]);
    const reader = opened(file, constants.O_RDONLY | constants.O_NONBLOCK);
    return { reader, writer: opened(file, constants.O_WRONLY | constants.O_NONBLOCK) };
  }

  /** Reads until the writer has said everything. */
  async function readAll(reader: number, writer: LineWriter): Promise<string> {
    let text = '';
    let isDone = false;
    void writer.drained(LIMIT_MS).then(() => {
      isDone = true;
    });
    const buffer = Buffer.alloc(65_536);
    for (let last = false; !last; ) {
      last = isDone;
      try {
        text += buffer.toString('utf8', 0, readSync(reader, buffer));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    return text;
  }

  it('writes lines whole and in order', async () => {
    const file = path.join(folder, 'log');
    const writer = new LineWriter(opened(file, 'w'));
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i} µs\n`);
    for (const line of lines) writer.write(line);
    await writer.drained(LIMIT_MS);
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
  });

  it.skipIf(process.platform === 'win32')(
    'keeps at most 256 KiB for a reader that stopped, and says how many lines it dropped when it reads again',
    async () => {
      const { reader, writer: descriptor } = pipe();
      const writer = new LineWriter(descriptor);
      const lines = Array.from({ length: 1000 }, (_, i) => `${String(i).padEnd(999, 'x')}\n`);
      for (const line of lines) writer.write(line);
      await writer.drained(100);
      const kept = lines.length - writer.dropped;
      expect(kept).toBeGreaterThanOrEqual(262);
      expect(kept).toBeLessThan(400);
      const text = await readAll(reader, writer);
      const said = text.split('\n').slice(0, -1);
      expect(said.slice(0, kept).map((line) => `${line}\n`)).toEqual(lines.slice(0, kept));
      expect(said.slice(kept).join()).toMatch(
        new RegExp(`^\\S+ \\| log \\| warn \\| log\\.lines-dropped count=${writer.dropped}$`),
      );
      writer.write('and on it goes\n');
      expect(await readAll(reader, writer)).toBe('and on it goes\n');
    },
  );

  it.skipIf(process.platform === 'win32')('ends quietly when the reader goes away', async () => {
    const { reader, writer: descriptor } = pipe();
    const writer = new LineWriter(descriptor);
    closeSync(reader);
    descriptors.splice(descriptors.indexOf(reader), 1);
    writer.write('nobody hears this\n');
    await writer.drained(LIMIT_MS);
    for (let i = 0; i < 1000; i++) writer.write('x'.repeat(999));
    expect(writer.dropped).toBe(0);
  });
});
