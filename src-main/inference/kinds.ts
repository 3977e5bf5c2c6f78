import { openBoneTracer } from './bone-tracer/runner.ts';
import { BoneTracerStages } from './bone-tracer/stages.ts';
import type { ModelManifest } from './manifest.ts';
import type { FrameStages, ModelRunner } from './model-kind.ts';
import type { SessionOptions } from './onnx-session.ts';
import { openSegmenter } from './segmenter/runner.ts';
import { SegmenterStages } from './segmenter/stages.ts';
import { openDfine, openDfineSam } from './two-stage/runner.ts';
import { TwoStageStages } from './two-stage/stages.ts';

/** The main thread's half of a model. */
export function stagesOf(manifest: ModelManifest): FrameStages {
  switch (manifest.kind) {
    case 'bone-tracer':
      return new BoneTracerStages(manifest);
    case 'segmenter':
      return new SegmenterStages(manifest);
    case 'dfine':
    case 'dfine+sam':
      return new TwoStageStages(manifest);
  }
}

/** The worker thread's half of a model. @throws {ModelRefused} when it does not load. */
export function openRunner(modelDir: string, manifest: ModelManifest, options: SessionOptions): Promise<ModelRunner> {
  switch (manifest.kind) {
    case 'bone-tracer':
      return openBoneTracer(modelDir, manifest, options);
    case 'segmenter':
      return openSegmenter(modelDir, manifest, options);
    case 'dfine':
      return openDfine(modelDir, manifest, options);
    case 'dfine+sam':
      return openDfineSam(modelDir, manifest, options);
  }
}
