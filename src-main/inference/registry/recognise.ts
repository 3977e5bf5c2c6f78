import type { z } from 'zod';
import { unusable } from '../manifest.ts';
import type { pictureInputSchema } from '../manifest-parts.ts';
import type { decoderSchema, detectorSchema, encoderSchema } from '../manifest-two-stage.ts';
import type { Dim, GraphSignature, TensorSignature } from './onnx-file.ts';

/** A file whose part in a model is known, with the conventions of its kind of export. */
export type Part =
  | { readonly role: 'detector'; readonly detector: z.input<typeof detectorSchema> }
  | { readonly role: 'encoder'; readonly family: EncoderFamily; readonly input: z.input<typeof pictureInputSchema> }
  | { readonly role: 'decoder'; readonly family: EncoderFamily; readonly decoder: z.input<typeof decoderSchema> }
  | {
      readonly role: 'segmenter';
      readonly input: z.input<typeof pictureInputSchema>;
      readonly output: SegmenterOutput;
    };

/** Encoders that go with the same decoders: the plain SAM one is MobileSAM's and EdgeSAM's too. */
export type EncoderFamily = 'sam' | 'efficient-sam' | 'sam2';
export type EncoderVariant = z.input<typeof encoderSchema>['variant'];

export interface SegmenterOutput {
  readonly name: string;
  /** Null: the file does not say. */
  readonly channels: number | null;
  /** The graph's last step already makes probabilities of its values. */
  readonly hasProbabilities: boolean;
}

/** What the file says of a tensor, against what a kind of export must say. */
interface Expected {
  readonly type: string;
  readonly rank: readonly number[];
}

interface Kind {
  readonly what: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Tensors whose type or number of dimensions must be checked, by name. */
  readonly expected: Readonly<Record<string, Expected>>;
  readonly part: (signature: GraphSignature) => Part;
}

/** Values on 0..255, as SAM and its offspring normalise them. */
const SAM_MEAN = [123.675, 116.28, 103.53];
const SAM_STD = [58.395, 57.12, 57.375];
/** The same on 0..1, as SAM 2 does: (x - mean) / std, not x - mean / std. */
const IMAGENET_MEAN = [0.485, 0.456, 0.406];
const IMAGENET_STD = [0.229, 0.224, 0.225];
/** SAM's input frame where the file does not say. */
const SAM_SIDE = 1024;
const DFINE_SIDE = 640;

const f32 = (...rank: number[]): Expected => ({ type: 'float32', rank });
const i64 = (...rank: number[]): Expected => ({ type: 'int64', rank });
const SAM_POINTS = { point_coords: f32(3), point_labels: f32(2) };

