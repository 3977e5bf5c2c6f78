import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Box, type ProviderReport, SaidError, say } from '../../../src-shared/index.ts';
import { readModelFile } from '../manifest.ts';
import type { ModelFile } from '../manifest-parts.ts';
import type { DecoderManifest } from '../manifest-two-stage.ts';
import type { RunInput } from '../messages.ts';
import { type OrtModule, openSession, type SessionOptions, type SessionTask } from '../onnx-session.ts';
import { valuesDiffer } from '../providers/agreement.ts';
import type { Feeds } from '../providers/choose-provider.ts';
import { addMask, addScaledMask } from './mask-union.ts';

/** SAM's labels of a box's two corners. */
const TOP_LEFT = 2;
const BOTTOM_RIGHT = 3;

/** The light half of a SAM-like model, loaded: one box on a frame's features gives one mask. */
export interface PromptedDecoder {
  readonly report: ProviderReport;
  /** Adds the mask of `box` to `mask` (0/1, the picture's size). `picture`: what the encoder was given. */
  decode(
    features: Features,
    picture: RunInput,
    size: readonly [number, number],
    box: Box,
    mask: Uint8Array,
  ): Promise<void>;
}

/** The encoder's outputs by name. */
export type Features = Readonly<Record<string, Tensor>>;

/** What providers are compared and timed on. */
export interface PromptSample {
  readonly features: Features;
  readonly picture: RunInput;
  readonly size: readonly [columns: number, rows: number];
  readonly box: Box;
}

export async function openDecoder(
  modelDir: string,
  file: ModelFile,
  decoder: DecoderManifest,
  options: SessionOptions,
  sample: PromptSample,
): Promise<PromptedDecoder> {
  const { points, maskInput, sizeInput, scores, masks } = decoder;
  const inputs = [
    ...decoder.features.map(({ to }) => to),
    points.coords,
    points.labels,
    ...(maskInput === null ? [] : [maskInput.name, maskInput.flag]),
    ...(sizeInput === null ? [] : [sizeInput.name]),
  ];
  const outputs = [masks.name, ...(scores === null ? [] : [scores.name])];
  const task: SessionTask = {
    role: 'decoder',
    inputs,
    outputs,
    optimization: 'all',
    feeds: (TensorOf) =>
      new Prompt(decoder, TensorOf).feeds(sample.features, sample.picture, sample.size, sample.box) as Feeds,
    difference: valuesDiffer([masks.name]),
  };
  const { session, report, Tensor } = await openSession(file.path, readModelFile(modelDir, file), task, options);
  const prompt = new Prompt(decoder, Tensor);
  return {
    report,
    decode: async (features, picture, size, box, mask) => {
      const results = await session.run(prompt.feeds(features, picture, size, box), outputs);
      addChosen(results, decoder, picture, size, mask);
    },
  };
}

/** Everything the decoder is fed; what never changes is made once. */
class Prompt {
  readonly #decoder: DecoderManifest;
  readonly #Tensor: OrtModule['Tensor'];
  readonly #fixed: Record<string, Tensor>;

  constructor(decoder: DecoderManifest, TensorOf: OrtModule['Tensor']) {
    this.#decoder = decoder;
    this.#Tensor = TensorOf;
    const { points, maskInput } = decoder;
    const labels = new TensorOf(
      'float32',
      Float32Array.of(TOP_LEFT, BOTTOM_RIGHT),
      points.rank === 3 ? [1, 2] : [1, 1, 2],
    );
    this.#fixed = { [points.labels]: labels };
    if (maskInput !== null) {
      const { size } = maskInput;
      this.#fixed[maskInput.name] = new TensorOf('float32', new Float32Array(size * size), [1, 1, size, size]);
      this.#fixed[maskInput.flag] = new TensorOf('float32', Float32Array.of(0), [1]);
    }
  }

  feeds(
    features: Features,
    { scale }: RunInput,
    [columns, rows]: readonly [number, number],
    box: Box,
  ): InferenceSession.OnnxValueMapType {
    const { points, sizeInput } = this.#decoder;
    const [perX, perY] = points.frame === 'encoder' ? scale : [1, 1];
    const corners = Float32Array.of(box.x0 * perX, box.y0 * perY, box.x1 * perX, box.y1 * perY);
    const feeds: Record<string, Tensor> = {
      ...this.#fixed,
      [points.coords]: new this.#Tensor('float32', corners, points.rank === 3 ? [1, 2, 2] : [1, 1, 2, 2]),
    };
    for (const { from, to } of this.#decoder.features) feeds[to] = features[from]!;
    if (sizeInput !== null) {
      const values = sizeInput.order === 'hw' ? [rows, columns] : [columns, rows];
      const data = sizeInput.type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
      feeds[sizeInput.name] = new this.#Tensor(sizeInput.type, data, [2]);
    }
    return feeds;
  }
}

/** Picks the mask that counts and adds it. @throws {SaidError} for masks of another shape or size. */
function addChosen(
  results: InferenceSession.OnnxValueMapType,
  { masks, scores }: DecoderManifest,
  { canvas, scale }: RunInput,
  size: readonly [columns: number, rows: number],
  mask: Uint8Array,
): void {
  const { data, dims } = results[masks.name] as Tensor;
  if (!(data instanceof Float32Array) || dims.length !== masks.rank) {
    const found = dims.join(' x ');
    throw new SaidError(say('output.dimensions', { name: masks.name, found, expected: masks.rank }));
  }
  const [count, rows, columns] = dims.slice(-3) as [number, number, number];
  const chosen = masks.choose === 'first' || scores === null ? 0 : best(results[scores.name] as Tensor, count);
  const grid = { logits: data.subarray(chosen * rows * columns, (chosen + 1) * rows * columns), columns, rows };
  if (masks.grid === 'encoder') {
    const perPixel = [(scale[0] * columns) / canvas[0], (scale[1] * rows) / canvas[1]] as const;
    addScaledMask(grid, masks.threshold, perPixel, size, mask);
  } else if (columns === size[0] && rows === size[1]) {
    addMask(grid, masks.threshold, mask);
  } else {
    const sides = { found: `${columns} x ${rows}`, expected: `${size[0]} x ${size[1]}` };
    throw new SaidError(say('output.mask-size', sides));
  }
}

function best({ data }: Tensor, count: number): number {
  const scores = data as Float32Array;
  let index = 0;
  for (let i = 1; i < count; i++) if (scores[i]! > scores[index]!) index = i;
  return index;
}
