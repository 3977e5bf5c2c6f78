import type { Box, ProviderReport } from '../../../src-shared/index.ts';
import { readModelFile } from '../manifest.ts';
import type { ModelFile } from '../manifest-parts.ts';
import type { DetectorManifest } from '../manifest-two-stage.ts';
import type { RunInput } from '../messages.ts';
import type { RunTask } from '../model-kind.ts';
import {
  NOT_ON_DIRECTML,
  type OrtModule,
  openSession,
  type SessionOptions,
  type SessionTask,
} from '../onnx-session.ts';
import { decodedDetectionsDiffer, rawDetectionsDiffer } from '../providers/agreement.ts';
import type { Feeds } from '../providers/choose-provider.ts';
import { type DetectorOutputs, readDetections } from './detections.ts';

/** A detector of the D-FINE family, loaded. */
export interface Detector {
  readonly report: ProviderReport;
  /** Boxes in pixels of a picture of `size`, best first. */
  detect(input: RunInput, size: readonly [columns: number, rows: number], threshold: number | null): Promise<Box[]>;
}

/** The last argument is what providers are compared and timed on. */
export async function openDetector(
  modelDir: string,
  file: ModelFile,
  detector: DetectorManifest,
  labels: readonly string[],
  options: SessionOptions,
  { inputs: [sample], size: sampleSize }: RunTask,
): Promise<Detector> {
  const { input, sizeInput, outputs } = detector;
  const wanted =
    outputs.form === 'decoded' ? [outputs.labels, outputs.boxes, outputs.scores] : [outputs.logits, outputs.boxes];
  const feeds = (
    TensorOf: OrtModule['Tensor'],
    { data, dims }: RunInput,
    [columns, rows]: readonly [number, number],
  ): Feeds => {
    const image = { [input.name]: new TensorOf(input.type, data, dims) };
    if (sizeInput === null) return image;
    const values = sizeInput.order === 'wh' ? [columns, rows] : [rows, columns];
    const wide = sizeInput.type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    return { ...image, [sizeInput.name]: new TensorOf(sizeInput.type, wide, [1, 2]) };
  };
  const task: SessionTask = {
    role: 'detector',
    inputs: sizeInput === null ? [input.name] : [input.name, sizeInput.name],
    outputs: wanted,
    optimization: 'all',
    feeds: (TensorOf) => feeds(TensorOf, sample!, sampleSize),
    difference:
      outputs.form === 'decoded'
        ? decodedDetectionsDiffer(outputs, Math.max(...sampleSize))
        : rawDetectionsDiffer(outputs),
    excluded: NOT_ON_DIRECTML,
  };
  const { session, report, Tensor } = await openSession(file.path, readModelFile(modelDir, file), task, options);
  return {
    report,
    detect: async (picture, size, threshold) => {
      const results = await session.run(feeds(Tensor, picture, size), wanted);
      const named = results as unknown as DetectorOutputs;
      return readDetections(named, detector, labels, picture, size, threshold ?? detector.scoreThreshold);
    },
  };
}
