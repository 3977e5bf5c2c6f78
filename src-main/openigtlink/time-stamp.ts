/**
 * OpenIGTLink time stamps: u32 seconds since 1970 UTC, then u32 fractions of 2^-32 s; all zero = not used.
 *
 * "The same frame" is decided by comparing the 64 bits. Numbers are for arithmetic: the reference library's own
 * converters differ by up to 10 ns between releases, and a float64 of seconds resolves about 0.24 µs (openigtlink.md 1.1).
 */
const NS_PER_SECOND = 1_000_000_000n;
const FRACTION_BITS = 32n;
const FRACTION_MASK = 0xffff_ffffn;
const MAX_SECONDS = 0xffff_ffffn;

/** @throws {RangeError} before 1970 or after 2106, where the 32-bit seconds end. */
export function timestampBitsFromNs(unixNs: bigint): bigint {
  const seconds = unixNs / NS_PER_SECOND;
  if (unixNs < 0n || seconds > MAX_SECONDS) {
    throw new RangeError(`time stamp ${unixNs} ns: expected 0 to ${MAX_SECONDS} s since 1970`);
  }
  const fraction = ((unixNs % NS_PER_SECOND) << FRACTION_BITS) / NS_PER_SECOND;
  return (seconds << FRACTION_BITS) | fraction;
}

/** Nanoseconds since 1970 UTC, rounded up, so that bits made by {@link timestampBitsFromNs} give back the same number. */
export function timestampBitsToNs(bits: bigint): bigint {
  const seconds = bits >> FRACTION_BITS;
  const scaled = (bits & FRACTION_MASK) * NS_PER_SECOND;
  return seconds * NS_PER_SECOND + ((scaled + FRACTION_MASK) >> FRACTION_BITS);
}

/** Seconds since 1970 UTC as float64. */
export function timestampBitsToSeconds(bits: bigint): number {
  return Number(bits >> FRACTION_BITS) + Number(bits & FRACTION_MASK) / 2 ** 32;
}
