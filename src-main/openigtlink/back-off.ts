/** Reconnecting: at once after a connection that worked, then 0.25 -> 0.8 s for the first minute, then up to 5 s. */
const FIRST_MS = 250;
const GROWTH = 1.5;
const FIRST_MINUTE_MS = 60_000;
const FIRST_MINUTE_MAX_MS = 800;
const LATER_MAX_MS = 5000;
/** Spread, so that several clients of one server that comes back do not knock at the same moment. */
const JITTER = 0.2;

/**
 * Wait before the next try.
 * @param failures tries that failed since a connection last worked; 0 = it has just been lost.
 * @param sinceLossMs time since the link was lost or first wanted.
 * @param random 0 to 1.
 */
export function retryDelayMs(failures: number, sinceLossMs: number, random: number): number {
  if (failures === 0) return 0;
  const limit = sinceLossMs < FIRST_MINUTE_MS ? FIRST_MINUTE_MAX_MS : LATER_MAX_MS;
  // The later limit is reached by growing from the earlier one, not by a jump.
  const grownFrom = sinceLossMs < FIRST_MINUTE_MS ? FIRST_MS : FIRST_MINUTE_MAX_MS;
  const steps = sinceLossMs < FIRST_MINUTE_MS ? failures - 1 : (sinceLossMs - FIRST_MINUTE_MS) / LATER_MAX_MS;
  const delay = Math.min(limit, grownFrom * GROWTH ** steps);
  return Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}
