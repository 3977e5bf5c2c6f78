import type { InferenceSession } from 'onnxruntime-node';
import { type Saying, say } from '../../src-shared/index.ts';
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
  const names = (ins: readonly string[], outs: readonly string[]): Saying =>
    say('model.names', { inputs: ins.join(', '), outputs: outs.join(', ') });
  const [found, expected] = [names(session.inputNames, session.outputNames), names(inputs, outputs)];
  throw new ModelRefused(say('model.other-names', { file, found, expected }));
}
