import { z } from 'zod';

/** Largest model file read into memory. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;
/** What a model says of its making, as JSON text. */
const MAX_TRAINING_CHARACTERS = 16 * 1024;

export const positive = z.number().gt(0).finite();
export const fraction = z.number().min(0).max(1);
export const range = z.tuple([positive, positive]).refine(([low, high]) => low < high, 'expected [smallest, largest]');
/** Name of a graph's input or output. */
export const tensorName = z.string().min(1).max(200);
const count = z.number().int().min(1).max(4096);

export const modelFileSchema = z.strictObject({
  // A plain file name: a manifest must not reach out of its folder.
  path: z.string().regex(/^[\w.-]{1,200}\.onnx$/, 'expected a file name ending in .onnx'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(1).max(MAX_MODEL_BYTES),
});
export type ModelFile = z.infer<typeof modelFileSchema>;

/** How a model came to be: free in form, bounded in size. The scores are what its makers measured, on what they say. */
const trainingSchema = z
  .strictObject({
    seed: z.number().int(),
    /** Data recipe, steps, optimiser: whatever repeats the training. */
    recipe: z.record(z.string().max(100), z.json()),
    scores: z.record(z.string().max(100), z.json()),
  })
  .refine(
    (training) => JSON.stringify(training).length <= MAX_TRAINING_CHARACTERS,
    `expected at most ${MAX_TRAINING_CHARACTERS} characters`,
  );

/** What every manifest says, whatever its kind. */
export const commonFields = {
  id: z.string().regex(/^[\w-][\w.-]{0,63}$/, 'expected letters, digits, dots and dashes, at most 64'),
  title: z.string().min(1).max(200),
  licence: z.string().max(2000),
  provenance: z.string().max(2000),
  /** What the label numbers of the model mean; a single-label model has one. */
  labels: z.array(z.string().max(100)).min(1).max(1000),
  training: trainingSchema.optional(),
};

/**
 * How a picture becomes a model's input. The source is 8 bit; a value of it is scaled so that 255 becomes `white`, then
 * `(value - mean) / std` per channel. Padding is 0 after that.
 */
export const pictureInputSchema = z
  .strictObject({
    name: tensorName,
    type: z.enum(['float32', 'uint8']).default('float32'),
    /** Order of the dimensions; without n there is no batch dimension. */
    layout: z.enum(['nchw', 'nhwc', 'chw', 'hwc']).default('nchw'),
    /** A gray source is copied to all three; a colour source is made gray for one. */
    channels: z.union([z.literal(1), z.literal(3)]),
    /** The frame the source is fitted into; null: any size. */
    size: z.tuple([count, count]).describe('[columns, rows]').nullable(),
    /** Free sizes are rounded up to multiples of this and padded. */
    multipleOf: count.default(1),
    /**
     * stretch: to `size`, whatever the shape. pad: the longer side to `size`'s, rest padded right and below. fit: the
     * same without padding, the graph pads. source: the source's own grid, or the one that `mmPerPixel` gives.
     */
    fit: z.enum(['stretch', 'pad', 'fit', 'source']),
    white: positive.default(1),
    mean: z.array(z.number().finite()).max(3).default([]),
    std: z.array(positive).max(3).default([]),
    /** The channels that the model looks at, where it ignores some: those stay 0. Null: all of them. */
    reads: z.array(z.number().int().min(0).max(2)).min(1).nullable().default(null),
  })
  .refine(({ size, fit }) => (fit === 'source' ? true : size !== null), {
    path: ['size'],
    error: 'expected a size for every fit but source',
  })
  .refine(({ mean, std, channels }) => [mean, std].every(({ length }) => length === 0 || length === channels), {
    path: ['mean'],
    error: 'expected one mean and one std per channel, or none (0 and 1)',
  })
  .refine(
    ({ reads, ...of }) => reads === null || (of.channels === 3 && of.layout.endsWith('chw') && of.type === 'float32'),
    {
      path: ['reads'],
      error: 'expected only for three channels of float32 that lie one after the other (nchw, chw)',
    },
  );
export type PictureInput = z.infer<typeof pictureInputSchema>;

/** What is done to a mask before it is answered. Lengths count along the probe; 0 switches a step off. */
export const maskSchema = z.strictObject({
  /** Connected pieces shorter than this are dropped. */
  minLengthMm: z.number().min(0).max(100).default(0),
  /** Connected pieces smaller than this are dropped. */
  minAreaMm2: z.number().min(0).max(10_000).default(0),
  /** Holes up to this area are filled. */
  maxHoleMm2: z.number().min(0).max(10_000).default(0),
  /** Pieces whose mean probability is lower are dropped. */
  minMeanProbability: fraction.default(0),
});
export type MaskRules = z.infer<typeof maskSchema>;
