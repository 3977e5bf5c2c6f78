/** Numbers as each language writes them. Formatters are made once: they are used five times a second. */
export interface NumberWriter {
  /** With exactly so many decimals. */
  fixed(value: number, digits: number): string;
  /** With as many decimals as three figures need, at most two. */
  short(value: number): string;
  /** Ages and durations: milliseconds while they mean something, seconds after. */
  duration(ms: number): string;
  seconds(ms: number): string;
  /** Pixel spacing in mm: one number where both sides are the same, else both. */
  spacing(mmPerPixel: readonly [x: number, y: number]): string;
  /** Elapsed time, `00:01:23`. */
  clock(ms: number): string;
  /** Day and time, the month in letters: 11/12 is another day on either side of the Atlantic. */
  moment(at: Date): string;
}

export function numberWriter(locale: string): NumberWriter {
  const formats = [0, 1, 2, 3].map(
    (digits) =>
      new Intl.NumberFormat(locale, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        useGrouping: false,
      }),
  );
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
  const fixed = (value: number, digits: number): string => formats[digits]?.format(value) ?? value.toFixed(digits);
  const seconds = (ms: number): string => `${fixed(ms / 1000, 1)} s`;
  const millimetres = (value: number): string => fixed(value, value < 0.0995 ? 3 : 2);
  return {
    fixed,
    short: (value) =>
      fixed(value, Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2),
    seconds,
    duration: (ms) => (ms < 10_000 ? `${Math.round(ms)} ms` : seconds(ms)),
    // Spacings come as 32-bit floats: what differs by less than that is one number, and is shown as one.
    spacing: ([x, y]) =>
      Math.abs(x - y) <= 1e-4 * y ? millimetres((x + y) / 2) : `${millimetres(x)} × ${millimetres(y)}`,
    clock: (ms) => {
      const whole = Math.floor(ms / 1000);
      const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
      return parts.map((part) => String(part).padStart(2, '0')).join(':');
    },
    moment: (at) => moments.format(at),
  };
}
