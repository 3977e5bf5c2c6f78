import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { reasonOf, SaidError, type Saying, say } from '../../src-shared/index.ts';
import {
  commonFields,
  fraction,
  MAX_MODEL_BYTES,
  type ModelFile,
  maskSchema,
  modelFileSchema,
  pictureInputSchema,
  positive,
  range,
  tensorName,
} from './manifest-parts.ts';
import { decoderSchema, detectorSchema, encoderSchema } from './manifest-two-stage.ts';

/** Largest manifest read: ours are under 3 KB. */
const MAX_MANIFEST_BYTES = 64 * 1024;

/** Why a model was refused: the file, what was found and what was expected. */
export class ModelRefused extends SaidError {
  override readonly name = 'ModelRefused';
}

/** For what only whoever adds a model reads, in a terminal: the words are English wherever they stand. */
export const unusable = (why: string): ModelRefused => new ModelRefused(say('model.unusable', { why }));

/** Why a model cannot be used, whatever went wrong with it. */
export function refusalOf(error: unknown): Saying {
  const why = reasonOf(error);
  return typeof why === 'string' ? say('model.unusable', { why }) : why;
}

const boneTracerSchema = z.strictObject({
  ...commonFields,
  kind: z.literal('bone-tracer'),
  files: z.strictObject({ likelihood: modelFileSchema }),
  input: z.strictObject({ name: z.string(), mmPerPixel: positive }),
  output: z.strictObject({ name: z.string() }),
  depthMm: range,
  widthMm: range,
  surface: z.strictObject({
    tailFactor: z.number().min(0),
    tailNearMm: positive,
    tailFarMm: positive,
    tailFloor: positive,
    mirrorFactor: z.number().min(0),
    mirrorWithinMm: positive,
    scaleFloor: positive,
    scaleQuantile: z.number().min(0).max(1),
    noneCost: positive,
    switchCost: z.number().min(0),
    slopeCost: z.number().min(0),
    maxSlope: z.number().int().min(1).max(8),
    minLengthMm: z.number().min(0),
    minMean: z.number().min(0).max(1),
    evidenceBase: z.number().min(0).max(1),
    minEvidenceMm: z.number().min(0),
    minPictureEvidenceMm: z.number().min(0),
  }),
  /** Constants inside the graph, for the record. */
  graph: z.record(z.string(), z.number()),
  mask: z.strictObject({ aboveMm: z.number().min(0), belowMm: positive }),
});

const segmenterSchema = z.strictObject({
  ...commonFields,
  kind: z.literal('segmenter'),
  files: z.strictObject({ segmenter: modelFileSchema }),
  input: pictureInputSchema,
  /** Pixel size the model was made for, mm; null: it knows no scale and gets the picture as `input.fit` says. */
  mmPerPixel: positive.max(10).nullable(),
  /** Pictures it works on, mm; null: any. Refused in words outside, before memory is taken for them. */
  depthMm: range.nullable().default(null),
  widthMm: range.nullable().default(null),
  /** straight: beams run straight down (linear probes); a sector picture is refused in words. */
  beams: z.enum(['any', 'straight']).default('any'),
  output: z.strictObject({
    name: tensorName,
    /** Channels of the output, [1, channels, rows, columns]; rows and columns may be fewer than the input's. */
    channels: z.number().int().min(1).max(1000).default(1),
    /** Channels that are bone. */
    bone: z.array(z.number().int().min(0).max(999)).min(1).max(100).default([0]),
    /** How values become probabilities. none: they are. softmax: over the channels. */
    activation: z.enum(['none', 'sigmoid', 'softmax']),
  }),
  /** A pixel is bone from this probability on (the sum over its bone channels). */
  threshold: fraction.default(0.5),
  mask: maskSchema,
});

const dfineSchema = z.strictObject({
  ...commonFields,
  kind: z.literal('dfine'),
  files: z.strictObject({ detector: modelFileSchema }),
  detector: detectorSchema,
});

const dfineSamSchema = z.strictObject({
  ...commonFields,
  kind: z.literal('dfine+sam'),
  files: z.strictObject({ detector: modelFileSchema, encoder: modelFileSchema, decoder: modelFileSchema }),
  detector: detectorSchema,
  encoder: encoderSchema,
  decoder: decoderSchema,
  mask: maskSchema,
  /** Masks are drawn anew with this extent about the surface, where the scale is known; null: they stay as the model drew them. */
  band: z.strictObject({ aboveMm: positive, belowMm: positive }).nullable().default(null),
});

/** `model.yaml` of a model of kind `bone-tracer`. */
export type BoneTracerManifest = z.infer<typeof boneTracerSchema>;
/** Single-stage: picture in, mask out. */
export type SegmenterManifest = z.infer<typeof segmenterSchema>;
/** Boxes only. */
export type DfineManifest = z.infer<typeof dfineSchema>;
/** Two-stage: each kept box of the detector prompts the decoder; the encoder runs once per frame. */
export type DfineSamManifest = z.infer<typeof dfineSamSchema>;
/** One more kind is one more member here and one more row in each table of `kinds.ts`. */
export type ModelManifest = BoneTracerManifest | SegmenterManifest | DfineManifest | DfineSamManifest;
export const manifestSchema = z.discriminatedUnion('kind', [
  boneTracerSchema,
  segmenterSchema,
  dfineSchema,
  dfineSamSchema,
]);

/** @throws {ModelRefused} when the manifest is missing, unreadable or of an unknown kind. */
export function readManifest(modelDir: string): ModelManifest {
  const file = path.join(modelDir, 'model.yaml');
  let text: string;
  try {
    const size = statSync(file).size;
    if (size > MAX_MANIFEST_BYTES) {
      throw new ModelRefused(say('model.manifest-large', { file, found: size, limit: MAX_MANIFEST_BYTES }));
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof ModelRefused
      ? error
      : new ModelRefused(say('model.manifest-unread', { file, why: String(error) }));
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new ModelRefused(say('model.manifest-no-yaml', { file, why: String(error) }));
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) {
    throw new ModelRefused(
      say('model.manifest-bad', { file, why: z.prettifyError(manifest.error).replaceAll('\n', ' ') }),
    );
  }
  return manifest.data;
}

/** @throws {ModelRefused} also when the model is of another kind. */
export function readManifestOf<K extends ModelManifest['kind']>(
  modelDir: string,
  kind: K,
): Extract<ModelManifest, { kind: K }> {
  const manifest = readManifest(modelDir);
  if (manifest.kind !== kind) {
    throw new ModelRefused(say('model.other-kind', { folder: modelDir, found: manifest.kind, expected: kind }));
  }
  return manifest as Extract<ModelManifest, { kind: K }>;
}

/**
 * The bytes of one of the model's files, after checking that they are the ones its manifest names.
 *
 * @throws {ModelRefused} naming both sizes or both hashes.
 */
export function readModelFile(modelDir: string, file: ModelFile): Uint8Array {
  const full = path.join(modelDir, file.path);
  let size: number;
  try {
    size = statSync(full).size;
  } catch (error) {
    throw new ModelRefused(say('model.file-unread', { file: full, why: String(error) }));
  }
  if (size > MAX_MODEL_BYTES) {
    throw new ModelRefused(say('model.file-large', { file: full, found: size, expected: file.bytes }));
  }
  const bytes = readFileSync(full);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) {
    throw new ModelRefused(say('model.file-altered', { file: full, found: sha256, expected: file.sha256 }));
  }
  return bytes;
}
