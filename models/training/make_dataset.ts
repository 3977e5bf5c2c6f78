/**
 * Renders varied phantoms, and frames of the demo sweeps, with their labels into a folder that the training scripts read:
 *
 *   node models/training/make_dataset.ts --out DIR [--count 1000] [--seed 1000000] [--columns 256] [--rows 256]
 *                                        [--mm-per-pixel 0.15 | stretch] [--bone-free 0.2] [--sweeps 0]
 *                                        [--threads 2]
 *
 * The same arguments give the same bytes, whatever the number of threads. Needs Node 24 (`npx node`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { DATASET_EDITION, type DatasetRecipe, type DatasetShare, MAX_BOXES, newArrays } from './dataset-format.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '256' },
    rows: { type: 'string', default: '256' },
    'mm-per-pixel': { type: 'string', default: '0.15' },
    'bone-free': { type: 'string', default: '0.2' },
    sweeps: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
  },
});
if (values.out === undefined) throw new Error('--out DIR is needed: where the dataset goes');

const recipe: DatasetRecipe = {
  seed: Number(values.seed),
  count: Number(values.count),
  columns: Number(values.columns),
  rows: Number(values.rows),
  mmPerPixel: values['mm-per-pixel'] === 'stretch' ? 'stretch' : Number(values['mm-per-pixel']),
  boneFree: Number(values['bone-free']),
  sweeps: Number(values.sweeps),
};
const arrays = newArrays(recipe);
const threads = Number(values.threads);
let done = 0;

/** Renders pictures `first` to `end` in a thread of its own. */
function renderShare(first: number, end: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const workerData: DatasetShare = { ...arrays, recipe, first, end };
    const worker = new Worker(new URL('./dataset-worker.ts', import.meta.url), { workerData });
    worker.on('message', () => {
      done++;
      if (done % 100 === 0) console.error(`${done} of ${recipe.count} pictures`);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`dataset thread ended with ${code}`))));
  });
}

const at = (thread: number) => Math.round((thread * recipe.count) / threads);
await Promise.all(Array.from({ length: threads }, (_, t) => renderShare(at(t), at(t + 1))));
mkdirSync(values.out, { recursive: true });
for (const [name, array] of Object.entries(arrays)) writeFileSync(path.join(values.out, `${name}.bin`), array);
writeFileSync(
  path.join(values.out, 'dataset.json'),
  `${JSON.stringify({ ...recipe, maxBoxes: MAX_BOXES, edition: DATASET_EDITION }, null, 2)}\n`,
);
