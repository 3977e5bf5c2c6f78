import type { BeamView, ImageArea } from './beam-view.ts';

/** A pixel this far from the border's gray level belongs to something: video capture leaves noise of a few levels. */
const CONTRAST = 6;
/** Every fourth pixel is looked at: pictures and lines of text are wider than that. */
const STEP = 4;
/** The border's level counts as known when this share of the outermost pixels has it. */
const BORDER_SHARE = 0.3;
/** A column belongs to a picture when it holds this share of what the fuller columns hold. */
const COLUMN_SHARE = 0.25;
const COLUMN_LEAST = 0.04;
/** Dark gaps up to this share of the frame do not part a picture; runs narrower than `RUN_LEAST` are scales and rulers. */
const GAP = 0.02;
const RUN_LEAST = 0.08;
/** A row belongs to a picture when this share of its columns does; text lines hold less than `WIDE_ROW`. */
const ROW_SHARE = 0.1;
const WIDE_ROW = 0.5;
/**
 * A picture's lower edge cuts all columns that are still bright in one row, give or take one; the shadow of even a flat
 * bone comes over several rows. Rows looked at above the edge, and the share they must hold on average.
 */
const CUT_ROWS = 12;
const CUT_SHARE = 0.15;
const CUT_KEPT = 0.7;
const CUT_LEFT = 0.02;
/** A line of text below a picture: that far from what is above it, and no higher (shares of the frame). */
const TEXT_APART = 0.02;
const TEXT_HEIGHT = 0.06;

interface Run {
  readonly begin: number;
  readonly end: number;
}

/** Which pixels differ from the dark surround that scanners put about their picture. */
export class Surround {
  readonly #pixels: Uint8Array;
  readonly #view: BeamView;
  /** 1 for every gray level that is not the surround's: a look-up is what the loops below can afford per pixel. */
  readonly #isInside: Uint8Array;

  constructor(pixels: Uint8Array, view: BeamView) {
    this.#pixels = pixels;
    this.#view = view;
    const level = borderLevel(pixels, view);
    this.#isInside = Uint8Array.from({ length: 256 }, (_, gray) => (Math.abs(gray - level) > CONTRAST ? 1 : 0));
  }

  isInside(u: number, v: number): boolean {
    const { origin, strideU, strideV } = this.#view;
    return this.#isInside[this.#pixels[origin + u * strideU + v * strideV]!] === 1;
  }

  /** Share of the row's columns from u0 to u1 that are inside. */
  rowShare(v: number, u0: number, u1: number): number {
    const { origin, strideU, strideV } = this.#view;
    const pixels = this.#pixels;
    const isInside = this.#isInside;
    let inside = 0;
    for (let u = u0, at = origin + u0 * strideU + v * strideV; u < u1; u += STEP, at += STEP * strideU) {
      inside += isInside[pixels[at]!]!;
    }
    return inside / Math.max(1, Math.ceil((u1 - u0) / STEP));
  }

  /** Samples inside per column, every `STEP` rows; runs along the rows, as the memory does. */
  countColumns(counts: Uint32Array): void {
    const { columns, rows, origin, strideU, strideV } = this.#view;
    const pixels = this.#pixels;
    const isInside = this.#isInside;
    counts.fill(0);
    for (let v = 0; v < rows; v += STEP) {
      for (let u = 0, at = origin + v * strideV; u < columns; u++, at += strideU) {
        counts[u] = counts[u]! + isInside[pixels[at]!]!;
      }
    }
  }
}

/** The gray level most of the frame's edge has, if it has one; else black. */
function borderLevel(pixels: Uint8Array, view: BeamView): number {
  const { columns, rows, origin, strideU, strideV } = view;
  const histogram = new Uint32Array(256);
  const note = (u: number, v: number): void => {
    const level = pixels[origin + u * strideU + v * strideV]!;
    histogram[level] = histogram[level]! + 1;
  };
  for (let u = 0; u < columns; u += STEP) {
    note(u, 0);
    note(u, rows - 1);
  }
  for (let v = 0; v < rows; v += STEP) {
    note(0, v);
    note(columns - 1, v);
  }
  let mode = 0;
  let total = 0;
  for (let level = 0; level < 256; level++) {
    total += histogram[level]!;
    if (histogram[level]! > histogram[mode]!) mode = level;
  }
  return histogram[mode]! >= BORDER_SHARE * total ? mode : 0;
}

