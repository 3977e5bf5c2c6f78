/** Milliseconds of the monotonic clock that all our processes share (process.hrtime; design, section 4, Time). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
