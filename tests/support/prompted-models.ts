/**
 * Two-stage models that are right or plainly wrong: the detector answers fixed shares of the size it is told, the decoder
 * draws exactly the box it is prompted with, and only where features, labels and sizes came as the convention says.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { type GraphSpec, type NodeSpec, onnxModel, type TensorInfo, type Weights } from './onnx-model.ts';

/** Shares of the picture: left, top, right, bottom; score; label. */
export interface FixedBox {
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly label: number;
}

const floats = (name: string, dims: readonly number[], values: readonly number[]): Weights => ({
  name,
  dims,
  values: Float32Array.from(values),
});
const longs = (name: string, values: readonly number[]): Weights => ({
  name,
  dims: [values.length],
  values: BigInt64Array.from(values, BigInt),
});
const node = (op: string, inputs: string, output: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op,
  inputs: inputs.split(' '),
  outputs: [output],
  attributes,
});

/** D-FINE's official export: boxes in the pixels of `orig_target_sizes`, which is [width, height]. */
export function officialDetector(boxes: readonly FixedBox[]): GraphSpec {
  const count = boxes.length;
  return {
    inputs: [
      { name: 'images', dims: ['N', 3, 640, 640] },
      { name: 'orig_target_sizes', type: 'int64', dims: ['N', 2] },
    ],
    outputs: [
      { name: 'labels', type: 'int64', dims: ['N', count] },
      { name: 'boxes', dims: ['N', count, 4] },
      { name: 'scores', dims: ['N', count] },
    ],
    weights: [
      floats(
        'shares',
        [1, count, 4],
        boxes.flatMap(({ box }) => [...box]),
      ),
      floats(
        'fixed_scores',
        [1, count],
        boxes.map(({ score }) => score),
      ),
      { name: 'fixed_labels', dims: [1, count], values: BigInt64Array.from(boxes, ({ label }) => BigInt(label)) },
      longs('second', [1]),
    ],
    nodes: [
      node('Cast', 'orig_target_sizes', 'size', { to: 1 }),
      node('Concat', 'size size', 'corners', { axis: 1 }),
      node('Unsqueeze', 'corners second', 'scale'),
      node('Mul', 'shares scale', 'boxes'),
      node('Identity', 'fixed_scores', 'scores'),
      node('Identity', 'fixed_labels', 'labels'),
    ],
  };
}

