/**
 * The inner loops of resizing, in AssemblyScript (TypeScript's syntax, WebAssembly's types): four values at a time where
 * V8 takes one. It was most of the pre-processing: a picture at MobileSAM's size took 22 ms and takes 4.
 *
 * `npm run kernels` turns this file into `../resample.wasm`, which is kept beside it so that nothing needs the compiler to
 * run; a test holds the two together. The host (`../resample-kernel.ts`) owns the memory and says where everything lies.
 * Addresses are bytes; a float takes 4. All loops may touch up to 64 bytes beyond their end: the host leaves room.
 */

/** Sources of each target row and column: place of the first (rows, or bytes of `line`) and the weights. */
let downFirst: usize = 0;
let downWeights: usize = 0;
let downTaps: i32 = 0;
let acrossFirst: usize = 0;
let acrossWeights: usize = 0;
/** 2, or a multiple of 4; weights that fill up are 0, and so are those of up to 3 targets after the last. */
let acrossTaps: i32 = 0;
/** One row of the source area, blended, and its columns. */
let line: usize = 0;
let sourceColumns: i32 = 0;
let targetColumns: i32 = 0;
/** Of the source area: its corner, and the steps along a beam's row and from row to row. */
let corner: usize = 0;
let strideU: i32 = 0;
let strideV: i32 = 0;

/** `first`: source row of each target row; `weights`: `taps` for each. */
export function layOutDown(first: usize, weights: usize, taps: i32): void {
  downFirst = first;
  downWeights = weights;
  downTaps = taps;
}

/** `first`: byte of the line for each of `columns` targets; `weights`: `taps` for each. */
export function layOutAcross(first: usize, weights: usize, taps: i32, columns: i32): void {
  acrossFirst = first;
  acrossWeights = weights;
  acrossTaps = taps;
  targetColumns = columns;
}

/** Room for one blended row of `columns` floats. */
export function layOutLine(at: usize, columns: i32): void {
  line = at;
  sourceColumns = columns;
}

/** `pixel`: the area's corner; `u` and `v`: bytes to its neighbour along the row, and in the next row. */
export function lookAt(pixel: usize, u: i32, v: i32): void {
  corner = pixel;
  strideU = u;
  strideV = v;
}

/** Target rows `from` up to `to`, each `stride` floats after the one before. */
export function resample(from: i32, to: i32, out: usize, stride: i32): void {
  for (let row = from; row < to; row++) {
    const source: usize = corner + load<i32>(downFirst + ((row as usize) << 2)) * strideV;
    const weights: usize = downWeights + (((row * downTaps) as usize) << 2);
    if (strideU === 1) blendNeighbours(source, weights);
    else blendSpread(source, weights);
    const target: usize = out + ((((row - from) * stride) as usize) << 2);
    if (acrossTaps === 2) shrinkByTwo(target);
    else shrinkByFours(target);
  }
}

/** value x gain + offset, for the target's columns of `rows` rows. */
export function rescale(from: usize, to: usize, rows: i32, stride: i32, gain: f32, offset: f32): void {
  const gains = f32x4.splat(gain);
  const offsets = f32x4.splat(offset);
  const length: usize = (targetColumns as usize) << 2;
  for (let row = 0; row < rows; row++) {
    const base: usize = ((row * stride) as usize) << 2;
    let at: usize = base;
    const end: usize = base + length;
    for (; at + 16 <= end; at += 16) {
      v128.store(to + at, f32x4.add(f32x4.mul(v128.load(from + at), gains), offsets));
    }
    // One by one: what lies beyond a row is padding, and stays 0.
    for (; at < end; at += 4) store<f32>(to + at, load<f32>(from + at) * gain + offset);
  }
}

/** Sixteen pixels of each source row at a time, widened to floats. */
function blendNeighbours(source: usize, weights: usize): void {
  for (let u = 0; u < sourceColumns; u += 16) {
    let first = f32x4.splat(0);
    let second = f32x4.splat(0);
    let third = f32x4.splat(0);
    let fourth = f32x4.splat(0);
    let at: usize = source + u;
    for (let tap = 0; tap < downTaps; tap++, at += strideV) {
      const weight = v128.load32_splat(weights + ((tap as usize) << 2));
      const pixels = v128.load(at);
      const low = i16x8.extend_low_i8x16_u(pixels);
      const high = i16x8.extend_high_i8x16_u(pixels);
      first = f32x4.add(first, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), weight));
      second = f32x4.add(second, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), weight));
      third = f32x4.add(third, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), weight));
      fourth = f32x4.add(fourth, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), weight));
    }
    const target: usize = line + ((u as usize) << 2);
    v128.store(target, first);
    v128.store(target, second, 16);
    v128.store(target, third, 32);
    v128.store(target, fourth, 48);
  }
}

/** The same for pixels that do not lie side by side: turned, mirrored or colour pictures. */
function blendSpread(source: usize, weights: usize): void {
  for (let u = 0; u < sourceColumns; u++) {
    let sum: f32 = 0;
    let at: usize = source + u * strideU;
    for (let tap = 0; tap < downTaps; tap++, at += strideV) {
      sum += load<f32>(weights + ((tap as usize) << 2)) * (load<u8>(at) as f32);
    }
    store<f32>(line + ((u as usize) << 2), sum);
  }
}

/** Four targets at a time, each from two neighbours of the line: their pairs are multiplied, then added crosswise. */
function shrinkByTwo(target: usize): void {
  let first: usize = acrossFirst;
  let weights: usize = acrossWeights;
  const end: usize = target + ((targetColumns as usize) << 2);
  for (let at: usize = target; at < end; at += 16, first += 16, weights += 32) {
    let left = v128.load64_zero(line + load<u32>(first));
    left = v128.load64_lane(line + load<u32>(first, 4), left, 1);
    let right = v128.load64_zero(line + load<u32>(first, 8));
    right = v128.load64_lane(line + load<u32>(first, 12), right, 1);
    left = f32x4.mul(left, v128.load(weights));
    right = f32x4.mul(right, v128.load(weights, 16));
    v128.store(at, f32x4.add(v128.shuffle<f32>(left, right, 0, 2, 4, 6), v128.shuffle<f32>(left, right, 1, 3, 5, 7)));
  }
}

/** One target at a time, four neighbours of the line at once. */
function shrinkByFours(target: usize): void {
  let weights: usize = acrossWeights;
  for (let i = 0; i < targetColumns; i++) {
    let source: usize = line + load<u32>(acrossFirst + ((i as usize) << 2));
    let sums = f32x4.mul(v128.load(source), v128.load(weights));
    weights += 16;
    for (let tap = 4; tap < acrossTaps; tap += 4, weights += 16) {
      source += 16;
      sums = f32x4.add(sums, f32x4.mul(v128.load(source), v128.load(weights)));
    }
    sums = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1));
    store<f32>(target + ((i as usize) << 2), f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1));
  }
}
