/**
 * The bone tracer's likelihood once more, as plain loops straight from its description in
 * models/training/make_bone_tracer.py: what the ONNX graph is compared with.
 */
export type GraphConstants = Readonly<Record<string, number>>;

export interface Picture {
  readonly values: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

export function likelihoodReference(image: Picture, constants: GraphConstants, mmPerPixel: number): Float32Array {
  const of = (name: string): number => {
    const value = constants[name];
    if (value === undefined) throw new Error(`the manifest has no graph constant ${name}`);
    return value;
  };
  const inRows = (name: string): number => Math.round(of(name) / mmPerPixel);
  const { columns, rows } = image;
  const lateral = blur(image, of('lateralSigma') / mmPerPixel, 1, 0);
  const smooth = blur({ ...image, values: lateral }, of('axialSigma') / mmPerPixel, 0, 1);
  const skin = inRows('skin');
  const mean = (values: Float32Array): number => {
    let sum = 0;
    for (let i = skin * columns; i < values.length; i++) sum += values[i]!;
    return sum / (values.length - skin * columns);
  };
  const cap = Math.max(of('capMinimum'), of('capFactor') * mean(lateral));
  const capped = lateral.map((value) => Math.min(value, cap));
  const usual = mean(capped);
  let level = 0;
  for (let x = 0; x < columns; x++) {
    let largest = 0;
    for (let y = skin; y < rows; y++) largest = Math.max(largest, smooth[y * columns + x]!);
    level += largest / columns;
  }
  const gain = of('gainLevel') / Math.max(of('gainFloor'), level);

  /** Sum and number of the values in rows [y + first, y + last), inside [lowest, rows), never empty. */
  const windowOf = (values: Float32Array, x: number, y: number, first: number, last: number, lowest = 0) => {
    const end = Math.min(rows, Math.max(lowest + 1, y + last));
    const start = Math.min(end - 1, Math.max(lowest, y + first));
    let sum = 0;
    for (let at = start; at < end; at++) sum += values[at * columns + x]!;
    return { sum, count: end - start, mean: sum / (end - start) };
  };
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));

  const ridgeAt = (x: number, y: number): number => {
    const inner = inRows('ridgeInner');
    const outer = inRows('ridgeOuter');
    const line = windowOf(smooth, x, y, -inner, inner + 1).mean;
    const side = Math.max(
      windowOf(smooth, x, y, -outer, -inner).mean,
      windowOf(smooth, x, y, inner + 1, outer + 1).mean,
    );
    return clamp(((line - side) * gain) / of('ridgeContrast'));
  };
  const shadowAt = (x: number, y: number): number => {
    const tissue = windowOf(capped, x, y, -inRows('aboveFar'), -inRows('aboveNear'), skin);
    const above = (tissue.sum + usual * inRows('abovePrior')) / (tissue.count + inRows('abovePrior'));
    const firstNear = inRows('firstNear');
    const below = Math.max(
      windowOf(capped, x, y, inRows('belowNear'), inRows('belowFar')).mean,
      windowOf(capped, x, y, firstNear, firstNear + inRows('firstLength')).mean,
    );
    const shallow = clamp((of('shallowUntil') - y * mmPerPixel) / of('shallowRamp'));
    const required = of('shadowLow') + of('shallowExtra') * shallow;
    return clamp(((above - below) / (above + of('shadowOffset')) - required) / of('shadowSpan'));
  };
  const lastAt = (x: number, y: number): number => {
    let sum = 0;
    for (let at = y + inRows('lastStart'); at < rows; at++) sum += smooth[at * columns + x]! ** 8;
    const ratio = (sum / inRows('lastUnit')) ** (1 / 8) / Math.max(0.001, smooth[y * columns + x]!);
    return Math.max(0, 1 - (of('lastWeight') * Math.max(0, ratio - of('lastFree'))) / (1 - of('lastFree')));
  };

  const out = new Float32Array(columns * rows);
  for (let y = skin; y < rows - inRows('leastBelow'); y++) {
    for (let x = 0; x < columns; x++) {
      const bright = Math.min(of('brightLimit'), smooth[y * columns + x]! * gain);
      out[y * columns + x] = Math.sqrt(ridgeAt(x, y)) * bright * shadowAt(x, y) * lastAt(x, y);
    }
  }
  return out;
}

/** Gaussian along (stepX, stepY), edges repeated, out to 3 sigma. */
function blur({ values, columns, rows }: Picture, sigma: number, stepX: number, stepY: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.map((_, i) => {
    const x = i % columns;
    const y = Math.floor(i / columns);
    let sum = 0;
    for (let k = -radius; k <= radius; k++) {
      const atX = Math.min(columns - 1, Math.max(0, x + k * stepX));
      const atY = Math.min(rows - 1, Math.max(0, y + k * stepY));
      sum += (weights[k + radius]! / total) * values[atY * columns + atX]!;
    }
    return sum;
  });
}
