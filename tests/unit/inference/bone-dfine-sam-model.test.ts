import path from 'node:path';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readManifestOf, readModelFile } from '../../../src-main/inference/manifest.ts';
import { beamView } from '../../../src-main/inference/picture/beam-view.ts';
import { InputMaker } from '../../../src-main/inference/picture/model-input.ts';
import type { PhantomFrame } from '../../../src-main/phantom/index.ts';
import { phantomFrame } from './pictures.ts';

const modelDir = path.resolve(import.meta.dirname, '../../../models/bone-dfine-sam');
const manifest = readManifestOf(modelDir, 'dfine+sam');
const SIZE = [640, 480] as const;
const MM_PER_PIXEL = 0.1;

// Inputs of 1024 x 1024 take their time where other work shares the processor.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Corners x0, y0, x1, y1 in source pixels. */
type Corners = readonly [number, number, number, number];

const sessions: Record<'detector' | 'encoder' | 'decoder', ort.InferenceSession> = {} as never;
beforeAll(async () => {
  for (const name of ['detector', 'encoder', 'decoder'] as const) {
    sessions[name] = await ort.InferenceSession.create(readModelFile(modelDir, manifest.files[name]));
  }
});
afterAll(async () => {
  for (const session of Object.values(sessions)) await session.release();
});

function inputOf(frame: PhantomFrame, stage: 'detector' | 'encoder'): ort.Tensor {
  const area = { u0: 0, u1: SIZE[0], v0: 0, v1: SIZE[1] };
  const spacing = [MM_PER_PIXEL, MM_PER_PIXEL] as const;
  const view = beamView(SIZE[0], SIZE[1], 'MF');
  const picture = { pixels: frame.pixels, components: 1 as const, view, area, spacing };
  const { data, dims } = new InputMaker(manifest[stage].input).make(picture);
  return new ort.Tensor('float32', data as Float32Array, dims);
}

/** Boxes around each visible piece of the surface, left to right. */
function bonesOf(frame: PhantomFrame): Corners[] {
  const bones: [number, number, number, number][] = [];
  let last = -100;
  for (const [column, row] of frame.surfaceRow.entries()) {
    if (Number.isNaN(row)) continue;
    if (column - last > 25) bones.push([column, row, column, row]);
    last = column;
    const bone = bones.at(-1)!;
    bone[1] = Math.min(bone[1], row - 0.3 / MM_PER_PIXEL);
    bone[2] = column + 1;
    bone[3] = Math.max(bone[3], row + 0.9 / MM_PER_PIXEL);
  }
  return bones;
}

async function detect(images: ort.Tensor, sizes: readonly (readonly [number, number])[]) {
  const flat = BigInt64Array.from(sizes.flat(), BigInt);
  return sessions.detector.run({ images, orig_target_sizes: new ort.Tensor('int64', flat, [sizes.length, 2]) });
}

const embed = async (frame: PhantomFrame) =>
  (await sessions.encoder.run({ image: inputOf(frame, 'encoder') })).image_embeddings!;

/** Points in source pixels with SAM's labels; the longer side of the frame is 1024 there. */
async function draw(
  embedding: ort.Tensor,
  points: readonly (readonly [x: number, y: number, label: number])[],
  size: readonly [number, number] = SIZE,
  previous: Float32Array | null = null,
) {
  const scale = 1024 / Math.max(...size);
  const coords = Float32Array.from(points.flatMap(([x, y]) => [x * scale, y * scale]));
  return sessions.decoder.run({
    image_embeddings: embedding,
    point_coords: new ort.Tensor('float32', coords, [1, points.length, 2]),
    point_labels: new ort.Tensor(
      'float32',
      Float32Array.from(points, ([, , label]) => label),
      [1, points.length],
    ),
    mask_input: new ort.Tensor('float32', previous ?? new Float32Array(256 * 256), [1, 1, 256, 256]),
    has_mask_input: new ort.Tensor('float32', [previous === null ? 0 : 1], [1]),
    orig_im_size: new ort.Tensor('float32', [size[1], size[0]], [2]),
  });
}

const boxPoints = ([x0, y0, x1, y1]: Corners) => [[x0, y0, 2] as const, [x1, y1, 3] as const];

