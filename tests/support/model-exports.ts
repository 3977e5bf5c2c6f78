/**
 * Small graphs with exactly the inputs and outputs of the exports users bring (names, types, shapes). They run; what they
 * answer means nothing.
 */
import { type Dim, type GraphSpec, type NodeSpec, onnxModel, type TensorInfo, type Weights } from './onnx-model.ts';

const floats = (name: string, dims: readonly number[], values: readonly number[]): Weights => ({
  name,
  dims,
  values: Float32Array.from(values),
});
const integers = (name: string, dims: readonly number[], values: readonly number[]): Weights => ({
  name,
  dims,
  values: BigInt64Array.from(values, BigInt),
});
const of = (name: string, dims: readonly Dim[], type: TensorInfo['type'] = 'float32'): TensorInfo => ({
  name,
  type,
  dims,
});

/** The official export: two boxes, of which one scores above any threshold. */
export function dfineOfficial(change: { readonly sizes?: TensorInfo['type']; readonly side?: number } = {}): Buffer {
  const side = change.side ?? 640;
  return onnxModel({
    inputs: [of('images', ['N', 3, side, side]), of('orig_target_sizes', ['N', 2], change.sizes ?? 'int64')],
    outputs: [of('labels', ['N', 'Q'], 'int64'), of('boxes', ['N', 'Q', 4]), of('scores', ['N', 'Q'])],
    nodes: [
      { op: 'Identity', inputs: ['two labels'], outputs: ['labels'] },
      { op: 'Cast', inputs: ['orig_target_sizes'], outputs: ['size'], attributes: { to: 1 } },
      { op: 'Concat', inputs: ['size', 'size'], outputs: ['sizes'], attributes: { axis: 1 } },
      { op: 'Mul', inputs: ['two boxes', 'sizes'], outputs: ['boxes'] },
      ...nothingOf('images', 'two scores', 'scores'),
    ],
    weights: [
      integers('two labels', [1, 2], [0, 0]),
      floats('two boxes', [1, 2, 4], [0.2, 0.3, 0.8, 0.6, 0.1, 0.1, 0.2, 0.2]),
      floats('two scores', [1, 2], [0.9, 0.05]),
      ZERO,
    ],
  });
}

/** The Hugging Face export: raw logits and boxes of two queries. */
export function dfineHuggingFace(): Buffer {
  return onnxModel({
    inputs: [of('pixel_values', ['batch', 3, 'height', 'width'])],
    outputs: [of('logits', ['batch', 300, 1]), of('pred_boxes', ['batch', 300, 4])],
    nodes: [
      ...nothingOf('pixel_values', 'two logits', 'logits'),
      { op: 'Identity', inputs: ['two boxes'], outputs: ['pred_boxes'] },
    ],
    weights: [
      floats('two logits', [1, 2, 1], [2, -4]),
      floats('two boxes', [1, 2, 4], [0.5, 0.45, 0.6, 0.3, 0.15, 0.15, 0.1, 0.1]),
      ZERO,
    ],
  });
}

/** SAM's encoder, as the caller must prepare its picture. */
export function samEncoder(input: TensorInfo = of('image', [1, 3, 1024, 1024])): Buffer {
  return onnxModel({
    inputs: [input],
    outputs: [of('image_embeddings', [1, 256, 64, 64])],
    nodes: [
      {
        op: 'AveragePool',
        inputs: [input.name],
        outputs: ['pooled'],
        attributes: { kernel_shape: [16, 16], strides: [16, 16] },
      },
      { op: 'Conv', inputs: ['pooled', 'weights'], outputs: ['image_embeddings'] },
    ],
    weights: [
      floats(
        'weights',
        [256, 3, 1, 1],
        Array.from({ length: 768 }, (_, i) => Math.sin(i)),
      ),
    ],
  });
}

/** samexporter's encoder with the preparation inside: [rows, columns, 3], 0..255. */
export function samEncoderWithPreparation(type: 'float32' | 'uint8' = 'float32'): Buffer {
  return onnxModel({
    inputs: [of('input_image', ['height', 'width', 3], type)],
    outputs: [of('image_embeddings', [1, 256, 64, 64])],
    nodes: [
      { op: 'Cast', inputs: ['input_image'], outputs: ['values'], attributes: { to: 1 } },
      { op: 'ReduceMean', inputs: ['values'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'Mul', inputs: ['mean', 'zero'], outputs: ['nothing'] },
      { op: 'Add', inputs: ['empty', 'nothing'], outputs: ['image_embeddings'] },
    ],
    weights: [floats('empty', [1, 256, 64, 64], new Array(256 * 64 * 64).fill(0)), ZERO],
  });
}

/** SAM's and MobileSAM's decoder with `masks` masks a prompt, and the extra outputs of --return-extra-metrics. */
export function samDecoder({ masks = 1, extra = false } = {}): Buffer {
  return onnxModel({
    inputs: [
      of('image_embeddings', [1, 256, 64, 64]),
      of('point_coords', [1, 'num_points', 2]),
      of('point_labels', [1, 'num_points']),
      of('mask_input', [1, 1, 256, 256]),
      of('has_mask_input', [1]),
      of('orig_im_size', [2]),
    ],
    outputs: [
      of('masks', ['a', 'b', 'c', 'd']),
      of('iou_predictions', [1, masks]),
      ...(extra ? [of('stability_scores', [1, masks]), of('areas', [1, masks])] : []),
      of('low_res_masks', [1, masks, 256, 256]),
    ],
    nodes: [
      { op: 'Cast', inputs: ['orig_im_size'], outputs: ['size'], attributes: { to: 7 } },
      { op: 'Concat', inputs: ['counts', 'size'], outputs: ['shape'], attributes: { axis: 0 } },
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['masks'] },
      { op: 'Identity', inputs: ['scores'], outputs: ['iou_predictions'] },
      ...(extra
        ? [
            { op: 'Identity', inputs: ['scores'], outputs: ['stability_scores'] },
            { op: 'Identity', inputs: ['scores'], outputs: ['areas'] },
          ]
        : []),
      { op: 'Identity', inputs: ['mask_input'], outputs: ['low_res_masks'] },
    ],
    weights: [integers('counts', [2], [1, masks]), floats('scores', [1, masks], new Array(masks).fill(0.5))],
  });
}

