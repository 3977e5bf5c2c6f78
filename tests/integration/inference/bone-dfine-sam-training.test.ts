import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { readManifestOf, readModelFile } from '../../../src-main/inference/manifest.ts';

const PYTHON = '/usr/bin/python3';
const hasTorch = existsSync('/usr/lib/python3/dist-packages/torch/__init__.py');
const folder = mkdtempSync(path.join(os.tmpdir(), 'bone-dfine-sam-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);

/** A training of a few steps on a few pictures: what it reported, and the model it wrote. */
async function train(name: string, steps: number) {
  const out = path.join(folder, name);
  const sizes = { pictures: 8, measured: 2, steps };
  const options = Object.entries({ out, work: path.join(folder, 'work'), ...sizes });
  const flags = options.flatMap(([option, value]) => [`--${option}`, String(value)]);
  const { stderr } = await run(PYTHON, ['models/training/train_bone_dfine_sam.py', ...flags]);
  return { out, report: stderr, manifest: readManifestOf(out, 'dfine+sam') };
}

/** Mean losses a net reported, in order. */
const lossesOf = (report: string, net: string): number[] =>
  [...report.matchAll(new RegExp(`^${net} \\d+/\\d+ loss ([\\d.]+)`, 'gm'))].map(([, loss]) => Number(loss));

const skipped = hasTorch ? '' : ' (skipped: no python3-torch here)';
describe.skipIf(!hasTorch)(`training bone-dfine-sam${skipped}`, () => {
  it('lowers both losses, changes all weights, and ends in files that load', { timeout: 300_000 }, async () => {
    const long = await train('long', 48);
    for (const net of ['detector', 'segmenter']) {
      const losses = lossesOf(long.report, net);
      expect(losses).toHaveLength(4);
      // Pictures differ in how hard they are: two reports together say more than the last one.
      expect((losses[2]! + losses[3]!) / 2, net).toBeLessThan(0.9 * losses[0]!);
    }
    const recipe = { varied: 8, sweeps: 8, detector_steps: 48, segmenter_steps: 48 };
    expect(long.manifest.training).toMatchObject({ seed: 7, recipe });
    const short = await train('short', 1);
    for (const [name, file] of Object.entries(long.manifest.files)) {
      expect(short.manifest.files[name as 'decoder'].sha256, name).not.toBe(file.sha256);
      const session = await ort.InferenceSession.create(readModelFile(long.out, file));
      await session.release();
    }
  });
});
