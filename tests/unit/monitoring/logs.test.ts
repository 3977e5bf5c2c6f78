import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Logs, maskSecrets } from '../../../src-main/monitoring/index.ts';
import { defaultSettings, type Settings } from '../../../src-shared/index.ts';
import { parseKpiLog } from '../../support/kpi-log-parser.ts';
import { aSample } from '../../support/samples.ts';

const LIMIT_MS = 10_000;

describe('Logs', () => {
  let dataDir: string;
  let said: string[];
  const opened: Logs[] = [];
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(os.tmpdir(), 'logs-'));
    said = [];
  });
  afterEach(async () => {
    for (const logs of opened.splice(0)) await logs.close();
    rmSync(dataDir, { recursive: true });
  });

  function open(patch: Partial<Settings> = {}): Logs {
    const settings = { ...defaultSettings(), ...patch };
    const logs = new Logs({ dataDir, say: (line) => said.push(line), settings });
    opened.push(logs);
    return logs;
  }
  const file = (name: string): string => path.join(dataDir, 'logs', name);
  const lines = async (logs: Logs, name: string): Promise<string[]> => {
    await logs.disk?.drained(LIMIT_MS);
    return existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').slice(0, -1) : [];
  };
  const events = (text: readonly string[]): (string | undefined)[] =>
    text.map((line) => line.split(' | ')[3]?.split(' ')[0]);

  it('writes events with fields to pipeline.log and to whoever listens', async () => {
    const logs = open();
    logs.log('warn', 'source.state', { link: 'failed', message: 'no\nsuch "host"', tries: 3 });
    const [line] = await lines(logs, 'pipeline.log');
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \| igt\.source \| warn \| source\.state link="failed" /);
    expect(line).toContain('message="no\\nsuch \\"host\\"" tries=3');
    expect(said).toEqual([`${line}\n`]);
  });

  it('cannot be made to write a second line by what a sender calls itself', async () => {
    const logs = open();
    logs.log('warn', 'source.skipped.EVIL\n2026 | igt.kpi | fake', {});
    expect(await lines(logs, 'pipeline.log')).toHaveLength(1);
  });

  it('keeps warnings and up in perf mode, and never silences kpi.log', async () => {
    const logs = open({ 'log.mode': 'perf', 'log.levels': { 'igt.source': 'debug' } });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logs.log(level, `source.${level}`);
    logs.kpi(aSample());
    expect(events(await lines(logs, 'pipeline.log'))).toEqual(['source.warn', 'source.error']);
    expect(parseKpiLog(readFileSync(file('kpi.log'), 'utf8'))).toHaveLength(1);
  });

  it('has a level for each component, changed while it runs', async () => {
    const logs = open({ 'log.levels': { igt: 'error', 'igt.source': 'debug' } });
    logs.log('debug', 'source.detail');
    logs.log('warn', 'inference.state');
    logs.configure({ ...defaultSettings(), 'log.levels': { 'igt.source': 'off' } });
    logs.log('error', 'source.gone');
    logs.log('info', 'inference.state');
    expect(events(await lines(logs, 'pipeline.log'))).toEqual(['source.detail', 'inference.state']);
  });

  it('stops kpi.log at once when it is switched off, and goes on when it is switched on', async () => {
    const logs = open();
    logs.kpi(aSample({ ts: 1 }));
    logs.configure({ ...defaultSettings(), 'kpi.logging': false });
    logs.kpi(aSample({ ts: 2 }));
    logs.configure(defaultSettings());
    logs.kpi(aSample({ ts: 3 }));
    await lines(logs, 'kpi.log');
    expect(parseKpiLog(readFileSync(file('kpi.log'), 'utf8')).map(({ ts }) => ts)).toEqual([1, 3]);
  });

  it('masks secrets, the known ones too', async () => {
    const logs = open({ 'alerts.slackUrl': 'https://chat.example/hook/d34db33f' });
    logs.log('info', 'command', {
      source: 'rtsp://admin:p@ss:w/rd@10.0.0.7/1',
      post: 'https://chat.example/hook/d34db33f',
    });
    const [line] = await lines(logs, 'pipeline.log');
    expect(line).not.toMatch(/admin|p@ss|d34db33f/);
    expect(line).toContain('10.0.0.7');
  });

  it.skipIf(!existsSync('/dev/full'))(
    'counts what a full disk does not take, says so once, and goes on with the other files',
    async () => {
      mkdirSync(path.join(dataDir, 'logs'));
      symlinkSync('/dev/full', file('kpi.log'));
      const logs = open();
      const problems: (string | null)[] = [];
      logs.onProblem((problem) => problems.push(problem));
      for (let ts = 0; ts < 5; ts++) {
        logs.kpi(aSample({ ts }));
        logs.log('info', 'source.state');
        await logs.disk?.drained(LIMIT_MS);
      }
      expect(logs.lost).toBe(5);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/kpi\.log: ENOSPC/);
      expect(await lines(logs, 'pipeline.log')).toHaveLength(5);
      rmSync(file('kpi.log'));
      logs.kpi(aSample({ ts: 6 }));
      await logs.disk?.drained(LIMIT_MS);
      expect(problems.at(-1)).toBeNull();
      expect(parseKpiLog(readFileSync(file('kpi.log'), 'utf8')).map(({ ts }) => ts)).toEqual([6]);
    },
  );

  it('holds no more than a megabyte for a disk that hangs, and says how much it lost', async () => {
    const logs = open();
    const line = { text: 'x'.repeat(10_000) };
    // All in one turn: the thread cannot have taken any of it yet.
    for (let i = 0; i < 300; i++) logs.log('info', 'source.state', line);
    expect(logs.lost).toBeGreaterThan(150);
    const written = await lines(logs, 'pipeline.log');
    expect(written.length + logs.lost).toBe(300);
  });
});

describe('maskSecrets', () => {
  it.each([
    ['igtl://user:secret@host:1/a', 'igtl://********@host:1/a'],
    ['Authorization: Bearer abcdefghijk.lmn', 'Authorization: Bearer ********'],
    ['key whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=', 'key whsec_********'],
    ['https://hooks.slack.com/services/T0/B0/xyz', 'https://hooks.slack.com/services/********'],
    ['{"password":"hunter2","a":1}', '{"password":"********","a":1}'],
    ['ULTRAMOTION_TOKEN=abc123 next', 'ULTRAMOTION_TOKEN=******** next'],
    ['eyJhbGciOiJI.eyJzdWIi.sig-_x', 'eyJ********'],
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it('leaves what is no secret as it is', () => {
    for (const text of ['igtl://10.0.0.5:18944', 'mail to a@b.example about http://x/y', 'tokens per second: 5']) {
      expect(maskSecrets(text)).toBe(text);
    }
  });
});
