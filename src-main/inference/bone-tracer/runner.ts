import type { Tensor } from 'onnxruntime-node';
import type { BoneTracerManifest } from '../manifest.ts';
import { readModelFile } from '../manifest.ts';
import type { RunOutcome } from '../messages.ts';
import type { ModelRunner } from '../model-kind.ts';
import { expectSignature, openSession, type SessionOptions } from '../onnx-session.ts';
import { SurfaceTracer } from './surface-tracer.ts';

/** A linear probe's picture at the tracer's grid: 60 x 45 mm. */
const WARMUP_COLUMNS = 400;
const WARMUP_ROWS = 300;

/** The model run of a bone tracer: likelihood by the graph, surface by dynamic programming. */
export async function openBoneTracer(
  modelDir: string,
  manifest: BoneTracerManifest,
  options: SessionOptions,
): Promise<ModelRunner> {
  const file = manifest.files.likelihood;
  const bytes = readModelFile(modelDir, file);
  // The graph's two convolutions have one channel: rearranged for wide ones, a run takes twice as long.
  const { session, provider, Tensor } = await openSession(file.path, bytes, 'extended', options);
  expectSignature(file.path, session, [manifest.input.name], [manifest.output.name]);
  const tracer = new SurfaceTracer(manifest.surface, manifest.input.mmPerPixel);

  const run = async (input: Float32Array<ArrayBuffer>, dims: readonly number[]): Promise<RunOutcome> => {
    const outputs = await session.run({ [manifest.input.name]: new Tensor('float32', input, dims) });
    const likelihood = outputs[manifest.output.name] as Tensor;
    const [, , rows, columns] = likelihood.dims as readonly [number, number, number, number];
    const trace = tracer.trace(likelihood.data as Float32Array, columns, rows);
    return { values: trace.rows.slice(), score: trace.score };
  };
  return { provider, warmupInput: warmupInput(), run };
}

/** A bright line over a dark half under speckle-like stripes: every branch of the tracer runs. */
function warmupInput(): { input: Float32Array<ArrayBuffer>; dims: readonly number[] } {
  const input = new Float32Array(WARMUP_COLUMNS * WARMUP_ROWS);
  for (let y = 0; y < WARMUP_ROWS; y++) {
    const level = y < 150 ? 0.35 : y < 156 ? 0.95 : 0.05;
    for (let x = 0; x < WARMUP_COLUMNS; x++) {
      input[y * WARMUP_COLUMNS + x] = level + 0.05 * Math.sin(x * 1.7 + y * 2.9);
    }
  }
  return { input, dims: [1, 1, WARMUP_ROWS, WARMUP_COLUMNS] };
}
