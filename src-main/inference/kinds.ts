import { openBoneTracer } from './bone-tracer/runner.ts';
import { BoneTracerStages } from './bone-tracer/stages.ts';
import type { ModelManifest } from './manifest.ts';
import type { FrameStages, ModelRunner } from './model-kind.ts';
import type { SessionOptions } from './onnx-session.ts';
import { openSegmenter } from './segmenter/runner.ts';
import { SegmenterStages } from './segmenter/stages.ts';
import { openDfine, openDfineSam } from './two-stage/runner.ts';
import { TwoStageStages } from './two-stage/stages.ts';

/** What happens before and after a model's runs. */
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

/**
 * Whether a model's runs get a thread of their own. Several nets on a picture of 640 pixels and more run for long, and
 * preparing such pictures takes milliseconds: that goes on beside a run. A run of a single net is over sooner than
 * another thread is worth: handing it over and back cost 0.4 ms of each frame.
 */
export function needsOwnThread({ kind }: ModelManifest): boolean {
  return kind === 'dfine' || kind === 'dfine+sam';
}

/** A model's sessions, in the thread this is called in. @throws {ModelRefused} when it does not load. */
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
