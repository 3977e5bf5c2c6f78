/**
 * Draws a mask on the source's grid where a model's levels, interpolated between cells, reach their limit: four cells at a
 * time (see `picture/assembly/resample.ts` for how such a file is made and kept). 0.06 ms a frame, 0.16 in V8.
 */

/** Of the model's grid, row-major: 0/1, and the levels. */
let mask: usize = 0;
let levels: usize = 0;
let columns: i32 = 0;
let cellRows: i32 = 0;
/** Per cell the pixel from which on pixels lie behind its centre; past the last cell: the number of pixels. */
let begins: usize = 0;
/** Share of the cell behind, per pixel of a row. */
let across: usize = 0;
/** Per row of pixels: the row of cells above it, and the share of the one below. */
let rowAbove: usize = 0;
let down: usize = 0;
/** Two rows of cells, signed: how far above the limit. Each row of cells lies at its own parity. */
let edges: usize = 0;
let edgeBytes: usize = 0;
let edgeRow0: i32 = -1;
let edgeRow1: i32 = -1;
/** Where each of them holds bone: in cells, multiples of 4, the second excluded. */
let start0: i32 = 0;
let start1: i32 = 0;
let end0: i32 = 0;
let end1: i32 = 0;
/** One row of cells between two. */
let mixed: usize = 0;

/** Rows of pixels that were looked at and may hold bone; empty: `bottom` is 0. */
export let top: i32 = 0;
export let bottom: i32 = 0;

export function layOutGrid(maskAt: usize, levelsAt: usize, columnsOfIt: i32, rowsOfIt: i32): void {
  mask = maskAt;
  levels = levelsAt;
  columns = columnsOfIt;
  cellRows = rowsOfIt;
}

export function layOutPixels(beginsAt: usize, acrossAt: usize, rowAboveAt: usize, downAt: usize): void {
  begins = beginsAt;
  across = acrossAt;
  rowAbove = rowAboveAt;
  down = downAt;
}

/** Room for two rows of cells at `edgesAt`, each of `bytes`, and for one at `mixedAt`. */
export function layOutRows(edgesAt: usize, bytes: usize, mixedAt: usize): void {
  edges = edgesAt;
  edgeBytes = bytes;
  mixed = mixedAt;
}

/** Rows of pixels `from` up to `to` of an area whose corner is at `out`; a cell is bone from `least` on. */
export function draw(from: i32, to: i32, least: f32, out: usize, strideU: i32, strideV: i32): void {
  edgeRow0 = -1;
  edgeRow1 = -1;
  top = 0;
  bottom = 0;
  for (let v = from; v < to; v++) {
    const upper = load<i32>(rowAbove + ((v as usize) << 2));
    const lower = min(upper + 1, cellRows - 1);
    findEdges(upper, least);
    findEdges(lower, least);
    const isOdd = (upper & 1) !== 0;
    const same = upper === lower;
    // The cell before the first one is reached too: pixels between the two may be bone.
    const start = max(0, (same ? (isOdd ? start1 : start0) : min(start0, start1)) - 4);
    const end = same ? (isOdd ? end1 : end0) : max(end0, end1);
    if (start >= end) continue;
    if (bottom === 0) top = v;
    bottom = v + 1;
    mix(upper, lower, load<f32>(down + ((v as usize) << 2)), start, end);
    drawRow(start, end, out + v * strideV, strideU);
  }
}

function findEdges(row: i32, least: f32): void {
  const isOdd = (row & 1) !== 0;
  if ((isOdd ? edgeRow1 : edgeRow0) === row) return;
  const into: usize = edges + (isOdd ? edgeBytes : 0);
  const cells: usize = mask + row * columns;
  const values: usize = levels + (((row * columns) as usize) << 2);
  const limit = f32x4.splat(least);
  const ones = i32x4.splat(1);
  let start = columns;
  let end = 0;
  for (let cell = 0; cell < columns; cell += 4) {
    const bone = i32x4.extend_low_i16x8_u(v128.load8x8_u(cells + cell));
    // The mask says which side a cell is on; its level how far, also where a rule overruled it.
    const away = f32x4.abs(f32x4.sub(v128.load(values + ((cell as usize) << 2)), limit));
    v128.store(into + ((cell as usize) << 2), v128.or(away, i32x4.shl(v128.xor(bone, ones), 31)));
    if (v128.any_true(bone)) {
      if (end === 0) start = cell;
      end = cell + 4;
    }
  }
  if (isOdd) {
    edgeRow1 = row;
    start1 = start;
    end1 = end;
  } else {
    edgeRow0 = row;
    start0 = start;
    end0 = end;
  }
}

/** `mixed` from `start` to four cells past `end`: where the row of pixels lies between two rows of cells. */
function mix(upper: i32, lower: i32, below: f32, start: i32, end: i32): void {
  const above: usize = edges + ((upper & 1) !== 0 ? edgeBytes : 0);
  const beneath: usize = edges + ((lower & 1) !== 0 ? edgeBytes : 0);
  const share = f32x4.splat(below);
  const rest = f32x4.splat(<f32>1 - below);
  for (let cell = start; cell < end + 4; cell += 4) {
    const at: usize = (cell as usize) << 2;
    const both = f32x4.add(f32x4.mul(rest, v128.load(above + at)), f32x4.mul(share, v128.load(beneath + at)));
    v128.store(mixed + at, both);
  }
  // Past the centre of the last cell there is only that cell.
  const last: usize = mixed + ((columns as usize) << 2);
  store<f32>(last, load<f32>(last - 4));
}

function drawRow(start: i32, end: i32, out: usize, strideU: i32): void {
  const zero = f32x4.splat(0);
  for (let cell = start; cell < end; cell += 4) {
    const at: usize = mixed + ((cell as usize) << 2);
    const here = i32x4.bitmask(f32x4.ge(v128.load(at), zero));
    const behind = i32x4.bitmask(f32x4.ge(v128.load(at, 4), zero));
    const any = here | behind;
    if (any === 0) continue;
    const all = here & behind;
    const limits: usize = begins + ((cell as usize) << 2);
    if (all === 15) {
      fill(load<i32>(limits), load<i32>(limits, 16), out, strideU);
      continue;
    }
    for (let lane = 0; lane < 4; lane++) {
      const place: usize = (lane as usize) << 2;
      const first = load<i32>(limits + place);
      const next = load<i32>(limits + place, 4);
      if (((all >> lane) & 1) !== 0) fill(first, next, out, strideU);
      else if (((any >> lane) & 1) !== 0)
        cut(load<f32>(at + place), load<f32>(at + place, 4), first, next, out, strideU);
    }
  }
}

function fill(first: i32, next: i32, out: usize, strideU: i32): void {
  for (let pixel = first; pixel < next; pixel++) store<u8>(out + pixel * strideU, 1);
}

/** The limit is crossed somewhere between two cells. */
function cut(before: f32, after: f32, first: i32, next: i32, out: usize, strideU: i32): void {
  for (let pixel = first; pixel < next; pixel++) {
    const share = load<f32>(across + ((pixel as usize) << 2));
    if ((<f32>1 - share) * before + share * after >= 0) store<u8>(out + pixel * strideU, 1);
  }
}
