import type { Box } from '../../../src-shared/index.ts';
import { readModelFile } from '../manifest.ts';
import type { ModelFile } from '../manifest-parts.ts';
import type { DetectorManifest } from '../manifest-two-stage.ts';
import type { RunInput } from '../messages.ts';
import { openSession, type SessionOptions } from '../onnx-session.ts';
import { expectNames } from '../session-names.ts';
import { type DetectorOutputs, readDetections } from './detections.ts';

/** A detector of the D-FINE family, loaded. */
export interface Detector {
  readonly provider: string;
  /** Boxes in pixels of a picture of `size`, best first. */
  detect(input: RunInput, size: readonly [columns: number, rows: number], threshold: number | null): Promise<Box[]>;
}

export async function openDetector(
  modelDir: string,
  file: ModelFile,
  detector: DetectorManifest,
  labels: readonly string[],
  options: SessionOptions,
): Promise<Detector> {
  const { session, provider, Tensor } = await openSession(file.path, readModelFile(modelDir, file), 'all', options);
  const { input, sizeInput, outputs } = detector;
  const wanted =
    outputs.form === 'decoded' ? [outputs.labels, outputs.boxes, outputs.scores] : [outputs.logits, outputs.boxes];
  expectNames(file.path, session, sizeInput === null ? [input.name] : [input.name, sizeInput.name], wanted);

  const sizeFeed = ([columns, rows]: readonly [number, number]) => {
    if (sizeInput === null) return {};
    const values = sizeInput.order === 'wh' ? [columns, rows] : [rows, columns];
    const data = sizeInput.type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    return { [sizeInput.name]: new Tensor(sizeInput.type, data, [1, 2]) };
  };
  return {
    provider,
    detect: async (picture, size, threshold) => {
      const image = new Tensor(input.type, picture.data, picture.dims);
      const results = await session.run({ [input.name]: image, ...sizeFeed(size) }, wanted);
      const named = results as unknown as DetectorOutputs;
      return readDetections(named, detector, labels, picture, size, threshold ?? detector.scoreThreshold);
    },
  };
}
