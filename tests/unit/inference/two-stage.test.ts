import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRunner, stagesOf } from '../../../src-main/inference/kinds.ts';
import { readManifest } from '../../../src-main/inference/manifest.ts';
import { MODEL_OWN_MASK } from '../../../src-main/inference/mask/options.ts';
import { isPreparedRun, type Verdict } from '../../../src-main/inference/model-kind.ts';
import type { SessionOptions } from '../../../src-main/inference/onnx-session.ts';
import type { Orientation, ScaleOrigin } from '../../../src-shared/index.ts';
import {
  boxDecoder,
  type DecoderConvention,
  type FixedBox,
  huggingFaceDetector,
  meanEncoder,
  officialDetector,
  writeModel,
} from '../../support/prompted-models.ts';
import { gpuFrame, turnedTo } from './pictures.ts';

/** Not square, and no side a multiple of the other: every order that is swapped shows. */
const [COLUMNS, ROWS] = [320, 240] as const;
const SIZE = [COLUMNS, ROWS] as const;
/** Where the boxes lie, shares of the picture: whole pixels of it. */
const BOXES: readonly FixedBox[] = [
  { box: [0.05, 0.5, 0.3, 0.6], score: 0.9, label: 0 },
  { box: [0.5, 0.25, 0.95, 0.3], score: 0.6, label: 0 },
];
/** Brightness of the test pictures. */
const GRAY = 100;

const modelsDir = mkdtempSync(path.join(os.tmpdir(), 'two-stage-'));
afterAll(() => rmSync(modelsDir, { recursive: true }));

const SESSION: SessionOptions = {
  intraOpThreads: 1,
  allowSpinning: false,
  providers: ['cpu'],
  device: 0,
  crashed: [],
};

const detectorInput = (name: string) => ({ name, channels: 3, size: [640, 640], fit: 'stretch' });
const OFFICIAL = {
  variant: 'dfine-official',
  input: detectorInput('images'),
  sizeInput: { name: 'orig_target_sizes', type: 'int64', order: 'wh' },
  outputs: { form: 'decoded', labels: 'labels', boxes: 'boxes', scores: 'scores' },
  boxes: 'xyxy-source',
};
const HUGGING_FACE = {
  variant: 'dfine-hugging-face',
  input: detectorInput('pixel_values'),
  sizeInput: null,
  outputs: { form: 'raw', logits: 'logits', boxes: 'pred_boxes' },
  boxes: 'cxcywh-unit',
};
const SAM_INPUT = {
  channels: 3,
  size: [1024, 1024],
  fit: 'pad',
  white: 255,
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};
const SAM_CONVENTION: DecoderConvention = {
  features: ['image_embeddings'],
  coords: 'point_coords',
  labels: 'point_labels',
  rank: 3,
  maskInput: true,
  sizeType: 'float32',
  lowSide: null,
  masks: 'masks',
  scores: 'iou_predictions',
  count: 4,
  frameSide: 1024,
};
const SAM_DECODER = {
  variant: 'sam',
  features: [{ from: 'image_embeddings', to: 'image_embeddings' }],
  points: { coords: 'point_coords', labels: 'point_labels', frame: 'encoder' },
  maskInput: { name: 'mask_input', flag: 'has_mask_input', size: 256 },
  sizeInput: { name: 'orig_im_size', type: 'float32', order: 'hw' },
  masks: { name: 'masks', grid: 'source', choose: 'first' },
  scores: { name: 'iou_predictions' },
};

let made = 0;

interface Parts {
  readonly detector?: object;
  readonly encoder?: object;
  readonly decoder?: object;
  readonly convention?: Partial<DecoderConvention>;
  readonly boxes?: readonly FixedBox[];
  readonly graphs?: Parameters<typeof writeModel>[2];
  readonly mask?: object;
  readonly band?: object;
}

/** A `dfine+sam` model in the SAM convention, with what is given instead. */
function twoStage(parts: Parts = {}): string {
  return writeModel(
    modelsDir,
    {
      id: `two-stage-${made++}`,
      kind: 'dfine+sam',
      detector: parts.detector ?? OFFICIAL,
      encoder: parts.encoder ?? { variant: 'sam', input: { name: 'image', ...SAM_INPUT } },
      decoder: parts.decoder ?? SAM_DECODER,
      mask: parts.mask ?? {},
      band: parts.band ?? null,
    },
    {
      detector: officialDetector(parts.boxes ?? BOXES),
      encoder: meanEncoder('image', ['image_embeddings'], [1, 3, 1024, 1024]),
      decoder: boxDecoder({ ...SAM_CONVENTION, ...parts.convention }),
      ...parts.graphs,
    },
  );
}

