import type { BoneTracerManifest } from '../manifest.ts';
import { readModelFile } from '../manifest.ts';
import type { RunOutcome } from '../messages.ts';
import type { ModelRunner, RunTask } from '../model-kind.ts';
import { openSession, type SessionOptions, type SessionTask } from '../onnx-session.ts';
import { valuesDiffer } from '../providers/agreement.ts';
import { SteadyOutput } from '../steady-output.ts';
import { SurfaceTracer } from './surface-tracer.ts';

/** A linear probe's picture at the tracer's grid: 60 x 45 mm. */
const WARMUP_COLUMNS = 300;
const WARMUP_ROWS = 225;

/** The model run of a bone tracer: likelihood by the graph, surface by dynamic programming. */
export async function openBoneTracer(
  modelDir: string,
  manifest: BoneTracerManifest,
  options: SessionOptions,
): Promise<ModelRunner> {
  const file = manifest.files.likelihood;
  const bytes = readModelFile(modelDir, file);
  const warmup = warmupTask();
  const { data, dims } = warmup.inputs[0]!;
  const task: SessionTask = {
    role: 'likelihood',
    inputs: [manifest.input.name],
    outputs: [manifest.output.name],
    // The graph's two convolutions have one channel: rearranged for wide ones, a run takes twice as long.
    optimization: 'extended',
    feeds: (Tensor) => ({ [manifest.input.name]: new Tensor('float32', data as Float32Array, dims) }),
    difference: valuesDiffer([manifest.output.name], { absolute: 2e-3, relative: 0 }),
  };
  const { session, report, Tensor } = await openSession(file.path, bytes, task, options);
  const tracer = new SurfaceTracer(manifest.surface, manifest.input.mmPerPixel);
  const steady = new SteadyOutput(manifest.output.name, Tensor);
  let spare: Float32Array<ArrayBuffer> | null = null;

  const run = async ({ inputs: [input] }: RunTask): Promise<RunOutcome> => {
    const image = new Tensor('float32', input!.data as Float32Array, input!.dims);
    const likelihood = await steady.run(session, { [manifest.input.name]: image }, spare);
    spare = likelihood.values;
    const [, , rows, columns] = likelihood.dims as readonly [number, number, number, number];
    const trace = tracer.trace(likelihood.values, columns, rows);
    return { values: trace.rows.slice(), dims: [columns], score: trace.score, boxes: null, detailMs: {} };
  };
  const warmUp = async (): Promise<void> => {
    await run(warmup);
  };
  return { providers: [report], warmUp, run };
}

/** A bright line over a dark half under speckle-like stripes: every branch of the tracer runs. */
function warmupTask(): RunTask {
  const data = new Float32Array(WARMUP_COLUMNS * WARMUP_ROWS);
  for (let y = 0; y < WARMUP_ROWS; y++) {
    const level = y < 112 ? 0.35 : y < 117 ? 0.95 : 0.05;
    for (let x = 0; x < WARMUP_COLUMNS; x++) {
      data[y * WARMUP_COLUMNS + x] = level + 0.05 * Math.sin(x * 1.7 + y * 2.9);
    }
  }
  const size = [WARMUP_COLUMNS, WARMUP_ROWS] as const;
  return {
    inputs: [{ data, dims: [1, 1, WARMUP_ROWS, WARMUP_COLUMNS], canvas: size, scale: [1, 1], mmPerPixel: null }],
    size,
    scoreThreshold: null,
  };
}