const valuesOf = (outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array =>
  (outputs[name] as ort.Tensor).data as Float32Array;

const signatureOf = (session: ort.InferenceSession) =>
  Object.fromEntries(
    session.inputMetadata.map((input) => [input.name, input.isTensor ? [input.type, ...input.shape] : []]),
  );

/** Three humps in one frame: seed 3's, two of which at least are whole. */
const humps = phantomFrame({ seed: 3, kind: 'humps', columns: SIZE[0], rows: SIZE[1] });

describe('the shipped bone-dfine-sam model', () => {
  it('has the files its manifest names, byte for byte', () => {
    for (const file of Object.values(manifest.files)) {
      expect(readModelFile(modelDir, file).byteLength, file.path).toBe(file.bytes);
    }
  });

  it('has the inputs and outputs of the official D-FINE and MobileSAM exports', () => {
    expect(signatureOf(sessions.detector)).toEqual({
      images: ['float32', 'N', 3, 640, 640],
      orig_target_sizes: ['int64', 'N', 2],
    });
    expect(sessions.detector.outputNames).toEqual(['labels', 'boxes', 'scores']);
    expect(signatureOf(sessions.encoder)).toEqual({ image: ['float32', 1, 3, 1024, 1024] });
    expect(sessions.encoder.outputNames).toEqual(['image_embeddings']);
    expect(signatureOf(sessions.decoder)).toEqual({
      image_embeddings: ['float32', 1, 256, 64, 64],
      point_coords: ['float32', 1, 'num_points', 2],
      point_labels: ['float32', 1, 'num_points'],
      mask_input: ['float32', 1, 1, 256, 256],
      has_mask_input: ['float32', 1],
      orig_im_size: ['float32', 2],
    });
    expect(sessions.decoder.outputNames).toEqual(['masks', 'iou_predictions', 'low_res_masks']);
  });

  it('looks at no channel but those its manifest names', async () => {
    const filled = (stage: 'detector' | 'encoder', channel: number): ort.Tensor => {
      const { data, dims } = inputOf(humps, stage);
      const values = (data as Float32Array).slice();
      values.fill(1, (channel * values.length) / 3, ((channel + 1) * values.length) / 3);
      return new ort.Tensor('float32', values, dims);
    };
    const scores = async (images: ort.Tensor) => [...valuesOf(await detect(images, [SIZE]), 'scores')];
    const seen = async (image: ort.Tensor) =>
      Buffer.from(((await sessions.encoder.run({ image })).image_embeddings!.data as Float32Array).buffer);
    const [asItIs, embedding] = [await scores(inputOf(humps, 'detector')), await seen(inputOf(humps, 'encoder'))];
    for (const channel of [0, 1, 2]) {
      const isRead = (stage: 'detector' | 'encoder') => manifest[stage].input.reads?.includes(channel) ?? true;
      const sameScores = (await scores(filled('detector', channel))).every((score, i) => score === asItIs[i]);
      expect(sameScores, `detector, ${channel}`).toBe(!isRead('detector'));
      const sameFeatures = (await seen(filled('encoder', channel))).equals(embedding);
      expect(sameFeatures, `encoder, ${channel}`).toBe(!isRead('encoder'));
    }
  });
});

describe('its detector', () => {
  it('answers 300 rows, best first, one picture or two, the same for each', async () => {
    const one = inputOf(humps, 'detector');
    const other = inputOf(phantomFrame({ seed: 4, kind: 'arc' }), 'detector');
    const values = new Float32Array(2 * one.size);
    values.set(one.data as Float32Array, 0);
    values.set(other.data as Float32Array, one.size);
    const both = await detect(new ort.Tensor('float32', values, [2, 3, 640, 640]), [SIZE, SIZE]);
    const alone = await detect(one, [SIZE]);
    expect(alone.labels!.type).toBe('int64');
    expect(both.labels!.dims).toEqual([2, 300]);
    expect(both.boxes!.dims).toEqual([2, 300, 4]);
    expect(both.scores!.dims).toEqual([2, 300]);
    expect(alone.scores!.dims).toEqual([1, 300]);
    const scores = valuesOf(alone, 'scores');
    expect([...scores]).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.3);
    expect(scores[299]).toBeGreaterThanOrEqual(0);
    for (let i = 0; i < 3; i++) expect(valuesOf(both, 'scores')[i]).toBeCloseTo(scores[i]!, 3);
    expect(valuesOf(both, 'scores')[300]).not.toBeCloseTo(scores[0]!, 3);
  });

  it('gives boxes in the pixels of the size it is told, width first', async () => {
    const picture = inputOf(humps, 'detector');
    const unit = valuesOf(await detect(picture, [[1000, 1000]]), 'boxes');
    const told = valuesOf(await detect(picture, [SIZE]), 'boxes');
    for (let i = 0; i < 12; i++) expect(told[i]).toBeCloseTo((unit[i]! * SIZE[i % 2]!) / 1000, 2);
  });

  it('gives each bone a box of its own', async () => {
    const bones = bonesOf(humps);
    expect(bones.length).toBeGreaterThanOrEqual(2);
    const outputs = await detect(inputOf(humps, 'detector'), [SIZE]);
    const scores = valuesOf(outputs, 'scores');
    const found = Array.from({ length: 8 }, (_, i) => Array.from(valuesOf(outputs, 'boxes').slice(4 * i, 4 * i + 4)))
      .filter((_, i) => scores[i]! >= manifest.detector.scoreThreshold)
      .map((box) => box as unknown as Corners);
    expect(found).toHaveLength(bones.length);
    for (const bone of bones) {
      const middle = (bone[0] + bone[2]) / 2;
      expect(found.filter(([x0, , x1]) => x0 < middle && middle < x1)).toHaveLength(1);
    }
  });
});

