import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { SaidError, say } from '../../src-shared/index.ts';
import { MANIFEST_FILE } from './manifest.ts';

/** Reading is apart from writing: the archive's thread starts the faster for not having the parser. */

const count = z.number().int().min(0);
const fileName = z.string().regex(/^[\w.-]{1,200}$/);
const pairSchema = z.object({ header: fileName, data: fileName });

const modelSchema = z.object({ id: z.string(), provider: z.string().nullable(), frames: count });

const segmentSchema = z.object({
  number: count,
  /** Why it was begun: start, full, size, type, spacing, source, reconnect, resumed. */
  reason: z.string().max(32),
  image: pairSchema,
  mask: pairSchema.nullable(),
  size: z.tuple([count, count]),
  scalarType: z.string().max(16),
  components: count,
  spacing: z.array(z.number()).length(3).nullable(),
  frames: count,
  masks: z.object({ valid: count, invalid: count }),
  models: z.array(modelSchema),
  /** As for the whole recording; null: the source does not number its frames. */
  gaps: z.object({ frames: count, places: count }).nullable(),
  /** The last FrameNumber of the source in it. */
  lastFrameNumber: z.number().nullable(),
  /** `open`: being written, or cut off by a crash. */
  state: z.enum(['open', 'closed', 'recovered']),
});

/** What a recording's folder says about itself. Written anew at every segment and at the end. */
export const manifestSchema = z.object({
  format: z.literal('ultramotion-recording'),
  version: z.literal(1),
  name: z.string().max(128),
  /** `recording`: being made, or its engine crashed. */
  state: z.enum(['recording', 'complete', 'recovered']),
  startedUtc: z.iso.datetime(),
  /** Null while it is being made; after a crash the time of the last file that was written. */
  endedUtc: z.iso.datetime().nullable(),
  startReason: z.string().max(200),
  endReason: z.string().max(500).nullable(),
  encrypted: z.literal(false),
  note: z.string().max(500),
  software: z.string().max(64),
  source: z
    .object({ address: z.string().max(4096), kind: z.string().max(16), deviceName: z.string().max(64) })
    .nullable(),
  frames: count,
  durationS: z.number().min(0),
  /** Frames received but not recorded, because the archive was at its limit. */
  lost: count,
  masks: z.object({ valid: count, invalid: count }),
  /** FrameNumbers missing from the recording, whoever lost them. Null: the source does not number its frames. */
  gaps: z
    .object({
      frames: count,
      places: count,
      listed: z.array(z.object({ segment: count, frame: count, afterFrameNumber: z.number(), missing: count })),
    })
    .nullable(),
  models: z.array(modelSchema),
  segments: z.array(segmentSchema).max(100_000),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestSegment = z.infer<typeof segmentSchema>;

/** Larger than any manifest we write. */
const MAX_MANIFEST_BYTES = 64 * 2 ** 20;

/** @throws in words when there is none or it is not one of ours. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? new SaidError(say('recording.no-manifest', { folder, file: MANIFEST_FILE }))
      : error;
  });
  try {
    const { size } = await handle.stat();
    if (size > MAX_MANIFEST_BYTES) {
      throw new SaidError(say('recording.manifest-large', { file, found: size, limit: MAX_MANIFEST_BYTES }));
    }
    return manifestSchema.parse(JSON.parse(await readFile(handle, 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      throw new SaidError(say('recording.manifest-bad', { file, why: wordsOf(error) }), { cause: error });
    }
    throw error;
  } finally {
    await handle.close();
  }
}

function wordsOf(error: z.ZodError | SyntaxError): string {
  return error instanceof z.ZodError
    ? error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; ')
    : error.message;
}
