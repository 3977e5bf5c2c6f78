import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Largest manifest read: ours are under 3 KB. */
const MAX_MANIFEST_BYTES = 64 * 1024;
/** Largest model file read into memory. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** Why a model was refused: the file, what was found and what was expected. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
}

const positive = z.number().gt(0).finite();
const range = z.tuple([positive, positive]).refine(([low, high]) => low < high, 'expected [smallest, largest]');

const modelFile = z.strictObject({
  // A plain file name: a manifest must not reach out of its folder.
  path: z.string().regex(/^[\w.-]+\.onnx$/, 'expected a file name ending in .onnx'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(1).max(MAX_MODEL_BYTES),
});

const boneTracerSchema = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/),
  title: z.string().max(200),
  kind: z.literal('bone-tracer'),
  licence: z.string().max(2000),
  provenance: z.string().max(2000),
  files: z.strictObject({ likelihood: modelFile }),
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
  }),
  /** Constants inside the graph, for the record. */
  graph: z.record(z.string(), z.number()),
  mask: z.strictObject({ aboveMm: z.number().min(0), belowMm: positive }),
  labels: z.array(z.string()).min(1),
});

/** `model.yaml` of a model of kind `bone-tracer`. */
export type BoneTracerManifest = z.infer<typeof boneTracerSchema>;
/** One more kind is one more member here and one more row in each table of `kinds.ts`. */
export type ModelManifest = BoneTracerManifest;
const manifestSchema = z.discriminatedUnion('kind', [boneTracerSchema]);

/** @throws {ModelRefused} when the manifest is missing, unreadable or of an unknown kind. */
export function readManifest(modelDir: string): ModelManifest {
  const file = path.join(modelDir, 'model.yaml');
  let text: string;
  try {
    const size = statSync(file).size;
    if (size > MAX_MANIFEST_BYTES) {
      throw new ModelRefused(`${file}: ${size} bytes, expected at most ${MAX_MANIFEST_BYTES}`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof ModelRefused
      ? error
      : new ModelRefused(`model manifest ${file} cannot be read: ${String(error)}`);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new ModelRefused(`${file} is not YAML: ${String(error)}`);
  }
  const manifest = manifestSchema.safeParse(content);
  if (!manifest.success) {
    throw new ModelRefused(`${file}: ${z.prettifyError(manifest.error).replaceAll('\n', ' ')}`);
  }
  return manifest.data;
}

/**
 * The bytes of one of the model's files, after checking that they are the ones its manifest names.
 *
 * @throws {ModelRefused} naming both sizes or both hashes.
 */
export function readModelFile(modelDir: string, file: z.infer<typeof modelFile>): Uint8Array {
  const full = path.join(modelDir, file.path);
  let size: number;
  try {
    size = statSync(full).size;
  } catch (error) {
    throw new ModelRefused(`model file ${full} cannot be read: ${String(error)}`);
  }
  if (size > MAX_MODEL_BYTES) {
    throw new ModelRefused(`model file ${full}: ${size} bytes, expected ${file.bytes}`);
  }
  const bytes = readFileSync(full);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) {
    throw new ModelRefused(`model file ${full} was altered: its sha256 is ${sha256}, its manifest says ${file.sha256}`);
  }
  return bytes;
}