/** One frame through the model's stages and its real sessions. */
async function answerOf(
  folder: string,
  orientation: Orientation = 'MF',
  options = MODEL_OWN_MASK,
  origin: ScaleOrigin = 'source',
  pixels = new Uint8Array(COLUMNS * ROWS).fill(GRAY),
): Promise<Verdict> {
  const manifest = readManifest(folder);
  const stages = stagesOf(manifest);
  const runner = await openRunner(folder, manifest, SESSION);
  const turned = turnedTo(orientation, pixels, SIZE);
  const scale = { mmPerPixel: [0.1, 0.1], origin } as const;
  const run = stages.prepare(gpuFrame(turned.pixels, turned.size, scale.mmPerPixel, { orientation, scale }));
  if (!isPreparedRun(run)) throw new Error(`no run was prepared: ${run.reason}`);
  // A frame's memory goes back as soon as it is prepared.
  turned.pixels.fill(0);
  const { inputs, size } = run;
  const outcome = await runner.run({ inputs, size, scoreThreshold: options.scoreThreshold });
  return run.finish(outcome, options);
}

/** The boxes themselves as a mask. */
function maskOf(boxes: readonly FixedBox[]): Uint8Array {
  const mask = new Uint8Array(COLUMNS * ROWS);
  for (const { box } of boxes) {
    for (let y = Math.round(box[1] * ROWS); y < Math.round(box[3] * ROWS); y++) {
      mask.fill(1, y * COLUMNS + Math.round(box[0] * COLUMNS), y * COLUMNS + Math.round(box[2] * COLUMNS));
    }
  }
  return mask;
}

/** Share of the larger mask that both have. */
function overlap(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let any = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i]! & b[i]!;
    any += a[i]! | b[i]!;
  }
  return both / any;
}

