import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRunner, stagesOf } from '../../../src-main/inference/kinds.ts';
import { readManifest } from '../../../src-main/inference/manifest.ts';
import { type MaskOptions, MODEL_OWN_MASK } from '../../../src-main/inference/mask/options.ts';
import type { RunValues } from '../../../src-main/inference/messages.ts';
import { isPreparedRun, type Verdict } from '../../../src-main/inference/model-kind.ts';
import type { SessionOptions } from '../../../src-main/inference/onnx-session.ts';
import { type GpuFrame, ORIENTATIONS } from '../../../src-shared/index.ts';
import { brightSegmenter } from '../../support/segmenter-models.ts';
import { gpuFrame, onScreen, turnedTo } from './pictures.ts';

const modelsDir = mkdtempSync(path.join(os.tmpdir(), 'segmenter-'));
afterAll(() => rmSync(modelsDir, { recursive: true }));

const SESSION: SessionOptions = {
  intraOpThreads: 1,
  allowSpinning: false,
  providers: ['cpu'],
  device: 0,
  crashed: [],
};
const [COLUMNS, ROWS] = [320, 200] as const;
const SIZE = [COLUMNS, ROWS] as const;

/** Speckled tissue with a bright block from (u0, v0) to (u1, v1): one flat gray would be taken for a border. */
function pictureWith(u0: number, v0: number, u1: number, v1: number): Uint8Array {
  const pixels = Uint8Array.from({ length: COLUMNS * ROWS }, (_, i) => 40 + ((Math.imul(i, 2654435761) >>> 24) % 40));
  for (let v = v0; v < v1; v++) pixels.fill(220, v * COLUMNS + u0, v * COLUMNS + u1);
  return pixels;
}
const blockOf = (pixels: Uint8Array): Uint8Array => pixels.map((value) => (value > 128 ? 1 : 0));

async function answerOf(folder: string, frame: GpuFrame, options: MaskOptions = MODEL_OWN_MASK): Promise<Verdict> {
  const manifest = readManifest(folder);
  const stages = stagesOf(manifest);
  const runner = await openRunner(folder, manifest, SESSION);
  const run = stages.prepare(frame);
  if (!isPreparedRun(run)) return run;
  const outcome = await runner.run({ inputs: run.inputs, size: run.size, scoreThreshold: null });
  return run.finish(outcome, options);
}

function overlap(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let any = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i]! & b[i]!;
    any += a[i]! | b[i]!;
  }
  return both / any;
}

