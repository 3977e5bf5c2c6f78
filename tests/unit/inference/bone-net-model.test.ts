import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifestOf, readModelFile } from '../../../src-main/inference/manifest.ts';
import { OfflineModel } from '../../../src-main/inference/offline-model.ts';
import { PhantomScene } from '../../../src-main/phantom/index.ts';
import { gpuFrame } from './pictures.ts';

const folder = path.resolve('models/bone-net');

describe('the shipped bone-net', () => {
  it('is the file its manifest names, and says how it was made', () => {
    const manifest = readManifestOf(folder, 'segmenter');
    expect(readModelFile(folder, manifest.files.segmenter).byteLength).toBe(manifest.files.segmenter.bytes);
    expect(manifest.licence).toBe('ours');
    expect(manifest.training?.seed).toBeTypeOf('number');
    expect(Object.keys(manifest.training?.scores ?? {}).length).toBeGreaterThan(0);
  });

  it('finds most bone of phantoms it was never trained on, and none where none is', async () => {
    const model = await OfflineModel.open(folder, 1);
    const size = [480, 400] as const;
    const options = { columns: size[0], rows: size[1], mmPerPixel: [0.1, 0.1] } as const;
    let [both, sum] = [0, 0];
    for (const seed of [20_001, 20_002, 20_003, 20_004]) {
      const frame = new PhantomScene({ seed, ...options }).render(20);
      const { mask } = await model.answer(gpuFrame(frame.pixels, size, options.mmPerPixel, { series: seed }));
      for (let i = 0; i < frame.mask.length; i++) {
        both += (mask?.[i] ?? 0) & frame.mask[i]!;
        sum += (mask?.[i] ?? 0) + frame.mask[i]!;
      }
    }
    expect((2 * both) / sum).toBeGreaterThan(0.7);
    const empty = new PhantomScene({ seed: 20_002, kind: 'none', ...options }).render(20);
    expect((await model.answer(gpuFrame(empty.pixels, size, options.mmPerPixel, { series: 1 }))).state).toBe('no-bone');
  });
});
