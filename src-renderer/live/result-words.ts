import type { Words } from '../words/index.ts';
import { type ResultWord, resultWord } from './presentation.ts';
import type { ShownResult } from './worker-protocol.ts';

interface ResultWords {
  /** Null: there is no picture. */
  readonly code: ResultWord | null;
  readonly word: string;
  readonly score: string;
  readonly text: string;
  readonly boxes: string;
}

/** What is said of one picture's result. `trouble`: what the inference process has to say for itself; null: nothing. */
export function resultWords(words: Words, result: ShownResult | null, trouble: string | null): ResultWords {
  const { live, shell, state } = words;
  const code = resultWord(result);
  if (result === null || code === null) {
    return { code: null, word: shell.none, score: '', text: state.noPicture, boxes: '' };
  }
  const isMissing = code === 'ai-failed' || code === 'ai-off' || code === 'no-mask';
  const framedOnly = code === 'bone' && !result.hasMask;
  return {
    code,
    word: live.results[code],
    score: result.score === null ? '' : live.score(result.score),
    text: (isMissing ? trouble : null) ?? (framedOnly ? live.framedOnly : live.resultTexts[code]),
    boxes: result.boxes.length === 0 ? '' : live.boxes(result.boxes.map(({ score }) => score)),
  };
}