const KINDS: readonly Kind[] = [
  {
    what: 'D-FINE, official export',
    inputs: ['images', 'orig_target_sizes'],
    outputs: ['labels', 'boxes', 'scores'],
    expected: { images: f32(4), orig_target_sizes: i64(2), labels: i64(), boxes: f32(), scores: f32() },
    part: (signature) => ({
      role: 'detector',
      detector: {
        variant: 'dfine-official',
        input: stretched(tensor(signature.inputs, 'images'), DFINE_SIDE),
        sizeInput: { name: 'orig_target_sizes', type: 'int64', order: 'wh' },
        outputs: { form: 'decoded', labels: 'labels', boxes: 'boxes', scores: 'scores' },
        boxes: 'xyxy-source',
      },
    }),
  },
  {
    what: 'D-FINE, Hugging Face export',
    inputs: ['pixel_values'],
    outputs: ['logits', 'pred_boxes'],
    expected: { pixel_values: f32(4), logits: f32(), pred_boxes: f32() },
    part: (signature) => ({
      role: 'detector',
      detector: {
        variant: 'dfine-hugging-face',
        input: stretched(tensor(signature.inputs, 'pixel_values'), DFINE_SIDE),
        sizeInput: null,
        outputs: { form: 'raw', logits: 'logits', boxes: 'pred_boxes' },
        boxes: 'cxcywh-unit',
      },
    }),
  },
  {
    what: 'SAM or MobileSAM decoder',
    inputs: ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input', 'orig_im_size'],
    outputs: ['masks', 'iou_predictions'],
    expected: {
      image_embeddings: f32(4),
      ...SAM_POINTS,
      mask_input: f32(4),
      has_mask_input: f32(1),
      orig_im_size: f32(1),
      masks: f32(),
    },
    part: () => ({
      role: 'decoder',
      family: 'sam',
      decoder: {
        variant: 'sam',
        features: [{ from: 'image_embeddings', to: 'image_embeddings' }],
        points: { coords: 'point_coords', labels: 'point_labels', frame: 'encoder' },
        maskInput: { name: 'mask_input', flag: 'has_mask_input', size: 256 },
        sizeInput: { name: 'orig_im_size', type: 'float32', order: 'hw' },
        // With one mask it is the first; with four, SAM's authors use the first for a box.
        masks: { name: 'masks', grid: 'source', choose: 'first' },
        scores: { name: 'iou_predictions' },
      },
    }),
  },
  {
    what: 'EdgeSAM decoder',
    inputs: ['image_embeddings', 'point_coords', 'point_labels'],
    outputs: ['scores', 'masks'],
    expected: { image_embeddings: f32(4), ...SAM_POINTS, masks: f32(), scores: f32() },
    part: () => ({
      role: 'decoder',
      family: 'sam',
      decoder: {
        variant: 'edge-sam',
        features: [{ from: 'image_embeddings', to: 'image_embeddings' }],
        points: { coords: 'point_coords', labels: 'point_labels', frame: 'encoder' },
        maskInput: null,
        sizeInput: null,
        masks: { name: 'masks', grid: 'encoder', choose: 'first' },
        scores: { name: 'scores' },
      },
    }),
  },
  {
    what: 'EfficientSAM decoder',
    inputs: ['image_embeddings', 'batched_point_coords', 'batched_point_labels', 'orig_im_size'],
    outputs: ['output_masks', 'iou_predictions'],
    expected: {
      image_embeddings: f32(4),
      batched_point_coords: f32(4),
      batched_point_labels: f32(3),
      orig_im_size: i64(1),
      output_masks: f32(),
    },
    part: () => ({
      role: 'decoder',
      family: 'efficient-sam',
      decoder: {
        variant: 'efficient-sam',
        features: [{ from: 'image_embeddings', to: 'image_embeddings' }],
        points: { coords: 'batched_point_coords', labels: 'batched_point_labels', rank: 4, frame: 'source' },
        maskInput: null,
        sizeInput: { name: 'orig_im_size', type: 'int64', order: 'hw' },
        masks: { name: 'output_masks', rank: 5, grid: 'source', choose: 'best-score' },
        scores: { name: 'iou_predictions' },
      },
    }),
  },
  {
    what: 'SAM 2 decoder',
    inputs: [
      'image_embed',
      'high_res_feats_0',
      'high_res_feats_1',
      'point_coords',
      'point_labels',
      'mask_input',
      'has_mask_input',
    ],
    outputs: ['masks', 'iou_predictions'],
    expected: { image_embed: f32(4), high_res_feats_0: f32(4), high_res_feats_1: f32(4), ...SAM_POINTS, masks: f32() },
    part: () => ({
      role: 'decoder',
      family: 'sam2',
      decoder: {
        variant: 'sam2',
        features: ['image_embed', 'high_res_feats_0', 'high_res_feats_1'].map((name) => ({ from: name, to: name })),
        points: { coords: 'point_coords', labels: 'point_labels', frame: 'encoder' },
        maskInput: { name: 'mask_input', flag: 'has_mask_input', size: 256 },
        sizeInput: null,
        masks: { name: 'masks', grid: 'encoder', choose: 'best-score' },
        scores: { name: 'iou_predictions' },
      },
    }),
  },
  {
    what: 'SAM 2 encoder',
    inputs: ['image'],
    outputs: ['high_res_feats_0', 'high_res_feats_1', 'image_embed'],
    expected: { image: f32(4), image_embed: f32() },
    part: (signature) => ({
      role: 'encoder',
      family: 'sam2',
      input: { ...stretched(tensor(signature.inputs, 'image'), SAM_SIDE), mean: IMAGENET_MEAN, std: IMAGENET_STD },
    }),
  },
  {
    what: 'EfficientSAM encoder',
    inputs: ['batched_images'],
    outputs: ['image_embeddings'],
    expected: { batched_images: f32(4), image_embeddings: f32() },
    part: () => ({
      role: 'encoder',
      family: 'efficient-sam',
      input: { name: 'batched_images', channels: 3, size: null, fit: 'source' },
    }),
  },
];

/** One line a kind, for messages that say what would have been recognised. */
const EXPECTED = [
  ...KINDS.map(({ what, inputs, outputs }) => `${what} (${inputs.join(', ')} -> ${outputs.join(', ')})`),
  'SAM or MobileSAM encoder (one picture -> image_embeddings)',
  'segmenter (one picture of 1 or 3 channels -> one mask)',
].join('; ');

/**
 * The part that a file plays in a model, by the names and types of what its graph takes and gives.
 *
 * @throws {ModelRefused} saying what was found and what was expected.
 */
export function recognise(name: string, signature: GraphSignature): Part {
  if (signature.hasExternalData) {
    throw unusable(`${name} keeps its weights in other files: expected one .onnx file that holds them`);
  }
  const kind = KINDS.find(
    ({ inputs, outputs }) => sameNames(signature.inputs, inputs) && hasNames(signature.outputs, outputs),
  );
  if (kind !== undefined) {
    for (const [tensorName, expected] of Object.entries(kind.expected))
      check(name, kind.what, signature, tensorName, expected);
    return kind.part(signature);
  }
  if (signature.inputs.length === 1) {
    if (hasNames(signature.outputs, ['image_embeddings'])) return samEncoder(name, signature.inputs[0]!);
    if (signature.outputs.length === 1) return segmenter(name, signature);
  }
  throw unusable(`${name} is of no kind that is known: it has ${describe(signature)}; expected one of: ${EXPECTED}`);
}

