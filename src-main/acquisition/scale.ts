import type { Scale } from '../../src-shared/index.ts';

/**
 * Depth a B-mode picture of bone is assumed to show when nobody states a scale, mm: linear probes at bone settings are
 * run at 30-60 mm (models.md section 4.3 "else assume depth"). Only ever used as an estimate that is named as one.
 */
export const ASSUMED_DEPTH_MM = 50;

/** Spacing this close to 1 mm in both directions is the value uncalibrated senders put there (models.md, design section 5). */
const UNCALIBRATED_TOLERANCE_MM = 1e-6;

/**
 * A tracked source turns its pose every frame, and spacings taken from a turned matrix of 32-bit floats differ in the
 * seventh digit: to five they stay the same, and so does everything that is laid out by them. What is published has the
 * source's own geometry, bit for bit, and does not pass here.
 */
const SIGNIFICANT_DIGITS = 5;

/** The source's own spacing where it states a real one, else the user's, else an estimate from the assumed depth. */
export function scaleOf(
  spacing: readonly [number, number, number] | null,
  userMmPerPixel: readonly [x: number, y: number] | null,
  rows: number,
): Scale {
  if (spacing !== null && !isUncalibrated(spacing)) {
    return { mmPerPixel: [steady(spacing[0]), steady(spacing[1])], origin: 'source' };
  }
  if (userMmPerPixel !== null) {
    return { mmPerPixel: userMmPerPixel, origin: 'user' };
  }
  const estimate = ASSUMED_DEPTH_MM / rows;
  return { mmPerPixel: [estimate, estimate], origin: 'estimate' };
}

function isUncalibrated([x, y]: readonly [number, number, number]): boolean {
  const usable = x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y);
  return !usable || (Math.abs(x - 1) < UNCALIBRATED_TOLERANCE_MM && Math.abs(y - 1) < UNCALIBRATED_TOLERANCE_MM);
}

const steady = (spacingMm: number): number => Number(spacingMm.toPrecision(SIGNIFICANT_DIGITS));
