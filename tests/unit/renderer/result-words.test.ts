import { describe, expect, it } from 'vitest';
import { resultWords } from '../../../src-renderer/live/result-words.ts';
import type { ShownResult } from '../../../src-renderer/live/worker-protocol.ts';
import { CATALOGUES } from '../../../src-renderer/words/index.ts';

const { live, state, shell } = CATALOGUES.en;
const bone: ShownResult = { state: 'bone', score: 0.93, hasMask: true, boxes: [] };
const said = (result: ShownResult | null, trouble: string | null = null) => resultWords(CATALOGUES.en, result, trouble);

describe('the words on a result', () => {
  it('belong to one picture: word, score, sentence and boxes', () => {
    expect(said(bone)).toEqual({
      ...{ code: 'bone', word: live.results.bone, text: live.resultTexts.bone },
      ...{ score: live.score(0.93), boxes: '' },
    });
    expect(said({ ...bone, hasMask: false }).text).toBe(live.framedOnly);
    const box = { x0: 0, y0: 0, x1: 1, y1: 1, score: 0.5, label: 'bone' };
    expect(said({ ...bone, boxes: [box] }).boxes).toBe(live.boxes([0.5]));
  });

  it('give what the inference process has to say only where a result is missing', () => {
    const missing: ShownResult = { state: 'ai-failed', score: null, hasMask: false, boxes: [] };
    expect(said(missing, 'it ended')).toMatchObject({ word: live.results['ai-failed'], score: '', text: 'it ended' });
    expect(said(missing).text).toBe(live.resultTexts['ai-failed']);
    expect(said(bone, 'it ended').text).toBe(live.resultTexts.bone);
    expect(said({ ...missing, state: null }).code).toBe('no-mask');
  });

  it('say that there is no picture where there is none', () => {
    expect(said(null)).toEqual({ code: null, word: shell.none, score: '', text: state.noPicture, boxes: '' });
  });
});
