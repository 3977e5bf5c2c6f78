import { openBoneTracer } from './bone-tracer/runner.ts';
import { BoneTracerStages } from './bone-tracer/stages.ts';
import { type ModelManifest, ModelRefused } from './manifest.ts';
import type { FrameStages, ModelRunner } from './model-kind.ts';
import type { SessionOptions } from './onnx-session.ts';

/** The main thread's half of a model. */
export function stagesOf(manifest: ModelManifest): FrameStages {
  switch (manifest.kind) {
    case 'bone-tracer':
      return new BoneTracerStages(manifest);
    default:
      throw notRunYet(manifest);
  }
}

/** The worker thread's half of a model. @throws {ModelRefused} when it does not load. */
export function openRunner(modelDir: string, manifest: ModelManifest, options: SessionOptions): Promise<ModelRunner> {
  switch (manifest.kind) {
    case 'bone-tracer':
      return openBoneTracer(modelDir, manifest, options);
    default:
      throw notRunYet(manifest);
  }
}

function notRunYet({ id, kind }: ModelManifest): ModelRefused {
  return new ModelRefused(`${id} is a model of kind ${kind}, which this version cannot run: expected bone-tracer`);
}
