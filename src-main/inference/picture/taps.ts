/** Which source samples make up each target sample along one axis, and with what weights. */
export interface Taps {
  readonly length: number;
  /** First source sample of each target sample. */
  readonly first: Int32Array;
  /** `perTarget` weights for each target sample; unused ones are 0. Doubles: half the time of 32-bit floats in V8. */
  readonly weights: Float64Array;
  readonly perTarget: number;
}

/** Share of a source sample that no picture shows; spacings come as 32-bit floats and are never quite round. */
const NEGLIGIBLE = 1e-3;

/**
 * For a grid of an exact scale: shrinking averages over the covered area (speckle must not alias into lines), enlarging
 * is bilinear. Target sample i covers the source from i * step to (i + 1) * step; what is left over at the end is cut.
 */
export function scaleTaps(sourceLength: number, step: number): Taps {
  const length = Math.max(1, Math.floor(sourceLength / step + 1e-6));
  const perTarget = step > 1 ? Math.ceil(step) + 1 : 2;
  const first = new Int32Array(length);
  const weights = new Float64Array(length * perTarget);
  for (let i = 0; i < length; i++) {
    if (step > 1) {
      fillAreaTaps(i, step, sourceLength, perTarget, first, weights);
    } else {
      const centre = Math.min(Math.max((i + 0.5) * step - 0.5, 0), sourceLength - 1);
      const start = Math.max(0, Math.min(Math.floor(centre), sourceLength - perTarget));
      first[i] = start;
      weights[i * perTarget] = 1 - (centre - start);
      weights[i * perTarget + 1] = centre - start;
    }
  }
  return compacted({ length, first, weights, perTarget });
}

/**
 * For a target of an exact size: PIL's bilinear, which detectors and SAM encoders are trained behind. Enlarging takes the
 * two nearest samples (half-pixel centres, clamped at the edges), shrinking a triangle as wide as the step on each side.
 */
export function sizeTaps(sourceLength: number, length: number): Taps {
  const step = sourceLength / length;
  const reach = Math.max(1, step);
  const perTarget = Math.min(sourceLength, Math.ceil(2 * reach) + 1);
  const first = new Int32Array(length);
  const weights = new Float64Array(length * perTarget);
  for (let i = 0; i < length; i++) {
    const centre = (i + 0.5) * step;
    const start = Math.max(0, Math.min(Math.floor(centre - reach), sourceLength - perTarget));
    first[i] = start;
    let total = 0;
    for (let k = 0; k < perTarget; k++) {
      const weight = 1 - Math.abs(start + k + 0.5 - centre) / reach;
      weights[i * perTarget + k] = weight > NEGLIGIBLE ? weight : 0;
      total += weights[i * perTarget + k]!;
    }
    for (let k = 0; k < perTarget; k++) weights[i * perTarget + k] = weights[i * perTarget + k]! / total;
  }
  return compacted({ length, first, weights, perTarget });
}

/**
 * The same taps without the ones that weigh nothing: leading ones are stepped over, and as many are kept as the target
 * with the most needs. At 0.1 mm per pixel that leaves two of three, and each costs a pass over the picture.
 */
function compacted({ length, first, weights, perTarget }: Taps): Taps {
  const lead = (i: number): number => weights.subarray(i * perTarget, (i + 1) * perTarget).findIndex((w) => w > 0);
  const used = (i: number): number => {
    const all = weights.subarray(i * perTarget, (i + 1) * perTarget);
    return all.findLastIndex((w) => w > 0) - lead(i) + 1;
  };
  let needed = 1;
  for (let i = 0; i < length; i++) needed = Math.max(needed, used(i));
  const kept = new Float64Array(length * needed);
  const from = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    // Near the end the window may not reach past the last sample: then a zero leads.
    const begin = Math.min(lead(i), perTarget - needed);
    from[i] = first[i]! + begin;
    kept.set(weights.subarray(i * perTarget + begin, i * perTarget + begin + needed), i * needed);
  }
  return { length, first: from, weights: kept, perTarget: needed };
}

function fillAreaTaps(
  i: number,
  step: number,
  sourceLength: number,
  perTarget: number,
  first: Int32Array,
  weights: Float64Array,
): void {
  const begin = i * step;
  const end = Math.min(begin + step, sourceLength);
  const start = Math.max(0, Math.min(Math.floor(begin), sourceLength - perTarget));
  first[i] = start;
  for (let k = 0; k < perTarget; k++) {
    const covered = Math.min(end, start + k + 1) - Math.max(begin, start + k);
    // 0.15 / 0.1 is not quite 1.5: a tap that rounding alone has made is none, and would cost a pass over the picture.
    weights[i * perTarget + k] = covered > NEGLIGIBLE ? covered / (end - begin) : 0;
  }
}
