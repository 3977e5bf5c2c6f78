import { describe, expect, it } from 'vitest';
import { enteredText, schemaObjection, shapeOf, textOf } from '../../../../src-renderer/settings/setting-shape.ts';
import { english } from '../../../../src-renderer/words/english/index.ts';
import { french } from '../../../../src-renderer/words/french/index.ts';
import type { Words } from '../../../../src-renderer/words/words.ts';
import { defaultSettings, SETTING_KEYS, settingsSchema } from '../../../../src-shared/index.ts';

describe('every setting of the schema', () => {
  const defaults = defaultSettings();
  for (const key of SETTING_KEYS) {
    it(`${key}: what stands in its field is read back as the same value`, () => {
      const shape = shapeOf(key);
      if (shape.kind !== 'switch' && shape.kind !== 'choice') {
        expect(enteredText(key, textOf(key, defaults[key]))).toEqual({ patch: { [key]: defaults[key] } });
      }
    });
  }

  it('has a field of its own kind: raw JSON is the exception', () => {
    const structures = SETTING_KEYS.filter((key) => shapeOf(key).kind === 'structure');
    expect(structures.length).toBeLessThan(SETTING_KEYS.length / 10);
  });
});

describe('shapeOf', () => {
  it('knows switches, choices, numbers with their range, pairs, lists and texts', () => {
    expect(shapeOf('model.enabled')).toEqual({ kind: 'switch' });
    expect(shapeOf('view.renderer')).toEqual({ kind: 'choice', values: ['auto', 'webgl', '2d'] });
    expect(shapeOf('queues.rtSize')).toMatchObject({ kind: 'number', isWhole: true, range: { low: 1, high: 64 } });
    expect(shapeOf('source.mmPerPixel')).toMatchObject({ kind: 'pair', mayBeEmpty: true, range: { isLowOpen: true } });
    expect(shapeOf('publish.allowedPeers')).toEqual({ kind: 'list' });
    expect(shapeOf('source.address')).toEqual({ kind: 'text' });
  });
});

describe('enteredText', () => {
  it('takes what an operator types: spaces, decimal commas, one number for both sides, nothing where that is allowed', () => {
    expect(enteredText('queues.rtSize', ' 5 ')).toEqual({ patch: { 'queues.rtSize': 5 } });
    expect(enteredText('view.maskOpacity', '0,5')).toEqual({ patch: { 'view.maskOpacity': 0.5 } });
    expect(enteredText('source.mmPerPixel', '0.08')).toEqual({ patch: { 'source.mmPerPixel': [0.08, 0.08] } });
    expect(enteredText('source.mmPerPixel', '0.08, 0.1')).toEqual({ patch: { 'source.mmPerPixel': [0.08, 0.1] } });
    expect(enteredText('queues.maxLagMs', '')).toEqual({ patch: { 'queues.maxLagMs': null } });
    expect(enteredText('publish.allowedPeers', '10.0.0.2, 10.0.0.3,')).toEqual({
      patch: { 'publish.allowedPeers': ['10.0.0.2', '10.0.0.3'] },
    });
  });

  it('says why something cannot be saved, with the range that holds', () => {
    expect(enteredText('queues.rtSize', '65')).toMatchObject({
      refusal: { why: 'range', range: { low: 1, high: 64 } },
    });
    expect(enteredText('queues.rtSize', '2.5')).toEqual({ refusal: { why: 'whole' } });
    expect(enteredText('queues.rtSize', 'three')).toEqual({ refusal: { why: 'number' } });
    expect(enteredText('queues.rtSize', '')).toEqual({ refusal: { why: 'number' } });
    expect(enteredText('source.mmPerPixel', '0.1, 0.2, 0.3')).toEqual({ refusal: { why: 'pair' } });
    expect(enteredText('source.mmPerPixel', '0')).toMatchObject({ refusal: { why: 'range' } });
    expect(enteredText('source.address', '')).toEqual({ refusal: { why: 'empty' } });
    expect(enteredText('source.imageDevice', 'x'.repeat(21))).toMatchObject({ refusal: { why: 'schema' } });
  });

  it('has what the schema holds against a value said in the operator’s language', () => {
    const text = 'x'.repeat(21);
    const objection = (words: Words) => schemaObjection('source.imageDevice', text, words.settings.schemaErrors);
    expect(objection(english)).toMatch(/Too big.*20/);
    expect(objection(french)).toMatch(/Trop grand.*20/);
    expect(schemaObjection('source.imageDevice', 'Image_Reference', french.settings.schemaErrors)).toBe('');
  });

  it('agrees with the schema the engine checks against', () => {
    for (const text of ['1', '64', '0', '65', '1e3', '-1']) {
      const isAccepted = 'patch' in enteredText('queues.rtSize', text);
      expect(isAccepted).toBe(settingsSchema.shape['queues.rtSize'].safeParse(Number(text)).success);
    }
  });
});
