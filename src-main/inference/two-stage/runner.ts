import type { Box } from '../../../src-shared/index.ts';
import { monotonicMs } from '../../pipeline/index.ts';
import { type DfineManifest, type DfineSamManifest, readModelFile } from '../manifest.ts';
import type { RunOutcome } from '../messages.ts';
import type { ModelRunner, RunTask } from '../model-kind.ts';
import { openSession, type SessionOptions, type SessionTask } from '../onnx-session.ts';
import { InputMaker } from '../picture/model-input.ts';
import { warmupTask } from '../picture/warm-up.ts';
import { valuesDiffer } from '../providers/agreement.ts';
import { openDetector } from './detector-session.ts';
import { type Features, openDecoder } from './prompted-decoder.ts';

/** The frame without a detection: the encoder is not run for nothing. */
const nothing = (detectMs: number): RunOutcome => ({
  values: null,
  dims: [],
  score: null,
  boxes: [],
  detailMs: { detect: detectMs },
});

/** The model run of a detector alone. */
export async function openDfine(
  modelDir: string,
  manifest: DfineManifest,
  options: SessionOptions,
): Promise<ModelRunner> {
  const { files, labels } = manifest;
  const task = warmupTask([new InputMaker(manifest.detector.input)]);
  const detector = await openDetector(modelDir, files.detector, manifest.detector, labels, options, task);
  const run: ModelRunner['run'] = async ({ inputs: [picture], size, scoreThreshold }: RunTask) => {
    const begunMs = monotonicMs();
    const boxes = await detector.detect(picture!, size, scoreThreshold);
    return { ...nothing(monotonicMs() - begunMs), boxes, score: meanScore(boxes) };
  };
  const warmUp = async (): Promise<void> => {
    await run(task);
  };
  return { providers: [detector.report], warmUp, run };
}

/** The model run of a two-stage model: detector, encoder once per frame, decoder once per box, union of the masks. */
export async function openDfineSam(
  modelDir: string,
  manifest: DfineSamManifest,
  options: SessionOptions,
): Promise<ModelRunner> {
  const { files, labels } = manifest;
  const warmup = warmupTask([new InputMaker(manifest.detector.input), new InputMaker(manifest.encoder.input)]);
  const [, picture] = warmup.inputs;
  // With a box whatever the detector says: what a frame with bone costs is what counts.
  const box: Box = { x0: 100, y0: 100, x1: warmup.size[0] - 100, y1: warmup.size[1] - 100, score: 1, label: '' };
  const detector = await openDetector(modelDir, files.detector, manifest.detector, labels, options, warmup);
  const encoder = await openEncoder(modelDir, manifest, options, picture!);
  const sample = { features: await encoder.encode(picture!), picture: picture!, size: warmup.size, box };
  const decoder = await openDecoder(modelDir, files.decoder, manifest.decoder, options, sample);

  const outline = async ({ inputs: [, picture], size }: RunTask, boxes: readonly Box[]) => {
    const begunMs = monotonicMs();
    const features = await encoder.encode(picture!);
    const encodedMs = monotonicMs();
    const mask = new Uint8Array(size[0] * size[1]);
    for (const box of boxes) await decoder.decode(features, picture!, size, box, mask);
    return { mask, encode: encodedMs - begunMs, decode: monotonicMs() - encodedMs };
  };
  const run: ModelRunner['run'] = async (task: RunTask) => {
    const begunMs = monotonicMs();
    const boxes = await detector.detect(task.inputs[0]!, task.size, task.scoreThreshold);
    const detect = monotonicMs() - begunMs;
    if (boxes.length === 0) return nothing(detect);
    const { mask, encode, decode } = await outline(task, boxes);
    const dims = [task.size[1], task.size[0]];
    return { values: mask, dims, score: meanScore(boxes), boxes, detailMs: { detect, encode, decode } };
  };
  const warmUp = async (): Promise<void> => {
    await detector.detect(warmup.inputs[0]!, warmup.size, null);
    await outline(warmup, [box]);
  };
  return { providers: [detector.report, encoder.report, decoder.report], warmUp, run };
}

async function openEncoder(
  modelDir: string,
  { files: { encoder: file }, encoder: { input }, decoder }: DfineSamManifest,
  options: SessionOptions,
  sample: RunTask['inputs'][number],
) {
  const features = decoder.features.map(({ from }) => from);
  const task: SessionTask = {
    role: 'encoder',
    inputs: [input.name],
    outputs: features,
    optimization: 'all',
    feeds: (TensorOf) => ({ [input.name]: new TensorOf(input.type, sample.data, sample.dims) }),
    difference: valuesDiffer(features),
  };
  const { session, report, Tensor } = await openSession(file.path, readModelFile(modelDir, file), task, options);
  return {
    report,
    encode: async ({ data, dims }: RunTask['inputs'][number]): Promise<Features> =>
      (await session.run({ [input.name]: new Tensor(input.type, data, dims) }, features)) as Features,
  };
}

/** Of the boxes that prompt: the model says nothing about the mask as a whole. */
function meanScore(boxes: readonly Box[]): number | null {
  return boxes.length === 0 ? null : boxes.reduce((sum, { score }) => sum + score, 0) / boxes.length;
}
