import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readManifestOf, readModelFile } from '../../../src-main/inference/manifest.ts';
import { PhantomScene } from '../../../src-main/phantom/index.ts';
import { pythonWithOnnx, skippedWithoutOnnx } from '../../support/python.ts';
import { likelihoodReference, type Picture } from './likelihood-reference.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const modelDir = path.join(root, 'models/bone-tracer');
const script = path.join(root, 'models/training/make_bone_tracer.py');

function phantomPicture(columns: number, rows: number, seed: number): Picture {
  const scene = new PhantomScene({ seed, columns, rows, mmPerPixel: [0.15, 0.15] });
  return { values: Float32Array.from(scene.render(0).pixels, (value) => value / 255), columns, rows };
}

describe('the shipped bone-tracer model', () => {
  it('has the sha256 and size that its manifest names', () => {
    const manifest = readManifestOf(modelDir, 'bone-tracer');
    expect(readModelFile(modelDir, manifest.files.likelihood).byteLength).toBe(manifest.files.likelihood.bytes);
  });

  it.skipIf(pythonWithOnnx === null)(`comes out of its script byte for byte${skippedWithoutOnnx}`, () => {
    const out = mkdtempSync(path.join(tmpdir(), 'bone-tracer-'));
    try {
      const run = spawnSync(pythonWithOnnx ?? '', [script, '--out', out], { encoding: 'utf8' });
      expect(run.status, run.stderr).toBe(0);
      for (const file of ['bone-tracer.onnx', 'model.yaml']) {
        expect(readFileSync(path.join(out, file)).equals(readFileSync(path.join(modelDir, file))), file).toBe(true);
      }
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  it('computes what its description says, on pictures of any height and width', async () => {
    const manifest = readManifestOf(modelDir, 'bone-tracer');
    const session = await ort.InferenceSession.create(readModelFile(modelDir, manifest.files.likelihood));
    const pictures = [phantomPicture(200, 256, 3), phantomPicture(131, 180, 7), phantomPicture(64, 340, 11)];
    for (const picture of pictures) {
      const { values, columns, rows } = picture;
      const outputs = await session.run({ image: new ort.Tensor('float32', values, [1, 1, rows, columns]) });
      const actual = outputs.likelihood!.data as Float32Array;
      const expected = likelihoodReference(picture, manifest.graph, manifest.input.mmPerPixel);
      expect(actual.length).toBe(expected.length);
      expect(Math.max(...expected)).toBeGreaterThan(0.2);
      let largest = 0;
      for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
      expect(largest).toBeLessThan(1e-3);
    }
    await session.release();
  });
});
