import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { type Saying, say } from '../../../src-shared/index.ts';
import { ModelRefused } from '../manifest.ts';

/** `null`: the file does not say. A string names a size that is free. */
export type Dim = number | string | null;

export interface TensorSignature {
  readonly name: string;
  /** `float32`, `int64`, … or `type N` for what has no name here. */
  readonly type: string;
  /** Null: the file gives no shape. */
  readonly dims: readonly Dim[] | null;
}

/** What a graph takes and gives, read from its file without its weights. */
export interface GraphSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** Operation that makes each output, shape changes behind it passed over; null where that cannot be told. */
  readonly madeBy: Readonly<Record<string, string | null>>;
  /** Its weights lie in other files. */
  readonly hasExternalData: boolean;
  readonly bytes: number;
}

const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

/** Operations that change the shape of a picture and not the meaning of its values. */
const SHAPE_ONLY = /^(Identity|Cast|Reshape|Resize|Upsample|Squeeze|Unsqueeze|Transpose|Slice|Pad)$/;
const MAX_STEPS_BACK = 8;

const WINDOW_BYTES = 64 * 1024;
/** Fields looked at in one file: the largest exports have some hundred thousand. */
const MAX_FIELDS = 4_000_000;
const MAX_NODES = 200_000;
const MAX_NAME_BYTES = 4096;
const MAX_TENSORS = 1000;
const MAX_DIMS = 16;
/** No message of ONNX has fields beyond this; other files soon show some. */
const MAX_FIELD_NUMBER = 100;

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint; of other wire types 0. */
  readonly value: number;
  /** Where the content of a length-delimited field lies. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads what an ONNX file says of its inputs and outputs. Weights are passed over by seeking: the file's size does not
 * matter, and no more than a window of it is in memory.
 *
 * @throws {ModelRefused} for what is no ONNX file, or is cut off.
 */
export function readSignature(file: string): GraphSignature {
  const reader = new ProtoFile(file);
  try {
    return readModel(reader);
  } finally {
    reader.close();
  }
}

function readModel(reader: ProtoFile): GraphSignature {
  let graph: Graph | null = null;
  for (const field of reader.fields(0, reader.size)) {
    if (field.number === 7) graph = readGraph(reader, field);
  }
  if (graph === null || graph.outputs.length === 0) {
    throw reader.refused(say('onnx.no-graph'));
  }
  const { inputs, outputs, weights, madeBy, hasExternalData } = graph;
  return {
    // Old exports list the weights among the inputs.
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    outputs,
    madeBy: Object.fromEntries(outputs.map(({ name }) => [name, makerOf(name, madeBy)])),
    hasExternalData,
    bytes: reader.size,
  };
}

interface GraphNode {
  readonly op: string;
  readonly input: string | null;
}

interface Graph {
  readonly inputs: TensorSignature[];
  readonly outputs: TensorSignature[];
  readonly weights: Set<string>;
  readonly madeBy: Map<string, GraphNode>;
  hasExternalData: boolean;
}

function readGraph(reader: ProtoFile, { start, end }: Field): Graph {
  const graph: Graph = { inputs: [], outputs: [], weights: new Set(), madeBy: new Map(), hasExternalData: false };
  for (const field of reader.fields(start, end)) {
    if (field.wire !== WIRE_BYTES) continue;
    if (field.number === 1) {
      readNode(reader, field, graph);
    } else if (field.number === 5) {
      readWeights(reader, field, graph);
    } else if (field.number === 11 || field.number === 12) {
      const list = field.number === 11 ? graph.inputs : graph.outputs;
      // Each weight of an old export may be an input too.
      if (list.length >= MAX_TENSORS + graph.weights.size)
        throw reader.refused(say('onnx.many-tensors', { limit: MAX_TENSORS }));
      list.push(readTensor(reader, field));
    }
  }
  return graph;
}

function readNode(reader: ProtoFile, { start, end }: Field, graph: Graph): void {
  if (graph.madeBy.size >= MAX_NODES) throw reader.refused(say('onnx.many-nodes', { limit: MAX_NODES }));
  let input: string | null = null;
  const outputs: string[] = [];
  let op = '';
  for (const field of reader.fields(start, end)) {
    if (field.wire !== WIRE_BYTES) continue;
    if (field.number === 1) input ??= reader.text(field);
    else if (field.number === 2) outputs.push(reader.text(field));
    else if (field.number === 4) op = reader.text(field);
  }
  for (const output of outputs) graph.madeBy.set(output, { op, input });
}

function readWeights(reader: ProtoFile, { start, end }: Field, graph: Graph): void {
  for (const field of reader.fields(start, end)) {
    if (field.number === 8 && field.wire === WIRE_BYTES) graph.weights.add(reader.text(field));
    if (field.number === 14 && field.value === 1) graph.hasExternalData = true;
  }
}

