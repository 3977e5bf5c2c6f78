/** The engine is on this machine or one hop away: first try at once, then soon, then often enough for an operator who waits. */
const FIRST_MS = 250;
const GROWTH = 1.5;
const LONGEST_MS = 2000;

/**
 * Wait before the next attempt to reach the engine; `attempt` counts the failures in a row.
 *
 * @param random 0..1, spreads several consoles over a quarter of the wait.
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  if (attempt <= 0) {
    return 0;
  }
  const wait = Math.min(LONGEST_MS, FIRST_MS * GROWTH ** (attempt - 1));
  return wait * (1 - random / 4);
}
