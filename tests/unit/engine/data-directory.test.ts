import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryLock } from '../../../src-main/engine/index.ts';

describe('DataDirectoryLock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'data-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const holder = (pid: number) =>
    writeFileSync(path.join(folder, 'engine.lock'), JSON.stringify({ pid, url: 'http://127.0.0.1:8050/' }));

  it('refuses a directory that a running engine holds, naming its process and address', () => {
    holder(process.ppid);
    expect(() => new DataDirectoryLock(folder)).toThrow(
      new RegExp(`process ${process.ppid}\\) at http://127\\.0\\.0\\.1:8050/`),
    );
  });

  it('takes over from an engine that has died', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    holder(dead);
    new DataDirectoryLock(folder).release();
    new DataDirectoryLock(folder).release();
  });

  it('takes over from a lock file that was cut off', () => {
    writeFileSync(path.join(folder, 'engine.lock'), '{"pi');
    expect(() => new DataDirectoryLock(folder).release()).not.toThrow();
  });
});
