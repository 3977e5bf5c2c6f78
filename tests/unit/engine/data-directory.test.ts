import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryLock } from '../../../src-main/engine/index.ts';

const MODULE = path.resolve(import.meta.dirname, '../../../src-main/engine/data-directory.ts');

describe('DataDirectoryLock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'data-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const lockFile = () => path.join(folder, 'engine.lock');
  const holder = (pid: number, startedAt?: string) =>
    writeFileSync(lockFile(), JSON.stringify({ pid, startedAt, url: 'http://127.0.0.1:8050/' }));

  it('refuses a directory that a running engine holds, naming its process, its address and the lock file', () => {
    holder(process.ppid);
    expect(() => new DataDirectoryLock(folder)).toThrow(
      new RegExp(`process ${process.ppid}\\) at http://127\\.0\\.0\\.1:8050/.*remove ${lockFile()}`),
    );
    expect(readdirSync(folder)).toEqual(['engine.lock']);
  });

  it('takes over from an engine that has died', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    holder(dead);
    new DataDirectoryLock(folder).release();
    new DataDirectoryLock(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from a lock file that was cut off', () => {
    writeFileSync(lockFile(), '{"pi');
    expect(() => new DataDirectoryLock(folder).release()).not.toThrow();
  });

  it.skipIf(process.platform !== 'linux')(
    'takes over when the process id of a dead engine belongs to another process by now',
    () => {
      holder(process.ppid, '1');
      new DataDirectoryLock(folder).release();
    },
  );

  it.skipIf(process.platform !== 'linux')('is held against a second engine of the same process', () => {
    const lock = new DataDirectoryLock(folder);
    lock.announce('http://127.0.0.1:1/');
    expect(() => new DataDirectoryLock(folder)).toThrow(`process ${process.pid}) at http://127.0.0.1:1/`);
    lock.release();
  });

  it('leaves a lock alone that is another engine’s by now', () => {
    const lock = new DataDirectoryLock(folder);
    holder(process.ppid);
    lock.release();
    expect(readdirSync(folder)).toEqual(['engine.lock']);
  });

  it('is given to exactly one of the engines that find a dead one’s lock at the same moment', async () => {
    const ENGINES = 4;
    for (const leftBehind of ['', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1', url: null })]) {
      writeFileSync(lockFile(), leftBehind);
      const startAt = Date.now() + 800;
      const script =
        `const { DataDirectoryLock } = await import(${JSON.stringify(MODULE)});` +
        `while (Date.now() < ${startAt});` +
        `let word = 'taken'; try { new DataDirectoryLock(${JSON.stringify(folder)}); } catch (e) { word = e.name; }` +
        // Alive until all have said their word: a lock whose engine has ended may be taken.
        "console.log(word); process.stdin.on('end', () => process.exit()).resume();";
      const engines = Array.from({ length: ENGINES }, () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        const said = once(child.stdout, 'data').then(([line]) => String(line).trim());
        return { child, said };
      });
      const ended = await Promise.all(engines.map(async ({ child, said }) => ({ pid: child.pid, word: await said })));
      for (const { child } of engines) child.stdin.end();
      await Promise.all(engines.map(({ child }) => child.exitCode ?? once(child, 'close')));
      expect(ended.map(({ word }) => word).sort()).toEqual([
        ...Array.from({ length: ENGINES - 1 }, () => 'DataDirectoryInUse'),
        'taken',
      ]);
      expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({
        pid: ended.find(({ word }) => word === 'taken')?.pid,
      });
    }
  });
});
