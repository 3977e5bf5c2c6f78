import { type Random, SmoothField } from '../random.ts';
import { logUniform, type Outline } from './outlines.ts';
import type { Medium, ScannerSetting } from './sound.ts';
import type { TissueField } from './tissue-field.ts';
import type { BeamView, Box } from './view.ts';

/** A bright line that casts no shadow. */
export interface Decoy {
  readonly outline: Outline;
  readonly brightnessDb: number;
  readonly lobeDegrees: number;
}

const POINT_MM = 0.2;
const DEGREE = Math.PI / 180;

/** Fasciae, septa, tendon edges, walls of vessels, membranes. `strong`: as bright as bone would be. */
export function drawDecoys(
  random: Random,
  view: BeamView,
  tissue: TissueField,
  setting: ScannerSetting,
  medium: Medium,
  box: Box,
): Decoy[] {
  const bottom = view.footprint.depthMm;
  const inTissue = medium !== 'water';
  const strong = inTissue && random.chance(0.4);
  const decoys: Decoy[] = [];
  const brightness = () => {
    const faint = inTissue ? random.uniform(0.25, 0.8) : random.uniform(0.1, 0.4);
    const gray = strong && random.chance(0.5) ? random.uniform(0.7, 1.2) : faint;
    return gray * setting.dynamicRangeDb + setting.blackDb;
  };
  const add = (outline: Outline) =>
    decoys.push({ outline, brightnessDb: brightness(), lobeDegrees: random.uniform(8, 35) });
  const fat = tissue.meanFatDepthMm;
  if (fat > 0) {
    add(sheet(random, fat + random.uniform(-0.3, 0.3), box, 'fascia'));
    if (random.chance(0.5)) add(sheet(random, fat + random.uniform(0.8, 3), box, 'fascia'));
  }
  const depth = () => random.uniform(2, Math.min(bottom, 60));
  // In water a lone bright line could as well be bone: nothing above or below tells.
  const count = inTissue ? random.integer(0, 7) : random.integer(0, 2);
  for (let i = 0; i < count; i++) add(sheet(random, depth(), box, random.chance(0.3) ? 'fascia' : 'septum'));
  const dashes = inTissue && random.chance(0.35) ? random.integer(8, 30) : 0;
  for (let i = 0; i < dashes; i++) add(sheet(random, depth(), box, 'dash'));
  for (const vessel of tissue.vessels) {
    if (random.chance(0.7)) for (const side of [-1, 1] as const) add(wall(vessel, side));
  }
  if (inTissue && random.chance(0.12))
    add(wall({ x: random.uniform(box.left, box.right), z: random.uniform(14, 34), ...curve(random) }, -1));
  return decoys;
}

function curve(random: Random) {
  const halfX = logUniform(random, 4, 20);
  return { halfX, halfZ: halfX * random.uniform(0.3, 0.9) };
}

/** Upper (-1) or lower (+1) wall of an ellipse. */
function wall(
  { x, z, halfX, halfZ }: { readonly x: number; readonly z: number; readonly halfX: number; readonly halfZ: number },
  side: 1 | -1,
): Outline {
  const outline = { bone: 0, x: [] as number[], z: [] as number[] };
  for (let t = -1.4; t <= 1.4; t += 0.05) {
    outline.x.push(x + halfX * Math.sin(t));
    outline.z.push(z + side * halfZ * Math.cos(t));
  }
  return outline;
}

function sheet(random: Random, depth: number, box: Box, kind: 'fascia' | 'septum' | 'dash'): Outline {
  const width = box.right - box.left;
  const through = kind === 'fascia';
  const middle = random.uniform(box.left, box.right);
  const part = random.uniform(0.03, 0.35) * width;
  const half = through ? random.uniform(0.5, 1.2) * width : kind === 'dash' ? random.uniform(0.6, 3) : part;
  const slope = Math.tan(random.uniform(-1, 1) * (through ? 8 : 30) * DEGREE);
  const wave = new SmoothField(random, random.uniform(2.5, 14), 1);
  const waveMm = random.uniform(0.1, 1.3);
  const x: number[] = [];
  const z: number[] = [];
  for (let at = middle - half; at <= middle + half; at += POINT_MM) {
    x.push(at);
    z.push(depth + slope * (at - middle) + waveMm * wave.at(at, 0));
  }
  return { bone: 0, x, z };
}
