import { Random } from '../random.ts';
import { renderBeams, type Scan } from './beam-picture.ts';
import { drawDecoys } from './decoys.ts';
import { burnGraphics } from './graphics.ts';
import { type BoneBox, labelsOf } from './labels.ts';
import { type BoneKind, type BonePlace, drawBoneKind, drawBones, type Outline } from './outlines.ts';
import { applyScreen, drawScreenSetting, scanConvert } from './screen.ts';
import { drawBoneEcho, drawMedium, drawNearField, drawSetting, type Medium } from './sound.ts';
import { TissueField } from './tissue-field.ts';
import { BeamView, type Box, boundsOf, drawFootprint, type Footprint, type PictureWindow } from './view.ts';

export interface VariedOptions {
  /** 0 to 2^32 - 1. The whole picture follows from it. */
  readonly seed: number;
  readonly columns: number;
  readonly rows: number;
  /**
   * `stretch`: the whole scan with its borders, stretched to the picture's size; pixels come out 0.05 to 0.3 mm and not
   * square. A number: a part of the scan at this many mm per pixel.
   */
  readonly mmPerPixel: number | 'stretch';
  /** Share of pictures without bone; default 0.2. */
  readonly boneFree?: number;
}

/** One picture of an endless variety, with its ground truth. */
export interface VariedPicture {
  readonly seed: number;
  readonly columns: number;
  readonly rows: number;
  readonly mmPerPixel: readonly [x: number, y: number];
  readonly probe: Footprint['kind'];
  readonly medium: Medium;
  /** Kind of bone in the scan; null: none. It need not be in the picture. */
  readonly bone: BoneKind | null;
  /** rows x columns, row-major; rows grow with depth. */
  readonly pixels: Uint8Array;
  /** rows x columns, 0/1: from 0.3 mm above to 0.9 mm below the visible surface along the beam. */
  readonly mask: Uint8Array;
  /** rows x columns, 0/1: the same band where bone meets the beam but cannot be told from its surroundings. */
  readonly hidden: Uint8Array;
  /** Row of the surface per column, sub-pixel; NaN where no bone is to be seen. */
  readonly surfaceRow: Float32Array;
  /** One box per connected visible stretch of bone. */
  readonly boxes: readonly BoneBox[];
}

/** Changes every picture of every seed. */
const EDITION = 1;
const MAX_SIDE = 2048;

/** @throws {RangeError} naming the option, its value and the limits. */
export function renderVaried(options: VariedOptions): VariedPicture {
  checkOptions(options);
  const { seed, columns, rows, mmPerPixel } = options;
  const random = new Random(seed).stream(`variety ${EDITION}`);
  const footprint = drawFootprint(random.stream('probe'), random.chance(0.72) ? 'linear' : 'convex');
  const place = drawPlace(random.stream('place'), footprint);
  const bone = random.chance(options.boneFree ?? 0.2) ? null : drawBoneKind(random);
  const bones = bone === null ? [] : drawBones(random.stream('bone'), bone, place);
  const window =
    mmPerPixel === 'stretch'
      ? wholeScan(random.stream('window'), footprint, columns, rows)
      : partOfScan(random.stream('window'), footprint, bones, columns, rows, mmPerPixel);
  const stepMm = Math.min(0.15, Math.max(0.07, window.mmPerPixel[1]));
  const view = new BeamView(cutAtWindow(footprint, window), stepMm);
  const { scan, medium } = drawScan(random, footprint, view, bones);
  const picture = renderBeams(random.stream('beams'), scan);

  const canvas = { pixels: scanConvert(picture, view, window), columns, rows };
  applyScreen(canvas.pixels, columns, rows, drawScreenSetting(random.stream('screen')));
  burnGraphics(random.stream('graphics'), canvas);
  return {
    seed,
    columns,
    rows,
    mmPerPixel: window.mmPerPixel,
    probe: footprint.kind,
    medium,
    bone,
    pixels: toBytes(canvas.pixels),
    ...labelsOf(picture, view, window),
  };
}

