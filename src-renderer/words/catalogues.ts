import { english } from './english/index.ts';
import { french } from './french/index.ts';
import { type Language, languageOf } from './language.ts';
import type { Words } from './words.ts';

export const CATALOGUES: Readonly<Record<Language, Words>> = { en: english, fr: french };

/** The catalogue in use, for what is written outside a component. */
export function wordsFor(setting: 'auto' | Language): Words {
  return CATALOGUES[languageOf(setting, navigator.languages)];
}
