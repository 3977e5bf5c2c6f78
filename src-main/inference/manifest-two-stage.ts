import { z } from 'zod';
import { fraction, pictureInputSchema, tensorName } from './manifest-parts.ts';

/**
 * A detector of the D-FINE family. Outputs are found by name; their shapes in the file's metadata mean nothing
 * (models with a traced batch carry odd symbols there), so the returned dims count.
 */
export const detectorSchema = z.strictObject({
  variant: z.enum(['dfine-official', 'dfine-hugging-face']),
  input: pictureInputSchema,
  /** The size the boxes are to be expressed in, [1, 2]; null: the model is not told one. */
  sizeInput: z
    .strictObject({ name: tensorName, type: z.enum(['int64', 'float32']), order: z.enum(['wh', 'hw']) })
    .nullable(),
  outputs: z.discriminatedUnion('form', [
    /** One row a detection, best first: label, box, score 0..1. */
    z.strictObject({ form: z.literal('decoded'), labels: tensorName, boxes: tensorName, scores: tensorName }),
    /** One row a query: a logit per label, of which the sigmoid is the score; the best `queries` pairs count. */
    z.strictObject({ form: z.literal('raw'), logits: tensorName, boxes: tensorName }),
  ]),
  /** xyxy-source: corners in the pixels of `sizeInput`, not clamped. cxcywh-unit: centre and size, 0..1 of the picture. */
  boxes: z.enum(['xyxy-source', 'cxcywh-unit']),
  scoreThreshold: fraction.default(0.4),
  /** Labels that are bone. A one-class model may answer 0 or 1, after its annotation file. */
  boneLabels: z.array(z.number().int().min(0).max(100_000)).min(1).max(100).default([0]),
  /** Most boxes that are kept, best first: each costs one run of the decoder. */
  maxBoxes: z.number().int().min(1).max(300).default(8),
  /** Boxes narrower or lower than this are dropped, source pixels. */
  minBoxPixels: z.number().min(0).max(1000).default(2),
});
export type DetectorManifest = z.infer<typeof detectorSchema>;

/** The half of a SAM-like model that runs once per frame. */
export const encoderSchema = z.strictObject({
  variant: z.enum(['sam', 'edge-sam', 'efficient-sam', 'sam2']),
  input: pictureInputSchema,
});
export type EncoderManifest = z.infer<typeof encoderSchema>;

/** The half of a SAM-like model that runs once per box. */
export const decoderSchema = z.strictObject({
  variant: z.enum(['sam', 'edge-sam', 'efficient-sam', 'sam2']),
  /** Outputs of the encoder and the inputs they are fed to. */
  features: z
    .array(z.strictObject({ from: tensorName, to: tensorName }))
    .min(1)
    .max(8),
  /** A box is two points: its top left corner with label 2, its bottom right one with label 3. */
  points: z.strictObject({
    coords: tensorName,
    labels: tensorName,
    /** [1, points, 2] or [1, 1, points, 2]; the labels lack the last dimension. */
    rank: z.union([z.literal(3), z.literal(4)]).default(3),
    /** encoder: (x, y) in the pixels of the encoder's input, padding included. source: in the source's pixels. */
    frame: z.enum(['encoder', 'source']),
  }),
  /** A mask to start from: always none, zeros of [1, 1, size, size] and a flag 0; null: the model takes none. */
  maskInput: z.strictObject({ name: tensorName, flag: tensorName, size: z.number().int().min(1).max(1024) }).nullable(),
  /** The source's size, [2]; null: the model is not told one. */
  sizeInput: z
    .strictObject({ name: tensorName, type: z.enum(['float32', 'int64']), order: z.enum(['hw', 'wh']) })
    .nullable(),
  masks: z.strictObject({
    name: tensorName,
    /** [1, K, rows, columns] or [1, 1, K, rows, columns]. */
    rank: z.union([z.literal(4), z.literal(5)]).default(4),
    /** source: the source's own grid. encoder: the encoder's input frame, padding included, at whatever size. */
    grid: z.enum(['source', 'encoder']),
    /** Which of the K masks counts: the first (single-mask token), or the one with the best predicted score. */
    choose: z.enum(['first', 'best-score']),
    /** A pixel is bone above this logit. */
    threshold: z.number().finite().default(0),
  }),
  /** Predicted quality per mask, [1, K] or [1, 1, K]. */
  scores: z.strictObject({ name: tensorName }).nullable(),
});
export type DecoderManifest = z.infer<typeof decoderSchema>;
