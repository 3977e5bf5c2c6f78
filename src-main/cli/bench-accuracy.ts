import path from 'node:path';
import type { GpuFrame } from '../../src-shared/index.ts';
import { OfflineModel } from '../inference/index.ts';
import { maskOfSurface, PhantomScene, renderVaried } from '../phantom/index.ts';
import { AccuracySum, type SurfaceTruth } from './accuracy.ts';
import { modelsDir } from './paths.ts';
import { machineName, spreadOf } from './statistics.ts';

/** Which phantoms: frames of the demo's sweeps, or the endless variety that our nets learn from. */
export const PHANTOM_SETS = ['sweeps', 'varied'] as const;
export type PhantomSet = (typeof PHANTOM_SETS)[number];

export interface AccuracyOptions {
  readonly model: string;
  readonly set: PhantomSet;
  readonly count: number;
  /** Of the first phantom; the next ones follow. From 1,000,000 on are the seeds that models were trained on. */
  readonly seed: number;
  readonly threads: number;
}

interface Phantom extends SurfaceTruth {
  readonly pixels: Uint8Array;
  readonly mmPerPixel: readonly [x: number, y: number];
}

/** The smallest seed ever trained on (models/training). */
const TRAINING_SEEDS_FROM = 900_000;
const SWEEP = { columns: 640, rows: 480, mmPerPixel: [0.1, 0.1] } as const;
const VARIED = { columns: 480, rows: 400, mmPerPixel: 0.1 } as const;
/** Every so many sweeps show no bone. */
const BONE_FREE_EVERY = 5;

function sweepPhantom(seed: number): Phantom {
  const kind = seed % BONE_FREE_EVERY === 0 ? 'none' : 'auto';
  const scene = new PhantomScene({ seed, kind, ...SWEEP });
  const { pixels, mask, surfaceRow, hiddenRow } = scene.render((37 * seed) % scene.options.loopFrames);
  const mmPerRow = SWEEP.mmPerPixel[1];
  return { ...SWEEP, mmPerRow, pixels, mask, surfaceRow, hidden: maskOfSurface(hiddenRow, SWEEP.rows, mmPerRow) };
}

function variedPhantom(seed: number): Phantom {
  const picture = renderVaried({ seed, ...VARIED });
  return { ...picture, mmPerRow: picture.mmPerPixel[1] };
}

function frameOf({ pixels, columns, rows, mmPerPixel }: Phantom, handle: number): GpuFrame {
  return {
    handle,
    // Every phantom is a source of its own: nothing carries over.
    series: handle,
    size: [columns, rows],
    components: 1,
    pixels,
    scale: { mmPerPixel, origin: 'source' },
    orientation: 'MF',
    receivedMs: 0,
    dequeuedMs: 0,
  };
}

/** How right a model is on phantoms with known truth, through the same stages as live, on the CPU. */
export async function benchAccuracy(options: AccuracyOptions): Promise<object> {
  const { seed, count, set } = options;
  if (seed + count > TRAINING_SEEDS_FROM) {
    throw new RangeError(
      `seeds ${seed} to ${seed + count - 1}: models were trained on seeds from ${TRAINING_SEEDS_FROM}`,
    );
  }
  const model = await OfflineModel.open(path.join(modelsDir, options.model), options.threads);
  const sum = new AccuracySum();
  const times: number[] = [];
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const phantom = set === 'sweeps' ? sweepPhantom(seed + i) : variedPhantom(seed + i);
    const answer = await model.answer(frameOf(phantom, i));
    if (answer.state === 'ai-failed') refused++;
    sum.add(phantom, answer.mask);
    times.push(answer.times.preMs + answer.times.runMs + answer.times.postMs);
    if ((i + 1) % 50 === 0) console.error(`${i + 1} of ${count} phantoms`);
  }
  return {
    bench: 'accuracy',
    model: model.manifest.id,
    phantoms: set,
    count,
    firstSeed: seed,
    ...sum.result,
    // Pictures the model would not work on, such as sectors for a model of straight beams; they count as found nothing.
    refused,
    answerMs: spreadOf(times),
    machine: machineName(),
  };
}