function toBytes(picture: Float32Array): Uint8Array {
  const bytes = new Uint8Array(picture.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 * picture[i]! + 0.5;
  return bytes;
}

function checkOptions({ seed, columns, rows, mmPerPixel, boneFree = 0.2 }: VariedOptions): void {
  const whole = (name: string, value: number, low: number, high: number) => {
    if (!(Number.isInteger(value) && value >= low && value <= high)) {
      throw new RangeError(`varied phantom ${name} ${value}: expected a whole number ${low} to ${high}`);
    }
  };
  whole('seed', seed, 0, 2 ** 32 - 1);
  whole('columns', columns, 32, MAX_SIDE);
  whole('rows', rows, 32, MAX_SIDE);
  if (mmPerPixel !== 'stretch' && !(mmPerPixel >= 0.03 && mmPerPixel <= 1)) {
    throw new RangeError(`varied phantom mmPerPixel ${mmPerPixel}: expected 0.03 to 1, or 'stretch'`);
  }
  if (!(boneFree >= 0 && boneFree <= 1)) throw new RangeError(`varied phantom boneFree ${boneFree}: expected 0 to 1`);
}

function drawScan(random: Random, footprint: Footprint, view: BeamView, bones: readonly Outline[]) {
  const medium = drawMedium(random.stream('medium'));
  const setting = drawSetting(random.stream('setting'), medium, footprint.depthMm);
  const near = drawNearField(random.stream('near'), setting);
  const box: Box = boundsOf(footprint);
  const tissue = new TissueField(random.stream('tissue'), view, medium, near, box);
  const scan: Scan = {
    view,
    setting,
    tissue,
    decoys: drawDecoys(random.stream('decoys'), view, tissue, setting, medium, box),
    bones,
    echo: drawBoneEcho(random.stream('echo'), setting),
  };
  return { scan, medium };
}

function drawPlace(random: Random, footprint: Footprint): BonePlace {
  const { left, right } = boundsOf(footprint);
  const deepest = Math.min(0.75 * footprint.depthMm, 60);
  const shallowest = random.uniform(4.5, 9);
  return {
    x: random.uniform(0.35, 0.65) * (right - left) + left,
    halfWidth: Math.min(right, 22),
    shallowest,
    // Most bone that is looked at lies near.
    deepest: Math.max(shallowest + 1, random.chance(0.6) ? Math.min(deepest, 24) : deepest),
  };
}

/** The whole scan with or without borders, whatever its shape, in a picture of fixed size. */
function wholeScan(random: Random, footprint: Footprint, columns: number, rows: number): PictureWindow {
  const box = boundsOf(footprint);
  const bordered = random.chance(0.5);
  const margin = (extent: number) => (bordered && random.chance(0.7) ? random.uniform(0, 0.3) * extent : 0);
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const [left, right, top, bottom] = [margin(width), margin(width), margin(height), margin(height)];
  return {
    columns,
    rows,
    mmPerPixel: [(width + left + right) / columns, (height + top + bottom) / rows],
    leftMm: box.left - left,
    topMm: box.top - top,
  };
}

/** A part of the scan at a fixed pixel size about a point of the bone, mostly from the probe's face down. */
function partOfScan(
  random: Random,
  footprint: Footprint,
  bones: readonly Outline[],
  columns: number,
  rows: number,
  mmPerPixel: number,
): PictureWindow {
  const box = boundsOf(footprint);
  const [width, height] = [columns * mmPerPixel, rows * mmPerPixel];
  const [x, z] = drawAnchor(random, footprint, bones);
  const fromFace = random.chance(0.75) && z - box.top < 0.85 * height;
  const above = random.chance(0.5) ? 0 : random.uniform(0, Math.min(0.15 * height, 0.95 * height - (z - box.top)));
  return {
    columns,
    rows,
    mmPerPixel: [mmPerPixel, mmPerPixel],
    leftMm: x - random.uniform(0.2, 0.8) * width,
    topMm: fromFace
      ? box.top - Math.max(0, above)
      : Math.max(box.top - 0.12 * height, z - random.uniform(0.15, 0.85) * height),
  };
}

/** A point of the bone inside the scanned area; anywhere when there is none. */
function drawAnchor(random: Random, footprint: Footprint, bones: readonly Outline[]): readonly [x: number, z: number] {
  const { left, right } = boundsOf(footprint);
  const inside = 0.45 * (right - left);
  for (let tries = 0; tries < 12 && bones.length > 0; tries++) {
    const outline = bones[random.integer(0, bones.length - 1)]!;
    const i = random.integer(0, outline.x.length - 1);
    const [x, z] = [outline.x[i]!, outline.z[i]!];
    if (Math.abs(x) < inside && z > 3 && z < 0.85 * footprint.depthMm) return [x, z];
  }
  return [random.uniform(-0.6, 0.6) * inside, random.uniform(6, Math.min(30, 0.6 * footprint.depthMm))];
}

/** Nothing below the picture is rendered. */
function cutAtWindow(footprint: Footprint, { topMm, rows, mmPerPixel }: PictureWindow): Footprint {
  return { ...footprint, depthMm: Math.min(footprint.depthMm, topMm + rows * mmPerPixel[1] + 1) };
}