/** ValueInfoProto: name (1), type (2) -> tensor (1) -> element type (1), shape (2) -> dim (1) -> value (1) or name (2). */
function readTensor(reader: ProtoFile, { start, end }: Field): TensorSignature {
  let name = '';
  let type = 'no tensor';
  let dims: Dim[] | null = null;
  for (const field of reader.fields(start, end)) {
    if (field.number === 1 && field.wire === WIRE_BYTES) name = reader.text(field);
    if (field.number !== 2 || field.wire !== WIRE_BYTES) continue;
    for (const tensor of reader.within(field, 1)) {
      for (const part of reader.fields(tensor.start, tensor.end)) {
        if (part.number === 1 && part.wire === WIRE_VARINT) type = ELEMENT_TYPES[part.value] ?? `type ${part.value}`;
        if (part.number === 2 && part.wire === WIRE_BYTES)
          dims = [...reader.within(part, 1)].map((dim) => readDim(reader, dim));
      }
    }
  }
  if (dims !== null && dims.length > MAX_DIMS)
    throw reader.refused(say('onnx.many-dimensions', { name, limit: MAX_DIMS }));
  return { name, type, dims };
}

function readDim(reader: ProtoFile, { start, end }: Field): Dim {
  let dim: Dim = null;
  for (const field of reader.fields(start, end)) {
    // A value that is negative or enormous means "free" to some exporters.
    if (field.number === 1) dim = field.value > 0 && field.value < 2 ** 31 ? field.value : null;
    if (field.number === 2 && field.wire === WIRE_BYTES) dim = reader.text(field);
  }
  return dim;
}

function makerOf(output: string, madeBy: ReadonlyMap<string, GraphNode>): string | null {
  let node = madeBy.get(output);
  for (let step = 0; step < MAX_STEPS_BACK && node !== undefined; step++) {
    if (!SHAPE_ONLY.test(node.op)) return node.op;
    node = node.input === null ? undefined : madeBy.get(node.input);
  }
  return null;
}

/** A file of protobuf fields, read through one small window. */
class ProtoFile {
  readonly size: number;
  readonly #name: string;
  readonly #descriptor: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowBytes = 0;
  #position = 0;
  #fields = 0;

  /** @throws {ModelRefused} */
  constructor(file: string) {
    this.#name = path.basename(file);
    try {
      this.#descriptor = openSync(file, 'r');
    } catch (error) {
      throw this.refused(say('onnx.unread', { why: String(error) }));
    }
    const stats = fstatSync(this.#descriptor);
    this.size = stats.size;
    if (!stats.isFile() || stats.size === 0) {
      this.close();
      throw this.refused(stats.isFile() ? say('onnx.empty') : say('onnx.no-file'));
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  refused(what: Saying): ModelRefused {
    return new ModelRefused(say('model.file-bad', { file: this.#name, what }));
  }

  /** The fields of a message; wherever the caller has read meanwhile, the next one begins behind the last. */
  *fields(start: number, end: number): Generator<Field> {
    let next = start;
    while (next < end) {
      const field = this.#field(next, end);
      next = field.end;
      yield field;
    }
  }

  /** The length-delimited fields of one number in a message. */
  *within({ start, end }: Field, number: number): Generator<Field> {
    for (const field of this.fields(start, end)) {
      if (field.number === number && field.wire === WIRE_BYTES) yield field;
    }
  }

  text({ start, end }: Field): string {
    const length = end - start;
    if (length > MAX_NAME_BYTES) throw this.refused(say('onnx.long-name', { bytes: length, limit: MAX_NAME_BYTES }));
    const inWindow = start - this.#windowStart;
    if (inWindow >= 0 && inWindow + length <= this.#windowBytes) {
      return this.#window.toString('utf8', inWindow, inWindow + length);
    }
    const bytes = Buffer.alloc(length);
    readSync(this.#descriptor, bytes, 0, length, start);
    return bytes.toString('utf8');
  }

  #field(at: number, end: number): Field {
    if (++this.#fields > MAX_FIELDS) throw this.refused(say('onnx.many-fields', { limit: MAX_FIELDS }));
    this.#position = at;
    const tag = this.#varint(end);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number < 1 || number > MAX_FIELD_NUMBER) {
      throw this.refused(say('onnx.no-field', { field: number, at }));
    }
    const value = wire === WIRE_VARINT ? this.#varint(end) : 0;
    const length = this.#lengthOf(wire, at, end);
    const start = this.#position;
    if (length > end - start) {
      throw this.refused(say('onnx.field-cut-off', { expected: length, at: start, found: end - start }));
    }
    return { number, wire, value, start, end: start + length };
  }

  #lengthOf(wire: number, at: number, end: number): number {
    switch (wire) {
      case WIRE_VARINT:
        return 0;
      case WIRE_FIXED64:
        return 8;
      case WIRE_FIXED32:
        return 4;
      case WIRE_BYTES:
        return this.#varint(end);
      default:
        throw this.refused(say('onnx.no-wire-type', { type: wire, at }));
    }
  }

  /** Up to 10 bytes; what is beyond 2^53 comes out large and inexact, which every use of it refuses or ignores. */
  #varint(end: number): number {
    const from = this.#position;
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (this.#position >= end) throw this.refused(say('onnx.cut-off', { at: this.#position }));
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw this.refused(say('onnx.no-number', { at: from }));
  }

  #byte(): number {
    const inWindow = this.#position - this.#windowStart;
    if (inWindow < 0 || inWindow >= this.#windowBytes) {
      this.#windowStart = this.#position;
      this.#windowBytes = readSync(this.#descriptor, this.#window, 0, WINDOW_BYTES, this.#position);
      if (this.#windowBytes === 0) throw this.refused(say('onnx.cut-off', { at: this.#position }));
    }
    return this.#window[this.#position++ - this.#windowStart]!;
  }
}
