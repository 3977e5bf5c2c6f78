import type { InferenceSession } from 'onnxruntime-node';
import { ModelRefused } from './manifest.ts';

/**
 * A session must take exactly these inputs and give at least these outputs, in any order: models bring extra outputs.
 *
 * @throws {ModelRefused} naming what was found and what was expected.
 */
export function expectNames(
  file: string,
  session: InferenceSession,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  const sameInputs =
    session.inputNames.length === inputs.length && inputs.every((name) => session.inputNames.includes(name));
  if (sameInputs && outputs.every((name) => session.outputNames.includes(name))) return;
  const words = (ins: readonly string[], outs: readonly string[]): string =>
    `inputs ${ins.join(', ')}; outputs ${outs.join(', ')}`;
  throw new ModelRefused(
    `model file ${file} has ${words(session.inputNames, session.outputNames)}: expected ${words(inputs, outputs)}`,
  );
}