function check(file: string, what: string, signature: GraphSignature, name: string, { type, rank }: Expected): void {
  const found = [...signature.inputs, ...signature.outputs].find((one) => one.name === name)!;
  const ranks = found.dims === null || rank.length === 0 || rank.includes(found.dims.length);
  if (found.type !== type || !ranks) {
    const wanted = rank.length === 0 ? type : `${type} with ${rank.join(' or ')} dimensions`;
    throw unusable(`${file}, by its names a ${what}, has ${describeTensor(found)}: expected ${wanted}`);
  }
}

/**
 * By rank and type: [N, 3, rows, columns] float32 is normalised by the caller and padded; [rows, columns, 3] is samexporter's
 * export with the preparation inside, which takes 0..255, scaled already, and pads by itself.
 */
function samEncoder(file: string, input: TensorSignature): Part {
  const { name, type, dims } = input;
  if (type === 'float32' && dims?.length === 4 && dims[1] === 3) {
    const padded = { name, channels: 3, size: sizeOf(dims, SAM_SIDE), fit: 'pad' } as const;
    return { role: 'encoder', family: 'sam', input: { ...padded, white: 255, mean: SAM_MEAN, std: SAM_STD } };
  }
  if ((type === 'float32' || type === 'uint8') && dims?.length === 3 && dims[2] === 3) {
    const size: [number, number] = [SAM_SIDE, SAM_SIDE];
    return {
      role: 'encoder',
      family: 'sam',
      input: { name, type, layout: 'hwc', channels: 3, size, fit: 'fit', white: 255 },
    };
  }
  throw unusable(
    `${file}, by its output a SAM encoder, has ${describeTensor(input)}: ` +
      'expected float32 [1, 3, rows, columns], or float32 or uint8 [rows, columns, 3]',
  );
}

function segmenter(file: string, signature: GraphSignature): Part {
  const [input, output] = [signature.inputs[0]!, signature.outputs[0]!];
  const channels = input.dims?.[1];
  const takesPicture =
    (input.type === 'float32' || input.type === 'uint8') &&
    input.dims?.length === 4 &&
    (channels === 1 || channels === 3);
  const givesMask = output.type === 'float32' && (output.dims === null || output.dims.length === 4);
  if (!takesPicture || !givesMask) {
    throw unusable(
      `${file}, with one input and one output, has ${describe(signature)}: ` +
        'expected float32 or uint8 [N, 1 or 3, rows, columns] -> float32 [N, classes, rows, columns]',
    );
  }
  const [rows, columns] = [input.dims[2], input.dims[3]];
  const fixed = typeof rows === 'number' && typeof columns === 'number';
  const common = {
    name: input.name,
    type: input.type as 'float32' | 'uint8',
    channels,
    ...plainValues(input.type),
  } as const;
  return {
    role: 'segmenter',
    input: fixed
      ? { ...common, size: [columns, rows], fit: 'stretch' }
      : { ...common, size: null, multipleOf: FREE_MULTIPLE, fit: 'source' },
    output: {
      name: output.name,
      channels: typeof output.dims?.[1] === 'number' ? output.dims[1] : null,
      hasProbabilities: /^(Sigmoid|HardSigmoid|Softmax)$/.test(signature.madeBy[output.name] ?? ''),
    },
  };
}

/** Enough for five halvings, which is what nets of free size need. */
const FREE_MULTIPLE = 32;

const plainValues = (type: string): { white?: number } => (type === 'uint8' ? { white: 255 } : {});

function stretched({ name, dims }: TensorSignature, side: number): z.input<typeof pictureInputSchema> {
  return { name, channels: 3, size: sizeOf(dims, side), fit: 'stretch' };
}

function sizeOf(dims: readonly Dim[] | null, side: number): [columns: number, rows: number] {
  const [rows, columns] = [dims?.[2], dims?.[3]];
  return typeof rows === 'number' && typeof columns === 'number' ? [columns, rows] : [side, side];
}

function tensor(list: readonly TensorSignature[], name: string): TensorSignature {
  return list.find((one) => one.name === name)!;
}

const hasNames = (found: readonly TensorSignature[], wanted: readonly string[]): boolean =>
  wanted.every((name) => found.some((one) => one.name === name));

const sameNames = (found: readonly TensorSignature[], wanted: readonly string[]): boolean =>
  found.length === wanted.length && hasNames(found, wanted);

/** `images float32 [N, 3, 640, 640] -> …`, at most a few of each. */
export function describe({ inputs, outputs }: GraphSignature): string {
  return `${list(inputs)} -> ${list(outputs)}`;
}

const SHOWN = 8;

function list(tensors: readonly TensorSignature[]): string {
  const shown = tensors.slice(0, SHOWN).map(describeTensor).join(', ');
  return tensors.length > SHOWN ? `${shown} and ${tensors.length - SHOWN} more` : shown;
}

function describeTensor({ name, type, dims }: TensorSignature): string {
  const shape = dims === null ? 'of unknown shape' : `[${dims.map((dim) => dim ?? '?').join(', ')}]`;
  return `${name.slice(0, 60)} ${type} ${shape}`;
}
