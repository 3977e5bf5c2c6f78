import { readModelFile, type SegmenterManifest } from '../manifest.ts';
import type { ModelRunner, RunTask } from '../model-kind.ts';
import { openSession, type SessionOptions } from '../onnx-session.ts';
import { InputMaker } from '../picture/model-input.ts';
import { warmupTask } from '../picture/warm-up.ts';
import { valuesDiffer } from '../providers/agreement.ts';
import { SteadyOutput } from '../steady-output.ts';

/** The model run of a single-stage model: one session, its output as it is. */
export async function openSegmenter(
  modelDir: string,
  manifest: SegmenterManifest,
  options: SessionOptions,
): Promise<ModelRunner> {
  const file = manifest.files.segmenter;
  const { input, output } = manifest;
  const warmup = warmupTask([new InputMaker(input, manifest.mmPerPixel)]);
  const { data, dims } = warmup.inputs[0]!;
  const { session, report, Tensor } = await openSession(
    file.path,
    readModelFile(modelDir, file),
    {
      role: 'segmenter',
      inputs: [input.name],
      outputs: [output.name],
      optimization: 'all',
      feeds: (Tensor) => ({ [input.name]: new Tensor(input.type, data, dims) }),
      difference: valuesDiffer([output.name]),
    },
    options,
  );
  const steady = new SteadyOutput(output.name, Tensor);
  const run: ModelRunner['run'] = async ({ inputs: [image], spare = null }: RunTask) => {
    const feeds = { [input.name]: new Tensor(input.type, image!.data, image!.dims) };
    const outcome = await steady.run(session, feeds, spare instanceof Float32Array ? spare : null);
    return { ...outcome, score: null, boxes: null, detailMs: {} };
  };
  const warmUp = async (): Promise<void> => {
    await run(warmup);
  };
  return { providers: [report], warmUp, run };
}
