import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ModelRefused, readManifest, readManifestOf } from '../../../src-main/inference/manifest.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => ({ path: name, sha256: '0'.repeat(64), bytes: 1000 });
const common = { id: 'test', title: 'Test', licence: 'ours', provenance: 'made by hand', labels: ['bone'] };

const segmenter = {
  ...common,
  kind: 'segmenter',
  files: { segmenter: file('net.onnx') },
  input: { name: 'image', channels: 1, size: null, multipleOf: 8, fit: 'source' },
  mmPerPixel: 0.15,
  depthMm: [10, 200],
  output: { name: 'bone', activation: 'sigmoid' },
  threshold: 0.5,
  mask: { minLengthMm: 2.5 },
  training: { seed: 7, recipe: { phantoms: 2200, steps: 4000 }, scores: { recall: 0.98, byProbe: { linear: 0.99 } } },
};

const dfine = {
  ...common,
  kind: 'dfine',
  files: { detector: file('dfine.onnx') },
  detector: {
    variant: 'dfine-official',
    input: { name: 'images', channels: 3, size: [640, 640], fit: 'stretch' },
    sizeInput: { name: 'orig_target_sizes', type: 'int64', order: 'wh' },
    outputs: { form: 'decoded', labels: 'labels', boxes: 'boxes', scores: 'scores' },
    boxes: 'xyxy-source',
  },
};

const dfineSam = {
  ...dfine,
  kind: 'dfine+sam',
  files: { ...dfine.files, encoder: file('encoder.onnx'), decoder: file('decoder.onnx') },
  encoder: {
    variant: 'sam',
    input: {
      name: 'image',
      channels: 3,
      size: [1024, 1024],
      fit: 'pad',
      white: 255,
      mean: [123.675, 116.28, 103.53],
      std: [58.395, 57.12, 57.375],
    },
  },
  decoder: {
    variant: 'sam',
    features: [{ from: 'image_embeddings', to: 'image_embeddings' }],
    points: { coords: 'point_coords', labels: 'point_labels', frame: 'encoder' },
    maskInput: { name: 'mask_input', flag: 'has_mask_input', size: 256 },
    sizeInput: { name: 'orig_im_size', type: 'float32', order: 'hw' },
    masks: { name: 'masks', grid: 'source', choose: 'first' },
    scores: { name: 'iou_predictions' },
  },
  mask: {},
};

function read(content: object) {
  writeFileSync(path.join(folder, 'model.yaml'), stringify(content));
  return readManifest(folder);
}

describe('a manifest', () => {
  it('of a segmenter says what is left to defaults', () => {
    const { input, output, mask, beams, widthMm } = readAs('segmenter', segmenter);
    expect(input).toMatchObject({ type: 'float32', layout: 'nchw', white: 1, mean: [], std: [] });
    expect(output).toEqual({ name: 'bone', channels: 1, bone: [0], activation: 'sigmoid' });
    expect(mask).toEqual({ minLengthMm: 2.5, minAreaMm2: 0, maxHoleMm2: 0, minMeanProbability: 0 });
    expect({ beams, widthMm }).toEqual({ beams: 'any', widthMm: null });
  });

  it('of a detector has D-FINE’s own threshold and label unless it says others', () => {
    const { detector } = readAs('dfine', dfine);
    expect(detector).toMatchObject({ scoreThreshold: 0.4, boneLabels: [0], maxBoxes: 8, minBoxPixels: 2 });
  });

  it('of a two-stage model carries the conventions of each of its files', () => {
    const { decoder, encoder } = readAs('dfine+sam', dfineSam);
    expect(encoder.input).toMatchObject({ fit: 'pad', white: 255, type: 'float32' });
    expect(decoder.points).toMatchObject({ rank: 3, frame: 'encoder' });
    expect(decoder.masks).toMatchObject({ rank: 4, grid: 'source', threshold: 0 });
  });

  it('is refused for another kind than the one wanted, naming both', () => {
    read(dfine);
    expect(() => readManifestOf(folder, 'segmenter')).toThrow(/kind dfine: expected segmenter/);
  });

  const faults: [what: string, content: object, message: RegExp][] = [
    ['a kind nobody knows', { ...segmenter, kind: 'oracle' }, /kind/],
    ['a file outside its folder', { ...segmenter, files: { segmenter: file('../net.onnx') } }, /file name ending/],
    [
      'a mean for three channels of one',
      { ...segmenter, input: { ...segmenter.input, mean: [1, 2, 3] } },
      /per channel/,
    ],
    [
      'a stretched picture of no size',
      { ...segmenter, input: { ...segmenter.input, fit: 'stretch' } },
      /expected a size/,
    ],
    ['a field that means nothing', { ...segmenter, treshold: 0.3 }, /treshold/],
    [
      'a training record without end',
      { ...segmenter, training: { ...segmenter.training, recipe: { log: 'x'.repeat(20_000) } } },
      /at most 16384 characters/,
    ],
    ['no files', { ...dfineSam, files: dfine.files }, /encoder/],
  ];
  for (const [what, content, message] of faults) {
    it(`with ${what} is refused in words`, () => {
      expect(() => read(content)).toThrow(ModelRefused);
      expect(() => read(content)).toThrow(message);
    });
  }
});

function readAs<K extends 'segmenter' | 'dfine' | 'dfine+sam'>(kind: K, content: object) {
  read(content);
  return readManifestOf(folder, kind);
}
