/** What every command ends with (design, section 6). */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** The command line was wrong: which part, and what is expected. Ends with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