/** Runs of `0 .. length` where `holds`, gaps up to `gap` closed. */
function runsOf(length: number, gap: number, holds: (i: number) => boolean): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < length; i++) {
    if (!holds(i)) continue;
    const previous = runs.at(-1);
    if (previous !== undefined && i - previous.end <= gap) {
      runs[runs.length - 1] = { begin: previous.begin, end: i + 1 };
    } else {
      runs.push({ begin: i, end: i + 1 });
    }
  }
  return runs;
}

/**
 * Where in the frame the ultrasound picture is: without the black surround, scales, rulers and lines of text beside,
 * above and below it. Null when there is no picture (empty or one flat gray).
 */
export function findImageArea(surround: Surround, view: BeamView): ImageArea | null {
  const across = findColumns(surround, view);
  if (across === null) return null;
  const [u0, u1] = across;
  const shares = Float32Array.from({ length: view.rows }, (_, v) => surround.rowShare(v, u0, u1));
  const runs = runsOf(view.rows, Math.ceil(view.rows * GAP), (v) => shares[v]! >= ROW_SHARE);
  const wide = runs.filter((run) => {
    let widest = 0;
    for (let v = run.begin; v < run.end; v++) widest = Math.max(widest, shares[v]!);
    return widest >= WIDE_ROW;
  });
  const picture = wide.length > 0 ? wide : runs.toSorted((a, b) => b.end - b.begin - (a.end - a.begin)).slice(0, 1);
  if (picture.length === 0) return null;
  const v0 = picture[0]!.begin;
  const end = picture.at(-1)!.end;
  return { u0, u1, v0, v1: endsSharply(shares, end) ? end : darkUntil(shares, runs, end) };
}

function findColumns(surround: Surround, view: BeamView): readonly [number, number] | null {
  const counts = new Uint32Array(view.columns);
  surround.countColumns(counts);
  const looked = Math.ceil(view.rows / STEP);
  const full = counts.toSorted()[Math.floor(view.columns * 0.9)]!;
  const least = Math.max(COLUMN_LEAST * looked, COLUMN_SHARE * full);
  const runs = runsOf(view.columns, Math.ceil(view.columns * GAP), (u) => counts[u]! >= least).filter(
    (run) => run.end - run.begin >= view.columns * RUN_LEAST,
  );
  return runs.length === 0 ? null : [runs[0]!.begin, runs.at(-1)!.end];
}

/** Bone shadow fades a picture out before its lower edge; a cut through all columns at one row is the edge itself. */
function endsSharply(shares: Float32Array, end: number): boolean {
  const before = shares.subarray(Math.max(0, end - CUT_ROWS), Math.max(0, end - 2));
  const usual = before.reduce((sum, value) => sum + value, 0) / Math.max(1, before.length);
  const kept = shares[end - 2] ?? 0;
  const left = shares[end + 1] ?? 0;
  return usual >= CUT_SHARE && kept >= CUT_KEPT * usual && left <= CUT_LEFT;
}

/** The dark below a picture is its shadow, with echoes in it, down to a line of text well apart or to the frame's end. */
function darkUntil(shares: Float32Array, runs: readonly Run[], end: number): number {
  const rows = shares.length;
  const apart = Math.ceil(rows * TEXT_APART);
  const text = runs.find(
    (run) =>
      run.begin >= end + apart &&
      run.end - run.begin <= rows * TEXT_HEIGHT &&
      shares.subarray(run.begin - apart, run.begin).every((share) => share <= CUT_LEFT),
  );
  return text?.begin ?? rows;
}