/** D-FINE of Hugging Face: a logit per query and label, centre and size as shares of the picture. */
export function huggingFaceDetector(boxes: readonly FixedBox[], labels: number): GraphSpec {
  const logits = boxes.flatMap(({ score, label }) =>
    Array.from({ length: labels }, (_, i) => (i === label ? Math.log(score / (1 - score)) : -9)),
  );
  const centres = boxes.flatMap(({ box: [x0, y0, x1, y1] }) => [(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0]);
  return {
    inputs: [{ name: 'pixel_values', dims: ['N', 3, 640, 640] }],
    outputs: [
      { name: 'logits', dims: ['N', boxes.length, labels] },
      { name: 'pred_boxes', dims: ['N', boxes.length, 4] },
    ],
    weights: [
      floats('fixed_logits', [1, boxes.length, labels], logits),
      floats('fixed_boxes', [1, boxes.length, 4], centres),
    ],
    nodes: [node('Identity', 'fixed_logits', 'logits'), node('Identity', 'fixed_boxes', 'pred_boxes')],
  };
}

/** An encoder whose features are the input itself: means of 16 x 16 pixels, then empty channels. */
export function meanEncoder(input: string, outputs: readonly string[], dims: TensorInfo['dims']): GraphSpec {
  return {
    inputs: [{ name: input, dims }],
    outputs: outputs.map((name) => ({ name, dims: [1, 256, 'h', 'w'] })),
    weights: [longs('pads', [0, 0, 0, 0, 0, 253, 0, 0])],
    nodes: [
      node('AveragePool', input, 'means', { kernel_shape: [16, 16], strides: [16, 16] }),
      ...outputs.map((name) => node('Pad', 'means pads', name)),
    ],
  };
}

export interface DecoderConvention {
  /** Input that takes the features; more of them are taken and not looked at. */
  readonly features: readonly string[];
  readonly coords: string;
  readonly labels: string;
  readonly rank: 3 | 4;
  readonly maskInput: boolean;
  /** Type of `orig_im_size`, [height, width]; null: the model is not told. */
  readonly sizeType: 'float32' | 'int64' | null;
  /** Side of the masks where they are not on the source's grid, and of the frame the coordinates count in. */
  readonly lowSide: number | null;
  readonly masks: string;
  readonly scores: string;
  /** Masks it gives, of which the first is right and the others its opposite. */
  readonly count: number;
  /** Longer side of the frame the coordinates are in; null: source pixels. */
  readonly frameSide: number | null;
  /** A feature that must have this value for anything to be drawn: [channel, row, column], value. */
  readonly expects?: readonly { readonly at: readonly [number, number, number]; readonly value: number }[];
}

/** A decoder that draws the box it is prompted with. */
export function boxDecoder(convention: DecoderConvention): GraphSpec {
  const { features, coords, labels, rank, maskInput, sizeType, lowSide, count, frameSide, expects = [] } = convention;
  const pointDims = rank === 3 ? [1, 'P'] : [1, 1, 'P'];
  const weights: Weights[] = [
    longs('flat', [-1]),
    longs('i0', [0]),
    longs('i1', [1]),
    longs('i2', [2]),
    longs('i3', [3]),
    floats('two', [1], [2]),
    floats('three', [1], [3]),
    floats('one', [1], [1]),
    floats('half', [1], [0.5]),
    floats('zero', [], [0]),
    floats('step', [], [1]),
    longs('none', []),
    longs('across', [1, 1, 1, -1]),
    longs('down', [1, 1, -1, 1]),
    floats(
      'fixed_scores',
      rank === 3 ? [1, count] : [1, 1, count],
      Array.from({ length: count }, (_, i) => (i === 2 ? 0.9 : 0.5)),
    ),
  ];
  const nodes: NodeSpec[] = [
    node('Reshape', `${coords} flat`, 'corners'),
    node('Reshape', `${labels} flat`, 'kinds'),
    ...['x0', 'y0', 'x1', 'y1'].map((name, i) => node('Gather', `corners i${i}`, name)),
    node('Gather', 'kinds i0', 'first_kind'),
    node('Gather', 'kinds i1', 'second_kind'),
    node('Equal', 'first_kind two', 'is_first'),
    node('Equal', 'second_kind three', 'is_second'),
    node('And', 'is_first is_second', 'is_box'),
  ];
  let allowed = 'is_box';
  expects.forEach(({ at, value }, i) => {
    weights.push(longs(`from${i}`, [0, ...at]), longs(`to${i}`, [1, ...at.map((index) => index + 1)]));
    weights.push(floats(`want${i}`, [1], [value]), floats(`near${i}`, [1], [1e-3]));
    nodes.push(
      node('Slice', `${features[0]} from${i} to${i}`, `cut${i}`),
      node('Reshape', `cut${i} flat`, `value${i}`),
      node('Sub', `value${i} want${i}`, `off${i}`),
      node('Abs', `off${i}`, `distance${i}`),
      node('Less', `distance${i} near${i}`, `holds${i}`),
      node('And', `${allowed} holds${i}`, `allowed${i}`),
    );
    allowed = `allowed${i}`;
  });
  if (lowSide === null) {
    nodes.push(
      node('Cast', 'orig_im_size', 'size', { to: 1 }),
      node('Gather', 'size i0', 'height1'),
      node('Gather', 'size i1', 'width1'),
      node('Max', 'height1 width1', 'longest'),
    );
    if (frameSide === null) nodes.push(node('Div', 'longest longest', 'per_pixel'));
    else {
      weights.push(floats('side', [1], [frameSide]));
      nodes.push(node('Div', 'side longest', 'per_pixel'));
    }
  } else {
    weights.push(floats('height1', [1], [lowSide]), floats('width1', [1], [lowSide]));
    weights.push(floats('per_pixel', [1], [(frameSide ?? lowSide) / lowSide]));
  }
  for (const [axis, extent, shape, from, to] of [
    ['x', 'width1', 'across', 'x0', 'x1'],
    ['y', 'height1', 'down', 'y0', 'y1'],
  ] as const) {
    nodes.push(
      node('Reshape', `${extent} none`, `${axis}_end`),
      node('Range', `zero ${axis}_end step`, `${axis}_index`),
      node('Add', `${axis}_index half`, `${axis}_centre`),
      node('Mul', `${axis}_centre per_pixel`, `${axis}_place`),
      node('Greater', `${axis}_place ${from}`, `${axis}_after`),
      node('Less', `${axis}_place ${to}`, `${axis}_before`),
      node('And', `${axis}_after ${axis}_before`, `${axis}_in`),
      node('Reshape', `${axis}_in ${shape}`, `${axis}_inside`),
    );
  }
  nodes.push(
    node('And', 'x_inside y_inside', 'in_box'),
    node('And', `in_box ${allowed}`, 'drawn'),
    node('Cast', 'drawn', 'share', { to: 1 }),
    node('Mul', 'share two', 'doubled'),
    node('Sub', 'doubled one', 'right'),
    node('Neg', 'right', 'wrong'),
    node(
      'Concat',
      ['right', ...Array.from({ length: count - 1 }, () => 'wrong')].join(' '),
      rank === 3 ? convention.masks : 'all',
      { axis: 1 },
    ),
    node('Identity', 'fixed_scores', convention.scores),
  );
  if (rank === 4) nodes.push(node('Unsqueeze', 'all i0', convention.masks));
  return {
    inputs: [
      ...features.map((name) => ({ name, dims: [1, 256, 'h', 'w'] })),
      { name: coords, dims: [...pointDims, 2] },
      { name: labels, dims: pointDims },
      ...(maskInput
        ? [
            { name: 'mask_input', dims: [1, 1, 256, 256] },
            { name: 'has_mask_input', dims: [1] },
          ]
        : []),
      ...(sizeType === null ? [] : [{ name: 'orig_im_size', type: sizeType, dims: [2] }]),
    ],
    // EdgeSAM has its scores first.
    outputs: [
      { name: convention.scores, dims: rank === 3 ? [1, count] : [1, 1, count] },
      { name: convention.masks, dims: rank === 3 ? [1, count, 'H', 'W'] : [1, 1, count, 'H', 'W'] },
    ],
    weights,
    nodes,
  };
}

/** Writes a model folder: the graphs, and a manifest with their sizes and hashes. */
export function writeModel(
  modelsDir: string,
  manifest: Readonly<Record<string, unknown>> & { readonly id: string },
  graphs: Readonly<Record<string, GraphSpec>>,
): string {
  const folder = path.join(modelsDir, manifest.id);
  mkdirSync(folder, { recursive: true });
  const files = Object.fromEntries(
    Object.entries(graphs).map(([role, graph]) => {
      const bytes = onnxModel(graph);
      writeFileSync(path.join(folder, `${role}.onnx`), bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return [role, { path: `${role}.onnx`, sha256, bytes: bytes.length }];
    }),
  );
  const common = { title: manifest.id, licence: 'made for a test', provenance: 'made for a test', labels: ['bone'] };
  writeFileSync(path.join(folder, 'model.yaml'), stringify({ ...common, ...manifest, files }));
  return folder;
}
