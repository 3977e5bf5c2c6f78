import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

export const MANIFEST_FILE = 'manifest.json';
/** Said in the manifest, by the command line and on the screen: whoever holds the files can see the patient's pictures. */
export const UNENCRYPTED_NOTE = 'Not encrypted: anyone who can read these files can see the pictures in them.';

/** Gaps listed one by one; more are only counted. */
export const MAX_LISTED_GAPS = 1000;

const count = z.number().int().min(0);
const fileName = z.string().regex(/^[\w.-]{1,200}$/);
const pairSchema = z.object({ header: fileName, data: fileName });

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
  models: z.array(z.object({ id: z.string(), provider: z.string().nullable(), frames: count })),
  segments: z.array(segmentSchema).max(100_000),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestSegment = z.infer<typeof segmentSchema>;

/** The manifest of a recording that has no frame yet. */
export function beginManifest(begun: {
  readonly name: string;
  readonly startedMs: number;
  readonly startReason: string;
  readonly software: string;
  readonly source: Manifest['source'];
}): Manifest {
  const { name, startedMs, startReason, software, source } = begun;
  return {
    format: 'ultramotion-recording',
    version: 1,
    name,
    state: 'recording',
    startedUtc: new Date(startedMs).toISOString(),
    endedUtc: null,
    startReason,
    endReason: null,
    encrypted: false,
    note: UNENCRYPTED_NOTE,
    software,
    source,
    frames: 0,
    durationS: 0,
    lost: 0,
    masks: { valid: 0, invalid: 0 },
    gaps: null,
    models: [],
    segments: [],
  };
}

/** The manifest of a recovered recording that is gone on with. */
export function resumeManifest(recovered: Manifest, software: string): Manifest {
  return { ...recovered, state: 'recording', endedUtc: null, endReason: null, software };
}

/** Larger than any manifest we write. */
const MAX_MANIFEST_BYTES = 64 * 2 ** 20;

/** @throws in words when there is none or it is not one of ours. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? new Error(`${folder} is not a recording: it has no ${MANIFEST_FILE}`)
      : error;
  });
  try {
    const { size } = await handle.stat();
    if (size > MAX_MANIFEST_BYTES) {
      throw new Error(`${file}: ${size} bytes: expected at most ${MAX_MANIFEST_BYTES}`);
    }
    return manifestSchema.parse(JSON.parse(await readFile(handle, 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      throw new Error(`${file} is not a recording's manifest: ${wordsOf(error)}`, { cause: error });
    }
    throw error;
  } finally {
    await handle.close();
  }
}

/** Replaces the manifest as a whole: a crash leaves the old or the new one. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, MANIFEST_FILE);
  const beside = `${file}.new`;
  const handle = await open(beside, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

function wordsOf(error: z.ZodError | SyntaxError): string {
  return error instanceof z.ZodError
    ? error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; ')
    : error.message;
}
