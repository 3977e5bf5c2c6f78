/** Writes small ONNX files by hand: just enough protobuf for the graphs the tests need. */

export type Dim = number | string;
export type ElementType = 'float32' | 'uint8' | 'int64' | 'float16';
const ELEMENT_NUMBERS: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int64: 7, float16: 10 };

export interface TensorInfo {
  readonly name: string;
  readonly type?: ElementType;
  readonly dims: readonly Dim[];
}

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers become ints, other numbers floats, text strings, lists ints. */
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** Attributes that are floats whatever their value. */
  readonly floats?: Readonly<Record<string, number>>;
}

export interface Weights {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface GraphSpec {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly nodes: readonly NodeSpec[];
  readonly weights?: readonly Weights[];
  readonly opset?: number;
}

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

/** A length-delimited field: text, bytes or a message. */
export function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([varint((number << 3) | WIRE_BYTES), varint(bytes.length), bytes]);
}

export const integer = (number: number, value: number | bigint): Buffer =>
  Buffer.concat([varint((number << 3) | WIRE_VARINT), varint(value)]);

function float(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((number << 3) | WIRE_FIXED32), bytes]);
}

function attribute(name: string, value: number | string | readonly number[], isFloat: boolean): Buffer {
  const head = field(1, name);
  if (typeof value === 'string') return Buffer.concat([head, field(4, value), integer(20, 3)]);
  if (typeof value !== 'number') {
    return Buffer.concat([head, ...value.map((each) => integer(8, each)), integer(20, 7)]);
  }
  return isFloat || !Number.isInteger(value)
    ? Buffer.concat([head, float(2, value), integer(20, 1)])
    : Buffer.concat([head, integer(3, value), integer(20, 2)]);
}

function node({ op, inputs, outputs, attributes = {}, floats = {} }: NodeSpec): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, op),
    ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value, false))),
    ...Object.entries(floats).map(([name, value]) => field(5, attribute(name, value, true))),
  ]);
}

function weightsProto({ name, dims, values }: Weights): Buffer {
  const type = values instanceof Float32Array ? ELEMENT_NUMBERS.float32 : ELEMENT_NUMBERS.int64;
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([...dims.map((dim) => integer(1, dim)), integer(2, type), field(8, name), field(9, raw)]);
}

function valueInfo({ name, type = 'float32', dims }: TensorInfo): Buffer {
  const shape = Buffer.concat(dims.map((dim) => field(1, typeof dim === 'number' ? integer(1, dim) : field(2, dim))));
  const tensor = Buffer.concat([integer(1, ELEMENT_NUMBERS[type]), field(2, shape)]);
  return Buffer.concat([field(1, name), field(2, field(1, tensor))]);
}

/** The bytes of an `.onnx` file. */
export function onnxModel(graph: GraphSpec): Buffer {
  const content = Buffer.concat([
    ...graph.nodes.map((each) => field(1, node(each))),
    field(2, 'made for a test'),
    ...(graph.weights ?? []).map((each) => field(5, weightsProto(each))),
    ...graph.inputs.map((each) => field(11, valueInfo(each))),
    ...graph.outputs.map((each) => field(12, valueInfo(each))),
  ]);
  const opset = Buffer.concat([field(1, ''), integer(2, graph.opset ?? 16)]);
  return Buffer.concat([integer(1, 8), field(2, 'ultramotion-tests'), field(7, content), field(8, opset)]);
}