describe('a two-stage model', () => {
  it('outlines every box it found and unites the masks on the source’s grid', async () => {
    const verdict = await answerOf(twoStage());
    expect(verdict.state).toBe('bone');
    expect(verdict.mask).toEqual(maskOf(BOXES));
    expect(verdict.score).toBeCloseTo(0.75, 5);
    expect(verdict.boxes?.map(({ x0, y0, x1, y1, label }) => [x0, y0, x1, y1, label])).toEqual([
      [expect.closeTo(16, 3), 120, 96, 144, 'bone'],
      [160, 60, 304, 72, 'bone'],
    ]);
  });

  it('answers no bone with an empty mask and no boxes when nothing is found', async () => {
    const verdict = await answerOf(twoStage({ boxes: [{ ...BOXES[0]!, score: 0.1 }] }));
    expect(verdict).toMatchObject({ state: 'no-bone', mask: null, boxes: [], score: null });
  });

  it('keeps boxes from the operator’s threshold on', async () => {
    const verdict = await answerOf(twoStage(), 'MF', { ...MODEL_OWN_MASK, scoreThreshold: 0.7 });
    expect(verdict.mask).toEqual(maskOf(BOXES.slice(0, 1)));
  });

  it('sees depth run downwards whatever the source’s orientation, and turns mask and boxes back', async () => {
    const folder = twoStage();
    for (const orientation of ['UN', 'FM', 'NU'] as const) {
      const verdict = await answerOf(folder, orientation);
      expect(verdict.mask, orientation).toEqual(turnedTo(orientation, maskOf(BOXES), SIZE).pixels);
      const { size } = turnedTo(orientation, new Uint8Array(COLUMNS * ROWS), SIZE);
      const { x0, y0, x1, y1 } = verdict.boxes![1]!;
      const inside = verdict.mask![Math.round((y0 + y1) / 2) * size[0] + Math.round((x0 + x1) / 2)];
      expect(inside, orientation).toBe(1);
    }
  });

  it('clamps boxes to the picture and drops those of less than two pixels', async () => {
    const boxes: readonly FixedBox[] = [
      { box: [-0.2, 0.5, 0.25, 1.3], score: 0.9, label: 0 },
      { box: [0.5, 0.5, 0.505, 0.9], score: 0.8, label: 0 },
    ];
    const verdict = await answerOf(twoStage({ boxes }));
    expect(verdict.boxes).toMatchObject([{ x0: 0, y0: 120, x1: 80, y1: ROWS }]);
  });

  it('takes only the labels that are bone', async () => {
    const boxes = [{ ...BOXES[0]!, label: 1 }, BOXES[1]!];
    const folder = twoStage({ boxes, detector: { ...OFFICIAL, boneLabels: [1] } });
    expect((await answerOf(folder)).mask).toEqual(maskOf([BOXES[0]!]));
  });

  it('drops short pieces of the mask by the manifest’s rule', async () => {
    // The first box is 8 mm wide, the second 14.4 mm.
    expect((await answerOf(twoStage({ mask: { minLengthMm: 10 } }))).mask).toEqual(maskOf([BOXES[1]!]));
  });

  it('draws masks anew with the manifest’s band, along the beams, unless the scale is a mere estimate', async () => {
    // Drawn 2.4 and 1.2 mm thick, the surface a sixth below their tops: 120 + 4 rows and 60 + 2.
    const folder = twoStage({ band: { aboveMm: 0.3, belowMm: 1.5 } });
    const meant = maskOf([boxBetween(BOXES[0]!, 121, 139), boxBetween(BOXES[1]!, 59, 77)]);
    expect((await answerOf(folder)).mask).toEqual(meant);
    expect((await answerOf(folder, 'FU')).mask).toEqual(turnedTo('FU', meant, SIZE).pixels);
    expect((await answerOf(folder, 'MF', MODEL_OWN_MASK, 'user')).mask).toEqual(meant);
    expect((await answerOf(folder, 'MF', MODEL_OWN_MASK, 'estimate')).mask).toEqual(maskOf(BOXES));
  });

  it('moves the band towards the echo in the frame, however it lies', async () => {
    const folder = twoStage({ band: { aboveMm: 0.3, belowMm: 1.5 } });
    // Centred 1.5 rows below the surfaces: 0.6 of that is a row less a tenth.
    const pixels = new Uint8Array(COLUMNS * ROWS).fill(GRAY);
    for (const first of [124, 62]) pixels.fill(220, first * COLUMNS, (first + 3) * COLUMNS);
    const meant = maskOf([boxBetween(BOXES[0]!, 122, 140), boxBetween(BOXES[1]!, 60, 78)]);
    for (const orientation of ['MF', 'FU', 'UN'] as const) {
      const { mask } = await answerOf(folder, orientation, MODEL_OWN_MASK, 'source', pixels);
      expect(mask, orientation).toEqual(turnedTo(orientation, meant, SIZE).pixels);
    }
  });
});

/** A box from pixel row `first` to `end`, excluded, columns in shares. */
const boxBetween = (box: FixedBox, first: number, end: number): FixedBox => ({
  ...box,
  box: [box.box[0], (first + 0.1) / ROWS, box.box[2], (end + 0.1) / ROWS],
});

