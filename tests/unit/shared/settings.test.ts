import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultSettings, SETTING_KEYS, settingInfo, settingsPatchSchema } from '../../../src-shared/index.ts';

describe('settings', () => {
  it('describe themselves, every one', () => {
    for (const key of SETTING_KEYS) expect(settingInfo(key).title.length, key).toBeGreaterThan(3);
  });

  it('hold their documented defaults', () => {
    expect(defaultSettings()).toMatchObject({
      'source.address': 'phantom',
      'publish.address': 'igtl-server://127.0.0.1:18945',
      'publish.labelValue': 1,
      'publish.demo': false,
      'publish.replay': false,
      'queues.rtSize': 3,
      'queues.gpuSize': 3,
      'queues.outSize': 3,
      'http.host': '127.0.0.1',
      'http.port': 8050,
      'view.noMaskAfterMs': 150,
    });
  });

  it('stand in the README, every one with its default', () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');
    const defaults = defaultSettings();
    for (const key of SETTING_KEYS) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${key}\` |`));
      expect(row, `README row of ${key}`).toBeDefined();
      expect(row?.split('|')[2]?.trim(), `README default of ${key}`).toBe(`\`${JSON.stringify(defaults[key])}\``);
    }
  });

  it('can be patched without filling in the others', () => {
    expect(settingsPatchSchema.parse({ 'queues.rtSize': 5 })).toEqual({ 'queues.rtSize': 5 });
  });
});
