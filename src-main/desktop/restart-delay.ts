const FIRST_MS = 250;
const LAST_MS = 5000;

/** How long to wait before the next start after `failures` in a row: 0.25 s, doubling, at most 5 s. */
export function restartDelayMs(failures: number): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
