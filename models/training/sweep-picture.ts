import {
  BAND_ABOVE_MM,
  BAND_BELOW_MM,
  type BoneBox,
  maskOfSurface,
  PhantomScene,
  type VariedOptions,
  type VariedPicture,
} from '../../src-main/phantom/index.ts';

/** Scattered evenly over the seeds, so that every part of a dataset has its share (golden ratio of 2^32). */
export function isSweep(seed: number, share: number): boolean {
  return Math.imul(seed, 0x9e3779b1) >>> 0 < share * 2 ** 32;
}

/** What a training picture needs of a frame of a demo sweep. */
export type SweepPicture = Pick<VariedPicture, 'pixels' | 'mask' | 'hidden' | 'surfaceRow' | 'boxes' | 'mmPerPixel'>;

/** Width and height of the demo's frames. */
const WHOLE_MM = [64, 48] as const;
const LOOP_FRAMES = 120;
/** Neighbouring seeds are frames of one sweep, far apart: laying out its tissue costs as much as twenty frames. */
const FRAMES_OF_SWEEP = 4;
let lastSweep: { readonly key: string; readonly scene: PhantomScene } | null = null;

/** One frame of a sweep, like a varied picture of that seed; when stretched, all of what the demo shows. */
export function renderSweep({ seed, columns, rows, mmPerPixel, boneFree = 0.2 }: VariedOptions): SweepPicture {
  const [mmX, mmY] = mmPerPixel === 'stretch' ? [WHOLE_MM[0] / columns, WHOLE_MM[1] / rows] : [mmPerPixel, mmPerPixel];
  const sweep = Math.floor(seed / FRAMES_OF_SWEEP);
  const kind = (Math.imul(sweep, 0x85ebca6b) >>> 0) / 2 ** 32 < boneFree ? 'none' : 'auto';
  const scene = sceneOf({ seed: sweep, kind, columns, rows, mmPerPixel: [mmX, mmY], loopFrames: LOOP_FRAMES });
  const first = (Math.imul(sweep, 0x9e3779b1) >>> 0) % LOOP_FRAMES;
  const apart = LOOP_FRAMES / FRAMES_OF_SWEEP;
  const { pixels, mask, surfaceRow, hiddenRow } = scene.render(
    (first + (seed % FRAMES_OF_SWEEP) * apart) % LOOP_FRAMES,
  );
  return {
    pixels,
    mask,
    surfaceRow,
    hidden: maskOfSurface(hiddenRow, rows, mmY),
    boxes: boxesOf(surfaceRow, rows, mmX, mmY),
    mmPerPixel: [mmX, mmY],
  };
}

function sceneOf(options: ConstructorParameters<typeof PhantomScene>[0]): PhantomScene {
  const key = JSON.stringify(options);
  if (lastSweep?.key !== key) lastSweep = { key, scene: new PhantomScene(options) };
  return lastSweep.scene;
}

/** Gaps in a surface, and jumps of it, that part two stretches, mm. */
const PARTING_MM = 2;

function boxesOf(surfaceRow: Float32Array, rows: number, mmX: number, mmY: number): BoneBox[] {
  const boxes: { left: number; top: number; right: number; bottom: number }[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [column, surface] of surfaceRow.entries()) {
    if (Number.isNaN(surface)) continue;
    const top = Math.max(0, Math.ceil(surface - BAND_ABOVE_MM / mmY));
    const bottom = Math.min(rows, Math.floor(surface + BAND_BELOW_MM / mmY) + 1);
    const parted = (column - last) * mmX > PARTING_MM || Math.abs(surface - surfaceRow[last]!) * mmY > PARTING_MM;
    if (parted) boxes.push({ left: column, top, right: column + 1, bottom });
    const box = boxes.at(-1)!;
    box.right = column + 1;
    box.top = Math.min(box.top, top);
    box.bottom = Math.max(box.bottom, bottom);
    last = column;
  }
  return boxes;
}
