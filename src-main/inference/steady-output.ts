import type * as Ort from 'onnxruntime-node';
import type { OrtModule } from './onnx-session.ts';

export interface OutputValues {
  readonly values: Float32Array<ArrayBuffer>;
  readonly dims: readonly number[];
}

/**
 * One output of a session, written into memory of an earlier run where its shape allows: ONNX Runtime otherwise makes
 * memory for every run, at 95 frames/s some 30 MB a second for V8 to collect and for the allocator to fragment.
 */
export class SteadyOutput {
  readonly #name: string;
  readonly #Tensor: OrtModule['Tensor'];
  /** The input's shape, and the output's that followed from it. */
  #inputDims = '';
  #dims: readonly number[] = [];
  #length = -1;

  constructor(name: string, Tensor: OrtModule['Tensor']) {
    this.#name = name;
    this.#Tensor = Tensor;
  }

  /** `spare`: an earlier output nobody needs any more; null: there is none. What does not fit is left alone. */
  async run(
    session: Ort.InferenceSession,
    feeds: Readonly<Record<string, Ort.Tensor>>,
    spare: Float32Array<ArrayBuffer> | null,
  ): Promise<OutputValues> {
    const inputDims = Object.values(feeds)
      .map(({ dims }) => dims.join(' x '))
      .join(', ');
    if (spare !== null && inputDims === this.#inputDims && spare.length === this.#length) {
      await session.run(feeds, { [this.#name]: new this.#Tensor('float32', spare, this.#dims) });
      return { values: spare, dims: this.#dims };
    }
    const output = (await session.run(feeds, [this.#name]))[this.#name] as Ort.Tensor;
    const values = output.data as Float32Array<ArrayBuffer>;
    this.#inputDims = inputDims;
    this.#dims = output.dims;
    this.#length = output.type === 'float32' ? values.length : -1;
    return { values, dims: this.#dims };
  }
}
