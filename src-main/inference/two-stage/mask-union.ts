/** Logits of one mask: a view of `columns` x `rows`. */
export interface LogitGrid {
  readonly logits: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/** Adds to `mask` (0/1, the grid's own size) the pixels above `threshold`. */
export function addMask({ logits }: LogitGrid, threshold: number, mask: Uint8Array): void {
  for (let at = 0; at < mask.length; at++) {
    if (logits[at]! > threshold) mask[at] = 1;
  }
}

/**
 * The same for logits on the encoder's own frame: they are interpolated to the source's grid first, then cut, as the
 * reference does; cutting first would leave steps of several pixels. `perPixel`: grid cells per source pixel.
 */
export function addScaledMask(
  { logits, columns, rows }: LogitGrid,
  threshold: number,
  perPixel: readonly [u: number, v: number],
  size: readonly [columns: number, rows: number],
  mask: Uint8Array,
): void {
  const across = linearTaps(size[0], perPixel[0], columns);
  const down = linearTaps(size[1], perPixel[1], rows);
  const line = new Float32Array(columns);
  for (let v = 0; v < size[1]; v++) {
    const upper = down.first[v]! * columns;
    const lower = Math.min(down.first[v]! + 1, rows - 1) * columns;
    const weight = down.weight[v]!;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < columns; i++) {
      const value = (1 - weight) * logits[upper + i]! + weight * logits[lower + i]!;
      line[i] = value;
      if (value > largest) largest = value;
    }
    if (!(largest > threshold)) continue;
    const base = v * size[0];
    for (let u = 0; u < size[0]; u++) {
      const left = across.first[u]!;
      const right = left + 1 < columns ? left + 1 : left;
      const share = across.weight[u]!;
      if ((1 - share) * line[left]! + share * line[right]! > threshold) mask[base + u] = 1;
    }
  }
}

/** Left sample and weight of the right one for each target pixel's centre. */
function linearTaps(length: number, perPixel: number, samples: number): { first: Int32Array; weight: Float32Array } {
  const first = new Int32Array(length);
  const weight = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const centre = Math.min(Math.max((i + 0.5) * perPixel - 0.5, 0), samples - 1);
    first[i] = Math.floor(centre);
    weight[i] = centre - first[i]!;
  }
  return { first, weight };
}
