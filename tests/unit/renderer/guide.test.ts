import { describe, expect, it } from 'vitest';
import { isFirstRun } from '../../../src-renderer/guide/first-run.ts';
import { pictureOutcome } from '../../../src-renderer/guide/picture-outcome.ts';
import { choiceOf, igtlAddress } from '../../../src-renderer/guide/source-choice.ts';
import { defaultSettings } from '../../../src-shared/index.ts';

describe('the guide of the first start', () => {
  const settings = defaultSettings();

  it('comes where nobody has said anything about the source, and only there', () => {
    expect(isFirstRun({ settings, settingOverrides: {} })).toBe(true);
    expect(isFirstRun({ settings: { ...settings, 'view.guideDone': true }, settingOverrides: {} })).toBe(false);
    expect(isFirstRun({ settings, settingOverrides: { 'source.address': 'command-line' } })).toBe(false);
    expect(isFirstRun({ settings, settingOverrides: { 'source.address': 'environment' } })).toBe(false);
    const configured = { ...settings, 'source.address': 'igtl://10.0.0.5:18944' };
    expect(isFirstRun({ settings: configured, settingOverrides: {} })).toBe(false);
    // A port or a folder given on the command line says nothing about where pictures come from.
    expect(isFirstRun({ settings, settingOverrides: { 'http.port': 'command-line' } })).toBe(true);
  });

  it.each([
    ['10.0.0.5', 'igtl://10.0.0.5:18944'],
    [' plus-pc:18945 ', 'igtl://plus-pc:18945'],
    ['igtl://10.0.0.5:18944', 'igtl://10.0.0.5:18944'],
    ['IGTL://plus', 'igtl://plus:18944'],
    ['[fe80::1]', 'igtl://[fe80::1]:18944'],
    ['[::1]:18950', 'igtl://[::1]:18950'],
    ['  ', ''],
  ])('makes an address of %j', (typed, address) => expect(igtlAddress(typed)).toBe(address));

  it('knows what kind of source an address is', () => {
    expect(['phantom', 'phantom:3', 'igtl://a:1', '/data/run.mha', '/data/phantoms'].map(choiceOf)).toEqual([
      ...['demo', 'demo', 'plus', 'recording', 'recording'],
    ]);
  });

  it('tells a picture from one on its way and from one that something keeps away', () => {
    expect(pictureOutcome({ veil: null }, null)).toBe('there');
    expect(pictureOutcome({ veil: 'CONNECTING' }, null)).toBe('waiting');
    expect(pictureOutcome({ veil: 'WAITING' }, null)).toBe('waiting');
    expect(pictureOutcome({ veil: 'CONNECTING' }, 'connection refused')).toBe('trouble');
    expect(pictureOutcome({ veil: 'SOURCE FAILED' }, null)).toBe('trouble');
    expect(pictureOutcome({ veil: 'FROZEN' }, null)).toBe('trouble');
  });
});
