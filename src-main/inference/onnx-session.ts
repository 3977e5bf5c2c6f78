import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-node';
import { ModelRefused } from './manifest.ts';

export type OrtModule = typeof Ort;

export interface SessionOptions {
  readonly intraOpThreads: number;
  /** Idle threads busy-wait: faster runs, one core burnt. Off for a console that shares the machine. */
  readonly allowSpinning: boolean;
}

export interface OnnxSession {
  readonly session: Ort.InferenceSession;
  readonly provider: string;
  readonly Tensor: OrtModule['Tensor'];
}

/** Loads the runtime only when a model is wanted: what fails to load is reported in words instead of ending the process. */
function loadRuntime(): OrtModule {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as OrtModule;
  } catch (error) {
    throw new ModelRefused(`ONNX Runtime cannot be loaded on ${process.platform}-${process.arch}: ${String(error)}`);
  }
}

/**
 * `optimization`: as ONNX Runtime names its levels. `all` also rearranges memory for wide convolutions.
 *
 * @throws {ModelRefused} when the runtime or the model does not load.
 */
export async function openSession(
  file: string,
  bytes: Uint8Array,
  optimization: 'extended' | 'all',
  options: SessionOptions,
): Promise<OnnxSession> {
  const ort = loadRuntime();
  const provider = 'cpu';
  try {
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      intraOpNumThreads: options.intraOpThreads,
      interOpNumThreads: 1,
      graphOptimizationLevel: optimization,
      extra: { session: { intra_op: { allow_spinning: options.allowSpinning ? '1' : '0' } } },
    });
    return { session, provider, Tensor: ort.Tensor };
  } catch (error) {
    throw new ModelRefused(`model file ${file} does not load on ${provider}: ${String(error)}`);
  }
}

/** @throws {ModelRefused} naming the inputs and outputs found and the ones expected. */
export function expectSignature(
  file: string,
  session: Ort.InferenceSession,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  const found = `inputs ${session.inputNames.join(', ')}; outputs ${session.outputNames.join(', ')}`;
  const expected = `inputs ${inputs.join(', ')}; outputs ${outputs.join(', ')}`;
  if (found !== expected) {
    throw new ModelRefused(`model file ${file} has ${found}: expected ${expected}`);
  }
}