describe('a single-stage model', () => {
  const picture = pictureWith(60, 80, 180, 100);

  it('writes its output into memory of an earlier run of that size, and leaves memory of another size alone', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'memory-again' });
    const stages = stagesOf(readManifest(folder));
    const runner = await openRunner(folder, readManifest(folder), SESSION);
    const runOn = async (pixels: Uint8Array, spare: RunValues | null) => {
      const run = stages.prepare(gpuFrame(pixels, SIZE, [0.2, 0.2]));
      if (!isPreparedRun(run)) throw new Error('the picture needs no run');
      return runner.run({ inputs: run.inputs, size: run.size, scoreThreshold: null, spare });
    };
    const other = pictureWith(100, 20, 160, 60);
    const [first, expected] = [await runOn(picture, null), await runOn(other, null)];
    const before = Float32Array.from(first.values!);
    const second = await runOn(other, first.values);
    expect(second.values).toBe(first.values);
    expect(second).toEqual(expected);
    expect(second.values).not.toEqual(before);
    const short = new Float32Array(7);
    expect((await runOn(picture, short)).values).toEqual(before);
    expect(short).toEqual(new Float32Array(7));
  });

  it('marks on the source’s grid exactly what it marked on its own, when they are the same', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'same-grid' });
    const verdict = await answerOf(folder, gpuFrame(picture, SIZE, [0.2, 0.2]));
    expect(verdict.state).toBe('bone');
    expect(verdict.mask).toEqual(blockOf(picture));
    // 20 x (220 / 255 - 0.5) is a probability of 0.9993.
    expect(verdict.score).toBeGreaterThan(0.99);
  });

  it('sees every source at its own scale, and pads to what it can take', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'at-scale', mmPerPixel: 0.2, input: { multipleOf: 32 } });
    const stages = stagesOf(readManifest(folder));
    const run = stages.prepare(gpuFrame(picture, SIZE, [0.1, 0.16]));
    // 320 x 0.1 / 0.2 = 160 columns, 200 x 0.16 / 0.2 = 160 rows.
    expect(isPreparedRun(run) && run.inputs[0]).toMatchObject({ dims: [1, 1, 160, 160], mmPerPixel: 0.2 });
    const verdict = await answerOf(folder, gpuFrame(picture, SIZE, [0.1, 0.16]));
    expect(overlap(verdict.mask!, blockOf(picture))).toBeGreaterThan(0.93);
  });

  it('has its mask turned back to the source for every orientation', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'turned' });
    for (const orientation of ORIENTATIONS) {
      const turned = turnedTo(orientation, picture, SIZE);
      const verdict = await answerOf(folder, gpuFrame(turned.pixels, turned.size, [0.2, 0.2], { orientation }));
      expect(verdict.mask, orientation).toEqual(turnedTo(orientation, blockOf(picture), SIZE).pixels);
    }
  });

  it('does not see the scanner’s border and writing, however bright', async () => {
    const screen = onScreen(pictureWith(60, 80, 180, 100), SIZE);
    const folder = brightSegmenter(modelsDir, { id: 'on-screen' });
    const verdict = await answerOf(folder, gpuFrame(screen.pixels, screen.size, [0.2, 0.2]));
    const [x0, y0] = screen.at;
    let marked = 0;
    verdict.mask!.forEach((bone, at) => {
      const [x, y] = [at % screen.size[0], Math.floor(at / screen.size[0])];
      if (bone === 1) {
        marked++;
        expect(x >= x0 + 60 && x < x0 + 180 && y >= y0 + 80 && y < y0 + 100, `${x} ${y}`).toBe(true);
      }
    });
    expect(marked).toBe(120 * 20);
  });

  it('may answer more coarsely than it is asked', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'coarse', coarser: 2 });
    const verdict = await answerOf(folder, gpuFrame(picture, SIZE, [0.2, 0.2]));
    expect(verdict.mask).toEqual(blockOf(picture));
  });

  it('may have a fixed size: the picture is made to fit and the padding holds no bone', async () => {
    const input = { size: [128, 128], fit: 'source', mean: [0.9], std: [0.1] };
    // Padding is 0 after normalising, far above what tissue is then: it would all be bone.
    const folder = brightSegmenter(modelsDir, { id: 'fixed', mmPerPixel: 0.3, input, level: -2 });
    const verdict = await answerOf(folder, gpuFrame(picture, SIZE, [0.2, 0.2]));
    expect(overlap(verdict.mask!, blockOf(picture))).toBeGreaterThan(0.85);
  });

  it('may want three channels, and probabilities need no sigmoid', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'three', channels: 3, output: { activation: 'none' } });
    const verdict = await answerOf(folder, gpuFrame(picture, SIZE, [0.2, 0.2]));
    expect(verdict.mask).toEqual(blockOf(picture));
    const rgb = new Uint8Array(picture.length * 3).map((_, i) => picture[Math.floor(i / 3)]!);
    const inColour = await answerOf(folder, gpuFrame(rgb, SIZE, [0.2, 0.2], { components: 3 }));
    expect(inColour.mask).toEqual(blockOf(picture));
  });

  it('follows the operator’s threshold and rules', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'rules', level: 220 / 255 - 0.02 });
    const frame = gpuFrame(picture, SIZE, [0.2, 0.2]);
    // 20 x 0.02 is a probability of 0.599.
    expect((await answerOf(folder, frame)).score).toBeCloseTo(0.599, 2);
    expect((await answerOf(folder, frame, { ...MODEL_OWN_MASK, threshold: 0.65 })).state).toBe('no-bone');
    // The block is 120 x 0.2 = 24 mm long.
    expect((await answerOf(folder, frame, { ...MODEL_OWN_MASK, minLengthMm: 23.9 })).state).toBe('bone');
    expect((await answerOf(folder, frame, { ...MODEL_OWN_MASK, minLengthMm: 24.1 })).state).toBe('no-bone');
  });

  it('answers an empty picture without a run, and refuses an output of another shape in words', async () => {
    const folder = brightSegmenter(modelsDir, { id: 'shape', output: { channels: 2, bone: [1] } });
    const black = stagesOf(readManifest(folder)).prepare(gpuFrame(new Uint8Array(COLUMNS * ROWS), SIZE, [0.2, 0.2]));
    expect(black).toMatchObject({ state: 'no-bone' });
    await expect(answerOf(folder, gpuFrame(picture, SIZE, [0.2, 0.2]))).rejects.toThrow(
      /output mask has dimensions 1 x 1 x 200 x 320: expected 2 channels/,
    );
  });
});