describe('the order traps', () => {
  it('the picture is normalised before it is padded: what lies below it is 0', async () => {
    const expects = [
      { at: [0, 0, 0], value: (GRAY - 123.675) / 58.395 },
      { at: [2, 47, 63], value: (GRAY - 103.53) / 57.375 },
      { at: [0, 48, 0], value: 0 },
      { at: [1, 63, 63], value: 0 },
    ] as const;
    expect((await answerOf(twoStage({ convention: { expects } }))).mask).toEqual(maskOf(BOXES));
  });

  it('a decoder of one mask and one of four give the same: the first counts, whatever the scores say', async () => {
    expect((await answerOf(twoStage({ convention: { count: 1 } }))).mask).toEqual(maskOf(BOXES));
    expect((await answerOf(twoStage({ convention: { count: 4 } }))).mask).toEqual(maskOf(BOXES));
  });

  it('Hugging Face’s detector: sigmoid, best pairs of query and label, centres in shares of the picture', async () => {
    const boxes = [BOXES[0]!, { ...BOXES[1]!, label: 1 }];
    const folder = twoStage({ detector: HUGGING_FACE, graphs: { detector: huggingFaceDetector(boxes, 2) } });
    const verdict = await answerOf(folder);
    expect(verdict.mask).toEqual(maskOf([BOXES[0]!]));
    expect(verdict.score).toBeCloseTo(0.9, 5);
  });

  it('a decoder that gives sizes in the wrong order is told from one that is right', async () => {
    const folder = twoStage({
      decoder: { ...SAM_DECODER, sizeInput: { ...SAM_DECODER.sizeInput, order: 'wh' } },
    });
    await expect(answerOf(folder)).rejects.toThrow(
      /decoder masks are 240 x 320 pixels: expected the picture's 320 x 240/,
    );
  });

  it('EdgeSAM: scores before masks, masks of 256 x 256 over the padded frame', async () => {
    const folder = twoStage({
      convention: { maskInput: false, sizeType: null, lowSide: 256, scores: 'scores' },
      decoder: {
        ...SAM_DECODER,
        variant: 'edge-sam',
        maskInput: null,
        sizeInput: null,
        masks: { name: 'masks', grid: 'encoder', choose: 'first' },
        scores: { name: 'scores' },
      },
    });
    // A cell is 1.25 source pixels here: edges are right to a pixel.
    expect(overlap((await answerOf(folder)).mask!, maskOf(BOXES))).toBeGreaterThan(0.9);
  });

  it('SAM 2: stretched to a square, ImageNet’s mean and deviation of 0..1, three features', async () => {
    const features = ['image_embed', 'high_res_feats_0', 'high_res_feats_1'];
    const folder = twoStage({
      encoder: {
        variant: 'sam2',
        input: {
          name: 'image',
          channels: 3,
          size: [1024, 1024],
          fit: 'stretch',
          mean: [0.485, 0.456, 0.406],
          std: [0.229, 0.224, 0.225],
        },
      },
      decoder: {
        ...SAM_DECODER,
        variant: 'sam2',
        features: features.map((name) => ({ from: name, to: name })),
        sizeInput: null,
        masks: { name: 'masks', grid: 'encoder', choose: 'first' },
      },
      convention: {
        features,
        sizeType: null,
        lowSide: 256,
        count: 3,
        expects: [{ at: [1, 63, 63], value: (GRAY / 255 - 0.456) / 0.224 }],
      },
      graphs: { encoder: meanEncoder('image', features, [1, 3, 1024, 1024]) },
    });
    expect(overlap((await answerOf(folder)).mask!, maskOf(BOXES))).toBeGreaterThan(0.9);
  });

  it('EfficientSAM: the picture as it is, points in source pixels, sizes as 64-bit [height, width]', async () => {
    const folder = twoStage({
      encoder: { variant: 'efficient-sam', input: { name: 'batched_images', channels: 3, size: null, fit: 'source' } },
      decoder: {
        ...SAM_DECODER,
        variant: 'efficient-sam',
        points: { coords: 'batched_point_coords', labels: 'batched_point_labels', rank: 4, frame: 'source' },
        maskInput: null,
        sizeInput: { name: 'orig_im_size', type: 'int64', order: 'hw' },
        masks: { name: 'output_masks', rank: 5, grid: 'source', choose: 'first' },
      },
      convention: {
        coords: 'batched_point_coords',
        labels: 'batched_point_labels',
        rank: 4,
        maskInput: false,
        sizeType: 'int64',
        frameSide: null,
        masks: 'output_masks',
        count: 3,
        expects: [{ at: [0, 0, 0], value: GRAY / 255 }],
      },
      graphs: { encoder: meanEncoder('batched_images', ['image_embeddings'], ['B', 3, 'H', 'W']) },
    });
    expect((await answerOf(folder)).mask).toEqual(maskOf(BOXES));
  });
});

describe('a detector alone', () => {
  it('gives boxes and no mask', async () => {
    const folder = writeModel(
      modelsDir,
      { id: 'boxes-only', kind: 'dfine', detector: OFFICIAL },
      { detector: officialDetector(BOXES) },
    );
    const verdict = await answerOf(folder);
    expect(verdict).toMatchObject({ state: 'bone', mask: null });
    expect(verdict.boxes).toHaveLength(2);
    expect(stagesOf(readManifest(folder)).givesMasks).toBe(false);
  });
});
