import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from './manifest-reader.ts';

export type { Manifest, ManifestSegment } from './manifest-reader.ts';

export const MANIFEST_FILE = 'manifest.json';
/** Said in the manifest, by the command line and on the screen: whoever holds the files can see the patient's pictures. */
export const UNENCRYPTED_NOTE = 'Not encrypted: anyone who can read these files can see the pictures in them.';

/** Gaps listed one by one; more are only counted. */
export const MAX_LISTED_GAPS = 1000;

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

/** Replaces the manifest as a whole: a crash leaves the old or the new one. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
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
