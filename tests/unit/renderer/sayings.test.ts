import { describe, expect, it } from 'vitest';
import { CATALOGUES } from '../../../src-renderer/words/index.ts';
import { saidText } from '../../../src-renderer/words/said.ts';
import { inEnglish, SAYINGS, type SayingCode, say } from '../../../src-shared/index.ts';

/** One distinct value for every name any sentence uses. */
const VALUES = {
  ...{ peer: 'plus:18944', why: 'WHY', details: 'DETAILS', model: 'm1', kept: 'm2', from: 'm3', to: 'm4', name: 'n1' },
  ...{ frames: 101, minutes: 102, limit: 103, mib: 104, waiting: 105, dead: 106, route: 'slack' },
};
const codes = Object.keys(SAYINGS) as SayingCode[];
const valuesIn = (text: string): string[] =>
  Object.values(VALUES)
    .map(String)
    .filter((value) => text.includes(value));

describe('what the engine says', () => {
  it.each(codes)('%s: holds the same values in French as in English, and nothing undefined', (code) => {
    const english = inEnglish(say(code, VALUES));
    const french = saidText(CATALOGUES.fr, say(code, VALUES), 'fallback');
    expect(valuesIn(french)).toEqual(valuesIn(english));
    expect(`${english} ${french}`).not.toMatch(/undefined|\[object/);
    expect(french).not.toBe(english);
    expect(saidText(CATALOGUES.en, say(code, VALUES), 'fallback')).toBe(english);
  });

  it('falls back to the words that came where there is no sentence', () => {
    expect(saidText(CATALOGUES.fr, null, 'ENOSPC')).toBe('ENOSPC');
  });

  it('reaches alerts: the sentence in the operator’s language, else the message', () => {
    const { what } = CATALOGUES.fr.alerts.conditions.problem;
    const values = { problem: 'recording.lost', message: 'English', saying: 'recording.lost', frames: 3, limit: 64 };
    expect(what(values)).toMatch(/^3 images MANQUENT/);
    expect(what({ ...values, saying: null })).toBe('English');
    expect(what({ ...values, saying: 'toString' })).toBe('English');
  });
});
