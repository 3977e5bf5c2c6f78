/** Thread of make_dataset.ts: renders its share of the pictures straight into the shared arrays. */
import { parentPort, workerData } from 'node:worker_threads';
import { renderVaried } from '../../src-main/phantom/index.ts';
import { type DatasetShare, MAX_BOXES } from './dataset-format.ts';
import { isSweep, renderSweep } from './sweep-picture.ts';

const share = workerData as DatasetShare;
const { columns, rows, mmPerPixel, boneFree, sweeps } = share.recipe;
const cells = columns * rows;
for (let i = share.first; i < share.end; i++) {
  const options = { seed: share.recipe.seed + i, columns, rows, mmPerPixel, boneFree };
  const picture = isSweep(options.seed, sweeps) ? renderSweep(options) : renderVaried(options);
  share.pictures.set(picture.pixels, i * cells);
  for (let k = 0; k < cells; k++) share.labels[i * cells + k] = picture.mask[k]! + 2 * picture.hidden[k]!;
  share.surfaces.set(picture.surfaceRow, i * columns);
  share.spacings.set(picture.mmPerPixel, i * 2);
  for (const [k, box] of picture.boxes.slice(0, MAX_BOXES).entries()) {
    share.boxes.set([box.left, box.top, box.right, box.bottom], (i * MAX_BOXES + k) * 4);
  }
  parentPort?.postMessage(i);
}