export function edgeSamDecoder(): Buffer {
  return decoderOf(
    [of('image_embeddings', [1, 256, 64, 64]), of('point_coords', [1, 'n', 2]), of('point_labels', [1, 'n'])],
    [of('scores', [1, 4]), of('masks', [1, 4, 256, 256])],
    { scores: [1, 4], masks: [1, 4, 256, 256] },
  );
}

export function efficientSamEncoder(): Buffer {
  return onnxModel({
    inputs: [of('batched_images', ['batch', 3, 'height', 'width'])],
    outputs: [of('image_embeddings', ['batch', 256, 64, 64])],
    nodes: nothingOf('batched_images', 'empty', 'image_embeddings'),
    weights: [floats('empty', [1, 256, 64, 64], new Array(256 * 64 * 64).fill(0)), ZERO],
  });
}

export function efficientSamDecoder(): Buffer {
  const inputs = [
    of('image_embeddings', ['batch', 256, 64, 64]),
    of('batched_point_coords', ['batch', 'queries', 'points', 2]),
    of('batched_point_labels', ['batch', 'queries', 'points']),
    of('orig_im_size', [2], 'int64'),
  ];
  return onnxModel({
    inputs,
    outputs: [
      of('output_masks', [1, 1, 3, 'h', 'w']),
      of('iou_predictions', [1, 1, 3]),
      of('2180', [1, 1, 3, 256, 256]),
    ],
    nodes: [
      { op: 'Concat', inputs: ['counts', 'orig_im_size'], outputs: ['shape'], attributes: { axis: 0 } },
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['output_masks'] },
      { op: 'Identity', inputs: ['scores'], outputs: ['iou_predictions'] },
      { op: 'ConstantOfShape', inputs: ['low'], outputs: ['2180'] },
    ],
    weights: [
      integers('counts', [3], [1, 1, 3]),
      integers('low', [5], [1, 1, 3, 256, 256]),
      floats('scores', [1, 1, 3], [0.1, 0.9, 0.5]),
    ],
  });
}

const SAM2_FEATURES = [
  of('high_res_feats_0', [1, 32, 256, 256]),
  of('high_res_feats_1', [1, 64, 128, 128]),
  of('image_embed', [1, 256, 64, 64]),
];

export function sam2Encoder(): Buffer {
  const shapes = Object.fromEntries(SAM2_FEATURES.map(({ name, dims }) => [name, dims as readonly number[]]));
  return decoderOf([of('image', [1, 3, 1024, 1024])], SAM2_FEATURES, shapes);
}

export function sam2Decoder(): Buffer {
  const inputs = [
    ...SAM2_FEATURES,
    of('point_coords', ['labels', 'points', 2]),
    of('point_labels', ['labels', 'points']),
    of('mask_input', ['labels', 1, 256, 256]),
    of('has_mask_input', ['labels']),
  ];
  return decoderOf(inputs, [of('masks', ['labels', 3, 256, 256]), of('iou_predictions', ['labels', 3])], {
    masks: [1, 3, 256, 256],
    iou_predictions: [1, 3],
  });
}

/** A net of one convolution, by default of free size with logits. */
export function segmenter({
  channels = 1,
  classes = 1,
  size = null as readonly [number, number] | null,
  end = null as 'Sigmoid' | 'Softmax' | null,
} = {}): Buffer {
  const grid: readonly Dim[] = size === null ? ['rows', 'columns'] : [size[1], size[0]];
  const kernel = Array.from({ length: classes * channels * 9 }, (_, i) => Math.sin(i));
  return onnxModel({
    inputs: [of('image', [1, channels, ...grid])],
    outputs: [of('bone', [1, classes, ...grid])],
    nodes: [
      {
        op: 'Conv',
        inputs: ['image', 'kernel'],
        outputs: [end === null ? 'bone' : 'c'],
        attributes: { pads: [1, 1, 1, 1] },
      },
      ...(end === null
        ? []
        : [{ op: end, inputs: ['c'], outputs: ['bone'], ...(end === 'Softmax' && { attributes: { axis: 1 } }) }]),
    ],
    weights: [floats('kernel', [classes, channels, 3, 3], kernel)],
  });
}

const ZERO = floats('zero', [1], [0]);

/** `result = constant`, reached through the picture, so that the graph cannot do without it. */
function nothingOf(picture: string, constant: string, result: string): NodeSpec[] {
  return [
    { op: 'ReduceMean', inputs: [picture], outputs: ['mean'], attributes: { keepdims: 0 } },
    { op: 'Mul', inputs: ['mean', 'zero'], outputs: ['nothing'] },
    { op: 'Add', inputs: [constant, 'nothing'], outputs: [result] },
  ];
}

/** Zeros of the given shapes, whatever comes in. */
function decoderOf(
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  shapes: Readonly<Record<string, readonly number[]>>,
): Buffer {
  const graph: GraphSpec = {
    inputs,
    outputs,
    nodes: outputs.map(({ name }) => ({ op: 'ConstantOfShape', inputs: [`shape of ${name}`], outputs: [name] })),
    weights: Object.entries(shapes).map(([name, dims]) => integers(`shape of ${name}`, [dims.length], dims)),
  };
  return onnxModel(graph);
}
