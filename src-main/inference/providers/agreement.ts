import type { Tensor } from 'onnxruntime-node';
import { type Saying, say } from '../../../src-shared/index.ts';

/** A run's outputs by name. */
export type Outputs = Readonly<Record<string, Tensor>>;
/** Null when two providers agree, else where they do not, in words. */
export type Difference = (expected: Outputs, actual: Outputs) => Saying | null;

export interface ValueTolerance {
  readonly absolute: number;
  /** Of the largest expected value. */
  readonly relative: number;
}

/** For detections: how far apart the same one may be. Boxes in shares of the picture's longer side. */
export interface DetectionTolerance {
  readonly score: number;
  readonly box: number;
}

/** Another order of additions, and the shorter mantissa that CUDA multiplies with by default (TF32). */
const FLOAT_TOLERANCE: ValueTolerance = { absolute: 1e-3, relative: 1e-2 };
const DETECTION_TOLERANCE: DetectionTolerance = { score: 0.02, box: 0.01 };
/** The detections that are compared: the best of a picture, and a detector that finds nothing still ranks its rows. */
const COMPARED = 20;
/** A tie at the end of the list may be decided either way, so each is looked for among more of the other's. */
const LOOKED_THROUGH = 60;

/** Every value of every named output (null: of all) within the tolerance. */
export function valuesDiffer(names: readonly string[] | null, tolerance = FLOAT_TOLERANCE): Difference {
  return (expected, actual) => {
    for (const name of names ?? Object.keys(expected)) {
      const difference = tensorsDiffer(name, expected[name], actual[name], tolerance);
      if (difference !== null) return difference;
    }
    return null;
  };
}

function tensorsDiffer(
  name: string,
  expected: Tensor | undefined,
  actual: Tensor | undefined,
  { absolute, relative }: ValueTolerance,
): Saying | null {
  const shapes = shapesDiffer(name, expected, actual);
  if (shapes !== null || expected === undefined || actual === undefined) return shapes;
  const [a, b] = [numbersOf(expected), numbersOf(actual)];
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(a[i]!));
    const apart = Math.abs(a[i]! - b[i]!);
    // Not a number is never within a tolerance.
    worst = apart <= worst ? worst : Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
  }
  const limit = absolute + relative * largest;
  return worst <= limit ? null : say('differs.off', { output: name, off: short(worst), limit: short(limit) });
}

function shapesDiffer(name: string, expected: Tensor | undefined, actual: Tensor | undefined): Saying | null {
  const [wanted, found] = [expected?.dims.join(' x '), actual?.dims.join(' x ')];
  if (wanted === undefined) return say('differs.missing-on-cpu', { output: name });
  if (found === undefined) return say('differs.missing', { output: name, expected: wanted });
  return wanted === found ? null : say('differs.shape', { output: name, found, expected: wanted });
}

function anyShapeDiffers(names: readonly string[], expected: Outputs, actual: Outputs): Saying | null {
  for (const name of names) {
    const differs = shapesDiffer(name, expected[name], actual[name]);
    if (differs !== null) return differs;
  }
  return null;
}

interface Detection {
  readonly label: number;
  /** In shares of the picture's longer side. */
  readonly box: readonly [number, number, number, number];
  readonly score: number;
}

export interface DecodedNames {
  readonly labels: string;
  readonly boxes: string;
  readonly scores: string;
}

/** Rows of a decoded detector, compared as sets: providers order equal scores differently. `side`: longer side, pixels. */
export function decodedDetectionsDiffer(
  names: DecodedNames,
  side: number,
  tolerance = DETECTION_TOLERANCE,
): Difference {
  const { labels, boxes, scores } = names;
  return (expected, actual) =>
    anyShapeDiffers([labels, boxes, scores], expected, actual) ??
    setsDiffer(decoded(expected, names, side), decoded(actual, names, side), tolerance);
}

export interface RawNames {
  readonly logits: string;
  readonly boxes: string;
}

/** Queries of a raw detector, compared as sets of (query, label) pairs by sigmoid score. */
export function rawDetectionsDiffer(names: RawNames, tolerance = DETECTION_TOLERANCE): Difference {
  const { logits, boxes } = names;
  return (expected, actual) =>
    anyShapeDiffers([logits, boxes], expected, actual) ??
    setsDiffer(raw(expected, names), raw(actual, names), tolerance);
}

function setsDiffer(expected: Detection[], actual: Detection[], tolerance: DetectionTolerance): Saying | null {
  for (const [these, those, code] of [
    [expected, actual, 'differs.cpu-finds'],
    [actual, expected, 'differs.only-it-finds'],
  ] as const) {
    for (const one of best(these, COMPARED)) {
      if (!best(those, LOOKED_THROUGH).some((other) => isSame(one, other, tolerance))) {
        const corners = one.box.map(short).join(', ');
        return say(code, { label: one.label, corners, score: short(one.score) });
      }
    }
  }
  return null;
}

function best(detections: readonly Detection[], count: number): Detection[] {
  return detections.toSorted((a, b) => b.score - a.score).slice(0, count);
}

function isSame(one: Detection, other: Detection, tolerance: DetectionTolerance): boolean {
  return (
    one.label === other.label &&
    Math.abs(one.score - other.score) <= tolerance.score &&
    one.box.every((value, i) => Math.abs(value - other.box[i]!) <= tolerance.box)
  );
}

function decoded(outputs: Outputs, names: DecodedNames, side: number): Detection[] {
  const [labels, boxes, scores] = [names.labels, names.boxes, names.scores].map((name) => numbersOf(outputs[name]!));
  return Array.from(scores!, (score, row) => ({ label: labels![row]!, box: boxOf(boxes!, row, side), score }));
}

function raw(outputs: Outputs, names: RawNames): Detection[] {
  const [logits, boxes] = [numbersOf(outputs[names.logits]!), numbersOf(outputs[names.boxes]!)];
  const labels = outputs[names.logits]!.dims.at(-1) ?? 1;
  return Array.from(logits, (logit, i) => ({
    label: i % labels,
    box: boxOf(boxes, Math.floor(i / labels), 1),
    score: 1 / (1 + Math.exp(-logit)),
  }));
}

function boxOf(boxes: ArrayLike<number>, row: number, side: number): readonly [number, number, number, number] {
  const at = (i: number): number => boxes[4 * row + i]! / side;
  return [at(0), at(1), at(2), at(3)];
}

function numbersOf(tensor: Tensor): ArrayLike<number> {
  const { data } = tensor;
  return data instanceof BigInt64Array ? Array.from(data, Number) : (data as ArrayLike<number>);
}

const short = (value: number): string => value.toPrecision(3);
