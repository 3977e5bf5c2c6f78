import type { Saying } from '../../src-shared/index.ts';
import { saidText } from '../words/said.ts';
import type { Words } from '../words/words.ts';

/** A command that got no answer: why, as a code, so that it can be said in the operator's language at any time. */
export class CommandUnanswered extends Error {
  override readonly name = 'CommandUnanswered';
  readonly code: keyof Words['shell']['refusals'];
  /** How long was waited, ms. */
  readonly waitedMs: number;

  constructor(code: keyof Words['shell']['refusals'], waitedMs = 0) {
    super(code);
    this.code = code;
    this.waitedMs = waitedMs;
  }
}

/** A command that the engine refused: why in English, and as consoles say it. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
  readonly said: Saying | null;

  constructor(message: string, said: Saying | null) {
    super(message);
    this.said = said;
  }
}

/** What went wrong with a command, in words: ours where it got no answer, the engine's where it was refused. */
export function refusalText(words: Words, error: unknown): string {
  if (error instanceof CommandUnanswered) {
    return words.shell.refusals[error.code](error.waitedMs);
  }
  if (error instanceof CommandRefused) {
    return saidText(words, error.said, error.message);
  }
  return error instanceof Error ? error.message : String(error);
}
