const FRACTION = 2 ** 32;

/** The source's time stamp (32 bits of seconds since 1970 UTC, 32 of their fraction); null where it gave none. */
export function sourceTime(tsBits: bigint): Date | null {
  if (tsBits === 0n) {
    return null;
  }
  const seconds = Number(tsBits >> 32n) + Number(tsBits & 0xffff_ffffn) / FRACTION;
  return new Date(seconds * 1000);
}
