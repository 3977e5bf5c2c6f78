import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSignature } from '../../../src-main/inference/registry/onnx-file.ts';
import { type Part, recognise } from '../../../src-main/inference/registry/recognise.ts';
import * as exports from '../../support/model-exports.ts';
import { onnxModel } from '../../support/onnx-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'recognise-'));
afterAll(() => rmSync(folder, { recursive: true }));

function partOf(bytes: Uint8Array): Part {
  const file = path.join(folder, 'net.onnx');
  writeFileSync(file, bytes);
  return recognise('net.onnx', readSignature(file));
}

const image = (type: 'float32' | 'float16' | 'uint8', dims: readonly (number | string)[]) => ({
  name: 'image',
  type,
  dims,
});

describe('an export is recognised by what it takes and gives', () => {
  it('D-FINE, official: size as [w, h] int64, boxes in source pixels', () => {
    expect(partOf(exports.dfineOfficial())).toMatchObject({
      role: 'detector',
      detector: {
        variant: 'dfine-official',
        input: { name: 'images', size: [640, 640], fit: 'stretch', channels: 3 },
        sizeInput: { name: 'orig_target_sizes', type: 'int64', order: 'wh' },
        outputs: { form: 'decoded' },
        boxes: 'xyxy-source',
      },
    });
  });

  it('D-FINE, Hugging Face: no size, raw logits, centred boxes in shares of the picture', () => {
    expect(partOf(exports.dfineHuggingFace())).toMatchObject({
      role: 'detector',
      detector: {
        variant: 'dfine-hugging-face',
        input: { name: 'pixel_values', size: [640, 640], fit: 'stretch' },
        sizeInput: null,
        outputs: { form: 'raw', logits: 'logits', boxes: 'pred_boxes' },
        boxes: 'cxcywh-unit',
      },
    });
  });

  it('a detector re-exported for another size says which', () => {
    expect(partOf(exports.dfineOfficial({ side: 320 }))).toMatchObject({ detector: { input: { size: [320, 320] } } });
  });

  it('SAM’s encoder: normalised on 0..255 by the caller, then padded', () => {
    expect(partOf(exports.samEncoder())).toEqual({
      role: 'encoder',
      family: 'sam',
      input: {
        name: 'image',
        channels: 3,
        size: [1024, 1024],
        fit: 'pad',
        white: 255,
        mean: [123.675, 116.28, 103.53],
        std: [58.395, 57.12, 57.375],
      },
    });
  });

  it('samexporter’s encoder with the preparation inside: [rows, columns, 3], scaled and nothing more', () => {
    for (const type of ['float32', 'uint8'] as const) {
      expect(partOf(exports.samEncoderWithPreparation(type))).toEqual({
        role: 'encoder',
        family: 'sam',
        input: { name: 'input_image', type, layout: 'hwc', channels: 3, size: [1024, 1024], fit: 'fit', white: 255 },
      });
    }
  });

  for (const [what, options] of [
    ['one mask', { masks: 1 }],
    ['four masks', { masks: 4 }],
    ['extra outputs', { masks: 4, extra: true }],
  ] as const) {
    it(`SAM’s decoder with ${what}: the first mask, size as [h, w] float32, points in the encoder’s frame`, () => {
      expect(partOf(exports.samDecoder(options))).toMatchObject({
        role: 'decoder',
        family: 'sam',
        decoder: {
          variant: 'sam',
          points: { frame: 'encoder' },
          sizeInput: { name: 'orig_im_size', type: 'float32', order: 'hw' },
          maskInput: { name: 'mask_input', flag: 'has_mask_input', size: 256 },
          masks: { name: 'masks', grid: 'source', choose: 'first' },
        },
      });
    });
  }

  it('EdgeSAM’s decoder: no size, low masks of the padded square, scores before masks', () => {
    expect(partOf(exports.edgeSamDecoder())).toMatchObject({
      family: 'sam',
      decoder: {
        variant: 'edge-sam',
        sizeInput: null,
        maskInput: null,
        masks: { grid: 'encoder' },
        scores: { name: 'scores' },
      },
    });
  });

  it('EfficientSAM: any size on 0..1, points in source pixels, size int64, best of three', () => {
    expect(partOf(exports.efficientSamEncoder())).toMatchObject({
      family: 'efficient-sam',
      input: { name: 'batched_images', size: null, fit: 'source' },
    });
    expect(partOf(exports.efficientSamDecoder())).toMatchObject({
      family: 'efficient-sam',
      decoder: {
        points: { rank: 4, frame: 'source' },
        sizeInput: { type: 'int64', order: 'hw' },
        masks: { name: 'output_masks', rank: 5, choose: 'best-score' },
      },
    });
  });

  it('SAM 2: stretched, (x - mean) / std on 0..1, three features', () => {
    expect(partOf(exports.sam2Encoder())).toMatchObject({
      family: 'sam2',
      input: { size: [1024, 1024], fit: 'stretch', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    });
    const part = partOf(exports.sam2Decoder());
    expect(part).toMatchObject({
      family: 'sam2',
      decoder: { sizeInput: null, masks: { grid: 'encoder', choose: 'best-score' } },
    });
    expect(part.role === 'decoder' && part.decoder.features.map(({ to }) => to).sort()).toEqual([
      'high_res_feats_0',
      'high_res_feats_1',
      'image_embed',
    ]);
  });

  it('a segmenter of free size with logits, and one of fixed size with probabilities', () => {
    expect(partOf(exports.segmenter())).toEqual({
      role: 'segmenter',
      input: { name: 'image', type: 'float32', channels: 1, size: null, multipleOf: 32, fit: 'source' },
      output: { name: 'bone', channels: 1, hasProbabilities: false },
    });
    expect(partOf(exports.segmenter({ channels: 3, classes: 2, size: [320, 256], end: 'Softmax' }))).toEqual({
      role: 'segmenter',
      input: { name: 'image', type: 'float32', channels: 3, size: [320, 256], fit: 'stretch' },
      output: { name: 'bone', channels: 2, hasProbabilities: true },
    });
  });
});

describe('what is of no kind that is known', () => {
  const twoOutputs = onnxModel({
    inputs: [image('float32', [1, 3, 64, 64])],
    outputs: [
      { name: 'a', dims: [1] },
      { name: 'b', dims: [1] },
    ],
    nodes: [
      { op: 'Identity', inputs: ['image'], outputs: ['a'] },
      { op: 'Identity', inputs: ['image'], outputs: ['b'] },
    ],
  });
  const classifier = onnxModel({
    inputs: [image('float32', [1, 3, 224, 224])],
    outputs: [{ name: 'probabilities', dims: [1, 1000] }],
    nodes: [{ op: 'Identity', inputs: ['image'], outputs: ['probabilities'] }],
  });
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    [
      'unknown names',
      twoOutputs,
      /net\.onnx is of no kind that is known: it has image float32 \[1, 3, 64, 64\] -> a float32 \[1\], b float32 \[1\]; expected one of: D-FINE, official export \(images, orig_target_sizes -> labels/,
    ],
    ['a classifier', classifier, /probabilities float32 \[1, 1000\]: expected .*\[N, classes, rows, columns\]/],
    [
      'sizes as floats',
      exports.dfineOfficial({ sizes: 'float32' }),
      /orig_target_sizes float32 \[N, 2\]: expected int64 with 2 dimensions/,
    ],
    [
      'a SAM encoder in half precision',
      exports.samEncoder(image('float16', [1, 3, 1024, 1024])),
      /a SAM encoder, has image float16/,
    ],
    [
      'a SAM encoder of one channel',
      exports.samEncoder(image('float32', [1, 1, 1024, 1024])),
      /expected float32 \[1, 3, rows, columns\]/,
    ],
    ['a segmenter of four channels', exports.segmenter({ channels: 4 }), /\[N, 1 or 3, rows, columns\]/],
  ];
  for (const [what, bytes, message] of cases) {
    it(`is refused with what was found and what was expected: ${what}`, () => {
      expect(() => partOf(bytes)).toThrow(message);
    });
  }
});