describe('its decoder', () => {
  it('draws each bone when its box asks for it, on one and the same embedding', async () => {
    const bones = bonesOf(humps);
    const embedding = await embed(humps);
    expect(embedding.dims).toEqual([1, 256, 64, 64]);
    for (const bone of bones) {
      const drawn = valuesOf(await draw(embedding, boxPoints(bone)), 'masks');
      let inside = 0;
      let outside = 0;
      let common = 0;
      let truth = 0;
      for (let y = 0, at = 0; y < SIZE[1]; y++) {
        for (let x = 0; x < SIZE[0]; x++, at++) {
          const within = x >= bone[0] - 12 && x < bone[2] + 12 && y >= bone[1] - 12 && y < bone[3] + 12;
          if (drawn[at]! > 0) within ? inside++ : outside++;
          if (within && humps.mask[at] === 1) truth++;
          if (within && humps.mask[at] === 1 && drawn[at]! > 0) common++;
        }
      }
      expect((2 * common) / (inside + outside + truth)).toBeGreaterThan(0.75);
      expect(outside).toBeLessThan(0.02 * inside);
    }
  });

  it('gives masks of the frame’s own size, which are its low-resolution masks without the padding', async () => {
    const embedding = await embed(humps);
    for (const size of [SIZE, [820, 616], [300, 400]] as const) {
      const outputs = await draw(embedding, [[50, 60, 2] as const, [250, 200, 3] as const], size);
      expect(outputs.masks!.dims).toEqual([1, 1, size[1], size[0]]);
      expect(outputs.low_res_masks!.dims).toEqual([1, 1, 256, 256]);
      expect(outputs.iou_predictions!.dims).toEqual([1, 1]);
      const [masks, low] = [valuesOf(outputs, 'masks'), valuesOf(outputs, 'low_res_masks')];
      // Where a pixel's middle falls on a low-resolution pixel's middle they are equal, elsewhere in between.
      const perPixel = 256 / Math.max(...size);
      for (const [x, y] of [
        [100, 90],
        [217, 33],
        [size[0] - 40, size[1] - 40],
      ] as const) {
        const [u, v] = [(x + 0.5) * perPixel - 0.5, (y + 0.5) * perPixel - 0.5];
        const corners = [0, 1, 256, 257].map((step) => low[Math.floor(v) * 256 + Math.floor(u) + step]!);
        expect(masks[y * size[0] + x]).toBeGreaterThanOrEqual(Math.min(...corners) - 0.3);
        expect(masks[y * size[0] + x]).toBeLessThanOrEqual(Math.max(...corners) + 0.3);
      }
    }
  });

  it('takes points and a previous mask into account', async () => {
    const [first, second] = bonesOf(humps) as [Corners, Corners];
    const embedding = await embed(humps);
    const middleOf = ([x0, , x1]: Corners) => Math.round((x0 + x1) / 2);
    const onBone = (bone: Corners, label: number) =>
      [middleOf(bone), humps.surfaceRow[middleOf(bone)]! + 3, label] as const;
    const drawnAt = (masks: Float32Array, bone: Corners) =>
      masks[Math.round(humps.surfaceRow[middleOf(bone)]! + 3) * SIZE[0] + middleOf(bone)]!;
    const pointed = valuesOf(await draw(embedding, [onBone(first, 1), onBone(second, 0)]), 'masks');
    expect(drawnAt(pointed, first)).toBeGreaterThan(0);
    expect(drawnAt(pointed, first)).toBeGreaterThan(drawnAt(pointed, second));
    const alone = await draw(embedding, boxPoints(first));
    const remembered = new Float32Array(256 * 256).fill(-4);
    const again = await draw(embedding, boxPoints(first), SIZE, remembered);
    expect(valuesOf(again, 'low_res_masks')).not.toEqual(valuesOf(alone, 'low_res_masks'));
  });
});
