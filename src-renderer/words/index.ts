/**
 * Every word an operator reads, by language and by area (one file each). Components reach them by {@link useWords};
 * no sentence is glued together elsewhere: what depends on a value is a function of the catalogue.
 */
import { useEffect } from 'react';
import { useConsole } from '../state/console-context.ts';
import { CATALOGUES } from './catalogues.ts';
import { type Language, languageOf } from './language.ts';
import type { Words } from './words.ts';

export { CATALOGUES } from './catalogues.ts';
export { saidText } from './said.ts';
export type { ActionId, Words } from './words.ts';

function useLanguage(): Language {
  const setting = useConsole((state) => state.snapshot?.settings['view.language'] ?? 'auto');
  return languageOf(setting, navigator.languages);
}

/** The catalogue in use; the component renders again when the language changes. */
export function useWords(): Words {
  return CATALOGUES[useLanguage()];
}

/** Tells the browser (and with it screen readers) what language the page is in. Once, at the top. */
export function useDocumentLanguage(): void {
  const language = useLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
}
