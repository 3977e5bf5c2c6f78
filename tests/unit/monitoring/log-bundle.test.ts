import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleLogs } from '../../../src-main/monitoring/index.ts';

describe.skipIf(process.platform === 'win32')('bundleLogs', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
    for (const folder of ['logs', 'history']) mkdirSync(path.join(dataDir, folder));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('packs logs and alerts, as tar reads them, with secrets masked and without settings', async () => {
    writeFileSync(
      path.join(dataDir, 'logs', 'pipeline.log'),
      'x | source address="igtl://me:secret@host:1" said="topsecret"\n',
    );
    writeFileSync(path.join(dataDir, 'logs', 'kpi.log.1'), `${'k'.repeat(99)}\n`.repeat(30_000));
    writeFileSync(path.join(dataDir, 'history', 'alerts.jsonl'), '{}\n');
    writeFileSync(path.join(dataDir, 'settings.json'), '{"secret":1}');
    symlinkSync(path.join(dataDir, 'settings.json'), path.join(dataDir, 'logs', 'linked.log'));
    const out = path.join(dataDir, 'bundle.tar.gz');
    const { entries } = await bundleLogs({ dataDir, file: out, secrets: ['topsecret'] });
    const tar = (...args: string[]): string => execFileSync('tar', args, { encoding: 'utf8', maxBuffer: 1e8 });
    expect(entries).toEqual(['logs/kpi.log.1', 'logs/pipeline.log', 'history/alerts.jsonl']);
    expect(tar('-tzf', out).trim().split('\n')).toEqual(entries);
    expect(tar('-xzOf', out, 'logs/pipeline.log')).toBe(
      'x | source address="igtl://********@host:1" said="********"\n',
    );
    const tail = tar('-xzOf', out, 'logs/kpi.log.1');
    expect(tail.length).toBeLessThanOrEqual(2 * 2 ** 20);
    expect(tail.split('\n').every((line) => line === '' || line.length === 99)).toBe(true);
  });

  it('leaves the oldest out when all together would not fit into a mail', async () => {
    const lines = `${'k'.repeat(99)}\n`.repeat(21_000);
    const names = Array.from({ length: 14 }, (_, index) => path.join(dataDir, 'logs', `kpi.log.${index + 1}`));
    for (const [index, name] of names.entries()) {
      writeFileSync(name, lines);
      utimesSync(name, 2e9 - index, 2e9 - index);
    }
    writeFileSync(path.join(dataDir, 'logs', 'pipeline.log'), 'now\n');
    utimesSync(path.join(dataDir, 'logs', 'pipeline.log'), 2e9 + 1, 2e9 + 1);
    const file = path.join(dataDir, 'bundle.tar.gz');
    const { entries } = await bundleLogs({ dataDir, file, secrets: [] });
    expect(entries).toContain('logs/pipeline.log');
    expect(entries).toContain('logs/kpi.log.1');
    expect(entries).not.toContain('logs/kpi.log.14');
  });
});
