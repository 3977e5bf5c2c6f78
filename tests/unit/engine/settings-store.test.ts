import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SettingsStore } from '../../../src-main/engine/index.ts';
import { defaultSettings, inEnglish } from '../../../src-shared/index.ts';

describe('SettingsStore', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'settings-'));
    file = path.join(folder, 'settings.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = (environment = {}, commandLine = {}) => new SettingsStore({ file, environment, commandLine });

  it('starts on the defaults', () => {
    expect(open().current).toEqual(defaultSettings());
  });

  it('lets the command line win over the environment, and that over the file', async () => {
    const earlier = open();
    earlier.update({ 'http.port': 9001, 'source.address': 'phantom:9' });
    await earlier.settled();
    const store = open({ DASHBOARD_PORT: '9002', LOG_MODE: 'perf' }, { 'http.port': 9003 });
    expect(store.current).toMatchObject({ 'http.port': 9003, 'source.address': 'phantom:9', 'log.mode': 'perf' });
    expect(open({ DASHBOARD_PORT: '9002' }).current['http.port']).toBe(9002);
  });

  it('saves what was changed and nothing else, counting revisions', async () => {
    const store = open({ DASHBOARD_PORT: '9002' });
    store.update({ 'publish.labelValue': 255 });
    store.update({ 'view.maskOpacity': 0.5 });
    await store.settled();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      revision: 2,
      settings: { 'publish.labelValue': 255, 'view.maskOpacity': 0.5 },
    });
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  it('refuses a bad value, says which and why, and keeps the old one', () => {
    const store = open();
    expect(() => store.update({ 'publish.labelValue': 256 })).toThrow(/publish\.labelValue 256: .*255/);
    expect(store.current['publish.labelValue']).toBe(1);
  });

  it('refuses a setting that does not exist', () => {
    expect(() => open().update({ 'no.such': 1 } as never)).toThrow(/no\.such/);
  });

  it('names the environment variable that is wrong', () => {
    expect(() => open({ DASHBOARD_PORT: '99999' })).toThrow(/DASHBOARD_PORT="99999".*65535/);
  });

  it('starts on defaults when its file is broken, keeps it aside and says so', () => {
    writeFileSync(file, '{"revision": 1, "settings": {"http.port":');
    const store = open();
    expect(store.current).toEqual(defaultSettings());
    expect(inEnglish(store.fileProblem ?? '')).toContain('settings.json.bad');
    expect(readdirSync(folder)).toEqual(['settings.json.bad']);
  });

  it('starts on defaults when its broken file cannot be set aside either, and says both', () => {
    writeFileSync(file, '{"revision": 1');
    mkdirSync(`${file}.bad`);
    const store = open();
    expect(store.current).toEqual(defaultSettings());
    expect(inEnglish(store.fileProblem ?? '')).toMatch(
      /settings\.json was not usable and could not be set aside \(.+\): /,
    );
  });

  it('puts a change in force that cannot be saved, says why, and saves it with the next one that can', async () => {
    const store = open();
    const told: (string | null)[] = [];
    store.onSaveProblem((problem) => told.push(problem && inEnglish(problem)));
    mkdirSync(`${file}.new`);
    expect(store.update({ 'publish.labelValue': 255 })).toEqual({ 'publish.labelValue': 255 });
    expect(store.current['publish.labelValue']).toBe(255);
    await store.settled();
    expect(inEnglish(store.saveProblem ?? '')).toMatch(/settings act but are not saved to .*settings\.json: EISDIR/);
    expect(store.current['publish.labelValue']).toBe(255);
    rmdirSync(`${file}.new`);
    store.update({ 'view.maskOpacity': 0.5 });
    await store.settled();
    expect(store.saveProblem).toBeNull();
    expect(told).toEqual([expect.stringContaining('EISDIR'), null]);
    expect(open().current).toMatchObject({ 'publish.labelValue': 255, 'view.maskOpacity': 0.5 });
  });

  it('ends with the newest of many quick changes on disk', async () => {
    const store = open();
    for (let value = 1; value <= 200; value++) {
      store.update({ 'publish.labelValue': value });
      if (value % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await store.settled();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ revision: 200, settings: { 'publish.labelValue': 200 } });
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });
});
