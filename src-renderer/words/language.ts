export type Language = 'en' | 'fr';

/** The setting where it names a language; else the first of the browser's languages that we speak; else English. */
export function languageOf(setting: 'auto' | Language, browserLanguages: readonly string[]): Language {
  if (setting !== 'auto') {
    return setting;
  }
  const spoken = browserLanguages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag): tag is Language => tag === 'en' || tag === 'fr') ?? 'en';
}
