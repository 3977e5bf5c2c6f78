import { isSayingCode, type Saying, type SayingValues } from '../../src-shared/index.ts';
import type { Words } from './words.ts';

/** What the engine says, in the operator's language; where there is no sentence for it, the engine's own words. */
export function saidText<M extends string | null>({ sayings }: Words, said: Saying | null, message: M): M | string {
  return said === null ? message : sayings[said.code](said.values);
}

/** The same of an alert, whose values hold code and message beside those of the sentence. */
export function saidOfAlert(sayings: Words['sayings'], values: Readonly<Record<string, unknown>>): string {
  const { saying, message } = values;
  return isSayingCode(saying) ? sayings[saying](values as SayingValues) : String(message);
}
