import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { detectorSchema } from '../../../src-main/inference/manifest-two-stage.ts';
import {
  type Difference,
  decodedDetectionsDiffer,
  rawDetectionsDiffer,
  valuesDiffer,
} from '../../../src-main/inference/providers/agreement.ts';
import { inEnglish } from '../../../src-shared/index.ts';

const floats = (values: number[], dims = [1, values.length]) =>
  new ort.Tensor('float32', Float32Array.from(values), dims);

type Row = readonly [label: number, box: readonly [number, number, number, number], score: number];
const rows = (list: readonly Row[]) => ({
  labels: new ort.Tensor('int64', BigInt64Array.from(list.map(([label]) => BigInt(label))), [1, list.length]),
  boxes: floats(
    list.flatMap(([, box]) => box),
    [1, list.length, 4],
  ),
  scores: floats(list.map(([, , score]) => score)),
});

/** As it stands in the log. */
const inWords =
  (difference: Difference) =>
  (...outputs: Parameters<Difference>): string | null => {
    const said = difference(...outputs);
    return said === null ? null : inEnglish(said);
  };

describe('values of two providers', () => {
  const differ = inWords(valuesDiffer(['y'], { absolute: 0.01, relative: 0 }));

  it('agree within the tolerance and not beyond it', () => {
    expect(differ({ y: floats([1, 2]) }, { y: floats([1.005, 2]) })).toBeNull();
    expect(differ({ y: floats([1, 2]) }, { y: floats([1, 2.02]) })).toMatch(/y is off by 0\.02\d*, more than 0\.0100/);
  });

  it('may be off in proportion to the largest one', () => {
    const relative = inWords(valuesDiffer(null, { absolute: 0, relative: 0.01 }));
    expect(relative({ y: floats([0, 100]) }, { y: floats([0.9, 100]) })).toBeNull();
    expect(relative({ y: floats([0, 100]) }, { y: floats([1.1, 100]) })).not.toBeNull();
  });

  it('never agree on what is not a number, whichever comes first', () => {
    expect(differ({ y: floats([1, 2, 3]) }, { y: floats([1, Number.NaN, 3]) })).toMatch(/Infinity/);
    expect(differ({ y: floats([Number.NaN, 2]) }, { y: floats([1, 2]) })).toMatch(/Infinity/);
  });

  it('never agree in another shape, or where one is missing', () => {
    expect(differ({ y: floats([1, 2]) }, { y: floats([1, 2], [2, 1]) })).toBe('y is 2 x 1, expected 1 x 2');
    expect(differ({ y: floats([1]) }, {})).toBe('y is missing, expected 1 x 1');
  });
});

describe('detections of two providers', () => {
  const names = { labels: 'labels', boxes: 'boxes', scores: 'scores' };
  const differ = inWords(decodedDetectionsDiffer(names, 640));
  const list: Row[] = [
    [0, [10, 20, 200, 120], 0.9],
    [0, [300, 40, 420, 100], 0.6],
    [1, [300, 40, 420, 100], 0.6],
  ];

  it('are compared as sets: another order is no difference', () => {
    expect(differ(rows(list), rows([list[0]!, list[2]!, list[1]!]))).toBeNull();
  });

  it('are found by the names of a manifest, whatever else it says of the outputs', () => {
    const official = detectorSchema.shape.outputs.parse({ form: 'decoded', ...names });
    if (official.form === 'decoded')
      expect(inWords(decodedDetectionsDiffer(official, 640))(rows(list), rows(list))).toBeNull();
    const huggingFace = detectorSchema.shape.outputs.parse({ form: 'raw', logits: 'logits', boxes: 'boxes' });
    const same = { logits: floats([2, -5], [1, 2, 1]), boxes: floats([0, 0, 1, 1, 0, 0, 1, 1], [1, 2, 4]) };
    if (huggingFace.form === 'raw') expect(inWords(rawDetectionsDiffer(huggingFace))(same, same)).toBeNull();
    expect([official.form, huggingFace.form]).toEqual(['decoded', 'raw']);
  });

  it('differ by a box, a score or a label, and the message says which', () => {
    const moved: Row = [0, [30, 20, 220, 120], 0.9];
    expect(differ(rows(list), rows([moved, ...list.slice(1)]))).toMatch(/the CPU finds label 0 at \[0\.0156/);
    const weak: Row = [0, list[0]![1], 0.3];
    expect(differ(rows(list), rows([weak, ...list.slice(1)]))).toMatch(/score 0\.900/);
    const other: Row = [7, list[0]![1], 0.9];
    expect(differ(rows(list), rows([other, ...list.slice(1)]))).toMatch(/the CPU finds label 0/);
  });

  it('are rejected when all scores come near zero, as D-FINE’s do on DirectML', () => {
    const silent = list.map(([label, box]): Row => [label, box, 0.001]);
    expect(differ(rows(list), rows(silent))).not.toBeNull();
  });

  it('of a raw detector are compared by the sigmoid of their logits', () => {
    const raw = inWords(rawDetectionsDiffer({ logits: 'logits', boxes: 'boxes' }));
    const outputs = (logits: number[]) => ({
      logits: floats(logits, [1, 2, 2]),
      boxes: floats([0.5, 0.5, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1], [1, 2, 4]),
    });
    expect(raw(outputs([2, -5, -5, 1]), outputs([2.05, -5, -5, 1]))).toBeNull();
    expect(raw(outputs([2, -5, -5, 1]), outputs([-5, 2, -5, 1]))).toMatch(/label 0/);
  });
});
