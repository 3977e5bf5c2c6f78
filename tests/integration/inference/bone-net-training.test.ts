import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { OfflineModel } from '../../../src-main/inference/offline-model.ts';

const PYTHON = '/usr/bin/python3';
const hasTorch = existsSync('/usr/lib/python3/dist-packages/torch/__init__.py');
const folder = mkdtempSync(path.join(os.tmpdir(), 'bone-net-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** A training of a few steps on a few pictures; returns its losses and the ONNX file's hash. */
async function train(name: string, steps: number) {
  const out = path.join(folder, name);
  const sizes = ['--pictures', '12', '--sweeps', '4', '--validation', '4', '--crop', '128', '--batch', '4'];
  const { stdout } = await run(PYTHON, [
    'models/training/train_bone_net.py',
    ...[
      '--work',
      path.join(folder, 'work'),
      '--out',
      out,
      '--steps',
      String(steps),
      '--report',
      '10',
      '--threads',
      '1',
    ],
    ...sizes,
  ]);
  const losses = [...stdout.matchAll(/loss ([\d.]+)/g)].map((match) => Number(match[1]));
  return { out, losses, hash: sha256(path.join(out, 'bone-net.onnx')) };
}

const skipped = hasTorch ? '' : ' (skipped: no python3-torch here)';
describe.skipIf(!hasTorch)(`training bone-net${skipped}`, () => {
  it('lowers the loss, changes the weights, and ends in a model that loads', { timeout: 300_000 }, async () => {
    const long = await train('long', 40);
    expect(long.losses).toHaveLength(4);
    expect(long.losses.at(-1)!).toBeLessThan(0.85 * long.losses[0]!);
    const short = await train('short', 1);
    expect(short.hash).not.toBe(long.hash);
    const model = await OfflineModel.open(long.out, 1);
    expect(model.manifest).toMatchObject({ id: 'bone-net', kind: 'segmenter' });
  });
});

describe('the dataset script', () => {
  it('gives the same bytes for the same seed, whatever the number of threads', { timeout: 120_000 }, async () => {
    const make = async (threads: number, seed: number) => {
      const out = path.join(folder, `dataset-${threads}-${seed}`);
      const flags = ['--count', '6', '--columns', '96', '--rows', '96', '--sweeps', '0.3', '--seed', String(seed)];
      const script = 'models/training/make_dataset.ts';
      await run(process.execPath, [script, '--out', out, '--threads', String(threads), ...flags]);
      return ['pictures', 'labels', 'surfaces', 'boxes', 'spacings'].map((name) =>
        sha256(path.join(out, `${name}.bin`)),
      );
    };
    const [one, two, other] = [await make(1, 300), await make(2, 300), await make(1, 301)];
    expect(two).toEqual(one);
    expect(other[0]).not.toBe(one[0]);
  });
});
