import type { Box } from '../../../src-shared/index.ts';
import { monotonicMs } from '../../pipeline/index.ts';
import { type DfineManifest, type DfineSamManifest, readModelFile } from '../manifest.ts';
import type { RunOutcome } from '../messages.ts';
import type { ModelRunner, RunTask } from '../model-kind.ts';
import { openSession, type SessionOptions } from '../onnx-session.ts';
import { InputMaker } from '../picture/model-input.ts';
import { warmupTask } from '../picture/warm-up.ts';
import { expectNames } from '../session-names.ts';
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
  const detector = await openDetector(modelDir, files.detector, manifest.detector, labels, options);
  const run: ModelRunner['run'] = async ({ inputs: [picture], size, scoreThreshold }: RunTask) => {
    const begunMs = monotonicMs();
    const boxes = await detector.detect(picture!, size, scoreThreshold);
    return { ...nothing(monotonicMs() - begunMs), boxes, score: meanScore(boxes) };
  };
  const task = warmupTask([new InputMaker(manifest.detector.input)]);
  const warmUp = async (): Promise<void> => {
    await run(task);
  };
  return { provider: detector.provider, warmUp, run };
}

/** The model run of a two-stage model: detector, encoder once per frame, decoder once per box, union of the masks. */
export async function openDfineSam(
  modelDir: string,
  manifest: DfineSamManifest,
  options: SessionOptions,
): Promise<ModelRunner> {
  const { files, labels } = manifest;
  const detector = await openDetector(modelDir, files.detector, manifest.detector, labels, options);
  const encoder = await openEncoder(modelDir, manifest, options);
  const decoder = await openDecoder(modelDir, files.decoder, manifest.decoder, options);

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
  const task = warmupTask([new InputMaker(manifest.detector.input), new InputMaker(manifest.encoder.input)]);
  // With a box whatever the detector says: what a frame with bone costs is what counts.
  const box: Box = { x0: 100, y0: 100, x1: task.size[0] - 100, y1: task.size[1] - 100, score: 1, label: '' };
  const warmUp = async (): Promise<void> => {
    await detector.detect(task.inputs[0]!, task.size, null);
    await outline(task, [box]);
  };
  const providers = new Set([detector.provider, encoder.provider, decoder.provider]);
  return { provider: [...providers].join(' + '), warmUp, run };
}

async function openEncoder(modelDir: string, { files, encoder, decoder }: DfineSamManifest, options: SessionOptions) {
  const file = files.encoder;
  const { session, provider, Tensor } = await openSession(file.path, readModelFile(modelDir, file), 'all', options);
  const { input } = encoder;
  const features = decoder.features.map(({ from }) => from);
  expectNames(file.path, session, [input.name], features);
  return {
    provider,
    encode: async ({ data, dims }: RunTask['inputs'][number]): Promise<Features> =>
      (await session.run({ [input.name]: new Tensor(input.type, data, dims) }, features)) as Features,
  };
}

/** Of the boxes that prompt: the model says nothing about the mask as a whole. */
function meanScore(boxes: readonly Box[]): number | null {
  return boxes.length === 0 ? null : boxes.reduce((sum, { score }) => sum + score, 0) / boxes.length;
}
