import { type Box, SaidError, say } from '../../../src-shared/index.ts';
import type { DetectorManifest } from '../manifest-two-stage.ts';
import type { RunInput } from '../messages.ts';

/** Values of a detector's outputs, by name; labels may be 64-bit integers. */
export type DetectorOutputs = Readonly<Record<string, { readonly data: unknown; readonly dims: readonly number[] }>>;

interface Candidate {
  readonly label: number;
  readonly score: number;
  /** Row of the boxes output. */
  readonly row: number;
}

interface Numbers {
  readonly length: number;
  readonly [index: number]: number | bigint;
}

/**
 * Detections that count, best first, in pixels of a picture of `size`: labels that are bone, score at least `threshold`,
 * clamped to the picture, none narrower or lower than the manifest says, none twice.
 *
 * @throws {SaidError} for outputs of another shape.
 */
export function readDetections(
  outputs: DetectorOutputs,
  detector: DetectorManifest,
  names: readonly string[],
  input: RunInput,
  size: readonly [columns: number, rows: number],
  threshold: number,
): Box[] {
  const { outputs: named, boneLabels, minBoxPixels, maxBoxes } = detector;
  const candidates = named.form === 'decoded' ? decoded(outputs, named) : ranked(outputs, named);
  const boxes = numbersOf(outputs, named.boxes, 4);
  const found: Box[] = [];
  for (const { label, score, row } of candidates) {
    if (found.length >= maxBoxes) break;
    if (!(score >= threshold) || !boneLabels.includes(label)) continue;
    const corners = cornersOf(boxes, row, detector.boxes, input);
    const x0 = clamp(corners[0], size[0]);
    const y0 = clamp(corners[1], size[1]);
    const x1 = clamp(corners[2], size[0]);
    const y1 = clamp(corners[3], size[1]);
    if (!(x1 - x0 >= minBoxPixels && y1 - y0 >= minBoxPixels)) continue;
    // One query of a model with several bone labels may come once per label.
    if (found.some((box) => box.x0 === x0 && box.y0 === y0 && box.x1 === x1 && box.y1 === y1)) continue;
    found.push({ x0, y0, x1, y1, score, label: names[label] ?? String(label) });
  }
  return found;
}

/** One row a detection. Not every export sorts them. */
function decoded(
  outputs: DetectorOutputs,
  named: Extract<DetectorManifest['outputs'], { form: 'decoded' }>,
): Candidate[] {
  const labels = numbersOf(outputs, named.labels, 1);
  const scores = numbersOf(outputs, named.scores, 1);
  const candidates = Array.from({ length: Math.min(labels.length, scores.length) }, (_, row) => ({
    label: Number(labels[row]),
    score: Number(scores[row]),
    row,
  }));
  return candidates.sort((a, b) => b.score - a.score);
}

/** One logit per query and label: of all pairs the best count, as many as there are queries. */
function ranked(outputs: DetectorOutputs, named: Extract<DetectorManifest['outputs'], { form: 'raw' }>): Candidate[] {
  const { dims } = outputOf(outputs, named.logits);
  const [queries, labels] = dims.slice(-2) as [number, number];
  const logits = numbersOf(outputs, named.logits, 1);
  const pairs = Array.from({ length: queries * labels }, (_, pair) => ({
    label: pair % labels,
    score: 1 / (1 + Math.exp(-Number(logits[pair]))),
    row: Math.floor(pair / labels),
  }));
  return pairs.sort((a, b) => b.score - a.score).slice(0, queries);
}

/** Corners in source pixels. */
function cornersOf(
  boxes: Numbers,
  row: number,
  form: DetectorManifest['boxes'],
  { canvas, scale }: RunInput,
): readonly [number, number, number, number] {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => Number(boxes[row * 4 + i])) as [number, number, number, number];
  if (form === 'xyxy-source') return [a, b, c, d];
  // Shares of the input, which the picture fills up to its padding.
  const [perX, perY] = [canvas[0] / scale[0], canvas[1] / scale[1]];
  return [(a - c / 2) * perX, (b - d / 2) * perY, (a + c / 2) * perX, (b + d / 2) * perY];
}

const clamp = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit);

function outputOf(outputs: DetectorOutputs, name: string): DetectorOutputs[string] {
  const output = outputs[name];
  if (output === undefined) throw new SaidError(say('output.missing', { name }));
  return output;
}

/** Values of the first picture of the batch; `perRow`: values a row of the output has. */
function numbersOf(outputs: DetectorOutputs, name: string, perRow: number): Numbers {
  const { data, dims } = outputOf(outputs, name);
  const values = data as Numbers;
  if (perRow > 1 && dims.at(-1) !== perRow) {
    throw new SaidError(say('output.row', { name, found: dims.join(' x '), expected: perRow }));
  }
  return values;
}
