import type { MaskRules } from '../manifest-parts.ts';

/** What the operator sets about masks. Null: as the model's manifest says. */
export interface MaskOptions {
  /** Score from which a detector's box counts, 0..1. */
  readonly scoreThreshold: number | null;
  /** Probability from which a pixel of a single-stage model counts, 0..1. */
  readonly threshold: number | null;
  readonly minLengthMm: number | null;
  readonly maxHoleMm2: number | null;
  /** A pixel is bone when most of this many frames say so; 1: every mask is of its own frame alone. */
  readonly smoothFrames: number;
}

/** Nothing set. */
export const MODEL_OWN_MASK: MaskOptions = {
  scoreThreshold: null,
  threshold: null,
  minLengthMm: null,
  maxHoleMm2: null,
  smoothFrames: 1,
};

/** The manifest's rules with what the operator set instead. */
export function rulesInForce(own: MaskRules, options: MaskOptions): MaskRules {
  return {
    ...own,
    minLengthMm: options.minLengthMm ?? own.minLengthMm,
    maxHoleMm2: options.maxHoleMm2 ?? own.maxHoleMm2,
  };
}
