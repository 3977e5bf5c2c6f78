import { isSayingCode, plainValues, type Saying, type SayingValues } from '../../src-shared/index.ts';
import type { Words } from './words.ts';

/** What the engine says, in the operator's language; where there is no sentence for it, the engine's own words. */
export function saidText<M extends string | null>({ sayings }: Words, said: Saying | null, message: M): M | string {
  return said === null ? message : inWords(sayings, said);
}

/** The same of an alert, whose values hold code and message beside those of the sentence. */
export function saidOfAlert(sayings: Words['sayings'], values: Readonly<Record<string, unknown>>): string {
  const { saying, message } = values;
  return isSayingCode(saying) ? inWords(sayings, { code: saying, values: values as SayingValues }) : String(message);
}

/** A reason inside a sentence is put into the same language. */
function inWords(sayings: Words['sayings'], { code, values }: Saying): string {
  return sayings[code](plainValues(values, (reason) => inWords(sayings, reason)));
}
