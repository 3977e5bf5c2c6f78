import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelRefused } from '../../../src-main/inference/manifest.ts';
import { readSignature } from '../../../src-main/inference/registry/onnx-file.ts';
import { dfineOfficial, segmenter } from '../../support/model-exports.ts';
import { field, integer, onnxModel, varint } from '../../support/onnx-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'onnx-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(bytes: Uint8Array, name = 'model.onnx'): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}
const read = (bytes: Uint8Array) => readSignature(fileOf(bytes));

/** A field that says it is `claimed` bytes long. */
const claiming = (number: number, claimed: number | bigint, content: Uint8Array): Buffer =>
  Buffer.concat([varint((number << 3) | 2), varint(claimed), content]);

describe('the signature of an ONNX file', () => {
  it('has names, types and dimensions of what the graph takes and gives', () => {
    expect(read(dfineOfficial())).toMatchObject({
      inputs: [
        { name: 'images', type: 'float32', dims: ['N', 3, 640, 640] },
        { name: 'orig_target_sizes', type: 'int64', dims: ['N', 2] },
      ],
      outputs: [
        { name: 'labels', type: 'int64', dims: ['N', 'Q'] },
        { name: 'boxes', type: 'float32', dims: ['N', 'Q', 4] },
        { name: 'scores', type: 'float32', dims: ['N', 'Q'] },
      ],
      hasExternalData: false,
    });
  });

  it('is the shipped model’s, as ONNX Runtime tells it', () => {
    const root = path.resolve(import.meta.dirname, '../../..');
    const { inputs, outputs } = readSignature(path.join(root, 'models/bone-tracer/bone-tracer.onnx'));
    expect(inputs.map(({ name, type }) => [name, type])).toEqual([['image', 'float32']]);
    expect(outputs.map(({ name }) => name)).toEqual(['likelihood']);
  });

  it('leaves out weights that an old export lists among its inputs', () => {
    const bytes = onnxModel({
      inputs: [
        { name: 'x', dims: [1] },
        { name: 'w', dims: [1] },
      ],
      outputs: [{ name: 'y', dims: [1] }],
      nodes: [{ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
      weights: [{ name: 'w', dims: [1], values: Float32Array.of(2) }],
    });
    expect(read(bytes).inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('knows what makes an output, behind changes of shape', () => {
    expect(read(segmenter()).madeBy).toEqual({ bone: 'Conv' });
    expect(read(segmenter({ end: 'Sigmoid' })).madeBy).toEqual({ bone: 'Sigmoid' });
    const resized = onnxModel({
      inputs: [{ name: 'x', dims: [1] }],
      outputs: [{ name: 'y', dims: [1] }],
      nodes: [
        { op: 'Softmax', inputs: ['x'], outputs: ['a'] },
        { op: 'Resize', inputs: ['a'], outputs: ['b'] },
        { op: 'Identity', inputs: ['b'], outputs: ['y'] },
      ],
    });
    expect(read(resized).madeBy).toEqual({ y: 'Softmax' });
  });
});

describe('a file that is no ONNX model', () => {
  const good = dfineOfficial();
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['empty', new Uint8Array(0), /is empty/],
    ['text', Buffer.from('%PDF-1.7 hello, this is not a model at all'), /not an ONNX model|cut off/],
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>404 Not Found</body></html>'), /not an ONNX model|cut off/],
    ['zeros', new Uint8Array(4096), /is not an ONNX model: field 0 at byte 0/],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), /not an ONNX model/],
    [
      'a number without end',
      Buffer.concat([Buffer.from([0x08]), Buffer.alloc(4096, 0xff)]),
      /a number of more than 10 bytes at byte 1/,
    ],
    ['a tag without end', Buffer.alloc(4096, 0x80), /a number of more than 10 bytes at byte 0/],
    [
      'a graph of 2^63 bytes',
      claiming(7, 2n ** 63n - 1n, Buffer.alloc(16, 1)),
      /is cut off: 9223372036854\d+ bytes expected/,
    ],
    [
      'a name of a megabyte',
      field(7, field(12, field(1, 'x'.repeat(1 << 20)))),
      /has a name of 1048576 bytes: expected at most 4096/,
    ],
    ['a header alone', integer(1, 8), /holds no graph with outputs/],
    ['an empty graph', field(7, field(2, 'nothing')), /holds no graph with outputs/],
    ['a group, long out of use', Buffer.from([0x0b, 0x0c]), /wire type 3 at byte 0/],
  ];
  for (const [what, bytes, message] of cases) {
    it(`is refused in words: ${what}`, () => {
      expect(() => read(bytes)).toThrow(ModelRefused);
      expect(() => read(bytes)).toThrow(message);
    });
  }

  it('is refused wherever it was cut off, or read whole: never anything else', () => {
    let refused = 0;
    for (let length = 1; length < good.length; length += 3) {
      try {
        readSignature(fileOf(good.subarray(0, length)));
      } catch (error) {
        expect(error).toBeInstanceOf(ModelRefused);
        refused++;
      }
    }
    // Cut between the graph and what follows it, nothing of it is missing.
    expect(refused).toBeGreaterThan((0.95 * good.length) / 3);
    expect(() => read(good.subarray(0, good.length >> 1))).toThrow(
      /is cut off: \d+ bytes expected from byte \d+, \d+ are there/,
    );
  });

  it('is refused, or read, with any byte altered: never anything else', () => {
    for (let at = 0; at < good.length; at += 3) {
      const altered = Buffer.from(good);
      altered[at]! ^= 0xff;
      try {
        readSignature(fileOf(altered));
      } catch (error) {
        expect(error).toBeInstanceOf(ModelRefused);
      }
    }
  });

  it('is refused when it is not there, or a folder', () => {
    expect(() => readSignature(path.join(folder, 'nothing.onnx'))).toThrow(/nothing\.onnx cannot be read.*ENOENT/);
    expect(() => readSignature(folder)).toThrow(ModelRefused);
  });
});

describe('a file of 10 GB', () => {
  const TEN_GB = 10 * 2 ** 30;
  /** Sparse: it takes no room on the disk. */
  function sparse(name: string, head: Uint8Array, tail: Uint8Array): string {
    const file = path.join(folder, name);
    const descriptor = openSync(file, 'w');
    writeSync(descriptor, head);
    ftruncateSync(descriptor, TEN_GB);
    writeSync(descriptor, tail, 0, tail.length, TEN_GB - tail.length);
    closeSync(descriptor);
    return file;
  }
  /** Memory of this process must not grow by more than a small part of it. */
  function heldBelow<T>(limitMb: number, step: () => T): T {
    const before = process.memoryUsage().rss;
    const result = step();
    expect(process.memoryUsage().rss - before).toBeLessThan(limitMb * 2 ** 20);
    return result;
  }

  it('of zeros is refused at its first byte', () => {
    const file = sparse('zeros.onnx', new Uint8Array(0), new Uint8Array(1));
    heldBelow(64, () => expect(() => readSignature(file)).toThrow(/field 0 at byte 0/));
  });

  it('with huge weights is read to its end without reading them', () => {
    const rest = Buffer.concat([field(11, field(1, 'x')), field(12, field(1, 'y'))]);
    const weightHead = (bytes: number): Buffer => Buffer.concat([field(8, 'w'), varint((9 << 3) | 2), varint(bytes)]);
    // The lengths depend on each other's digits; they are all long ones, so their sizes are known.
    const raw = TEN_GB - 200;
    const weight = weightHead(raw);
    const inGraph = Buffer.concat([varint((5 << 3) | 2), varint(weight.length + raw), weight]);
    const graph = inGraph.length + raw + rest.length;
    const head = Buffer.concat([integer(1, 8), varint((7 << 3) | 2), varint(graph), inGraph]);
    const file = path.join(folder, 'weights.onnx');
    const descriptor = openSync(file, 'w');
    writeSync(descriptor, head);
    writeSync(descriptor, rest, 0, rest.length, head.length + raw);
    closeSync(descriptor);
    const signature = heldBelow(64, () => readSignature(file));
    expect(signature.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(signature.outputs.map(({ name }) => name)).toEqual(['y']);
    expect(signature.bytes).toBeGreaterThan(TEN_GB - 1000);
  });
});
