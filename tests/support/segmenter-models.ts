/** Single-stage models that mark what is bright: the value of a pixel is its logit or its probability. */
import type { GraphSpec, NodeSpec, Weights } from './onnx-model.ts';
import { writeModel } from './prompted-models.ts';

export interface BrightModel {
  readonly id: string;
  /** Gray level, 0..1, from which a pixel is bone. */
  readonly level?: number;
  readonly mmPerPixel?: number | null;
  readonly input?: object;
  readonly output?: object;
  readonly mask?: object;
  /** Output pixels per input pixel. */
  readonly coarser?: 1 | 2;
  /** Runs so many products of two matrices of 512 x 512 per frame: how slow it is. */
  readonly work?: number;
  readonly channels?: 1 | 3;
}

/** Writes a segmenter whose output is `20 x (picture - level)`, as logits. */
export function brightSegmenter(modelsDir: string, model: BrightModel): string {
  const { id, level = 0.5, mmPerPixel = null, input, output, mask, coarser = 1, work = 0, channels = 1 } = model;
  const weights: Weights[] = [
    { name: 'level', dims: [1], values: Float32Array.of(level) },
    { name: 'gain', dims: [1], values: Float32Array.of(20) },
  ];
  const nodes: NodeSpec[] = [
    { op: 'ReduceMean', inputs: ['image'], outputs: ['gray'], attributes: { axes: [1], keepdims: 1 } },
    {
      op: 'AveragePool',
      inputs: ['gray'],
      outputs: ['cells'],
      attributes: { kernel_shape: [coarser, coarser], strides: [coarser, coarser] },
    },
    { op: 'Sub', inputs: ['cells', 'level'], outputs: ['above'] },
    { op: 'Mul', inputs: ['above', 'gain'], outputs: [work === 0 ? 'mask' : 'clean'] },
  ];
  if (work > 0) {
    const side = 512;
    weights.push({ name: 'block', dims: [side, side], values: new Float32Array(side * side).fill(1 / side) });
    weights.push({ name: 'nothing', dims: [1], values: Float32Array.of(0) });
    // Begins with a value of the picture, so that nothing is computed ahead.
    nodes.push({ op: 'ReduceMax', inputs: ['gray'], outputs: ['brightest'], attributes: { keepdims: 0 } });
    nodes.push({ op: 'Mul', inputs: ['block', 'brightest'], outputs: ['product0'] });
    for (let i = 0; i < work; i++) {
      nodes.push({ op: 'MatMul', inputs: [`product${i}`, 'block'], outputs: [`product${i + 1}`] });
    }
    nodes.push({ op: 'ReduceMax', inputs: [`product${work}`], outputs: ['largest'], attributes: { keepdims: 0 } });
    nodes.push({ op: 'Mul', inputs: ['largest', 'nothing'], outputs: ['zero'] });
    nodes.push({ op: 'Add', inputs: ['clean', 'zero'], outputs: ['mask'] });
  }
  const graph: GraphSpec = {
    inputs: [{ name: 'image', dims: [1, channels, 'H', 'W'] }],
    outputs: [{ name: 'mask', dims: [1, 1, 'h', 'w'] }],
    weights,
    nodes,
  };
  return writeModel(
    modelsDir,
    {
      id,
      kind: 'segmenter',
      input: { name: 'image', channels, size: null, fit: 'source', ...input },
      mmPerPixel,
      output: { name: 'mask', activation: 'sigmoid', ...output },
      mask: mask ?? {},
    },
    { segmenter: graph },
  );
}
