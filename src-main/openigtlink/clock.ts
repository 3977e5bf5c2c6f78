const NS_PER_MS = 1e6;

/** Milliseconds of the one monotonic clock that all our processes share; never wall clock. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / NS_PER_MS;
