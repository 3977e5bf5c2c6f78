import { type PlainValues, SAYINGS, type SayingCode } from '../../../src-shared/index.ts';

/** What the engine says: its own English, which log and API have too. */
export const sayings: Readonly<Record<SayingCode, (values: PlainValues) => string>> = SAYINGS;
