import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { inEnglish, type RecordingInfo, reasonOf, recordingNameSchema, sayingOf } from '../../src-shared/index.ts';
import { listSegments } from '../sequences/index.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './manifest-reader.ts';

/** A name that no recording can have, or has. */
export class NoSuchRecording extends Error {
  override readonly name = 'NoSuchRecording';
}

/** Recordings on a disk would have to be this many before the list is cut. */
const MAX_LISTED = 10_000;

/** The recordings in one folder. Whatever comes from outside names a recording, never a path. */
export class Catalogue {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = path.resolve(folder);
  }

  /** Makes the folder of a new recording; `20261121T101502Z`, with the label behind it, with a number when it is taken. */
  async create(startedMs: number, label: string | null): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    const stamp = new Date(startedMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const base = label === null ? stamp : `${stamp}_${label}`;
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}-${number}`;
      try {
        // The pictures of a patient: nobody else on this machine needs to see them.
        await mkdir(path.join(this.folder, name), { mode: 0o700 });
        return name;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number > 1000) {
          throw error;
        }
      }
    }
  }

  /**
   * The folder of a recording that is there.
   *
   * @throws {NoSuchRecording} for a name that is none or a path, a link that leads elsewhere, or nothing at all.
   */
  async folderOf(name: string): Promise<string> {
    if (!recordingNameSchema.safeParse(name).success) {
      throw new NoSuchRecording(`recording ${JSON.stringify(name.slice(0, 80))}: expected a name, not a path`);
    }
    const folder = path.join(this.folder, name);
    const stats = await lstat(folder).catch(() => null);
    if (stats === null || !stats.isDirectory() || !(await isRecording(folder))) {
      throw new NoSuchRecording(`there is no recording ${name} in ${this.folder}`);
    }
    return folder;
  }

  /** Newest first. */
  async list(): Promise<RecordingInfo[]> {
    const found: RecordingInfo[] = [];
    for (const name of await this.#names()) {
      const info = await describe(path.join(this.folder, name), name);
      if (info !== null) {
        found.push(info);
      }
    }
    return found.sort((a, b) => (a.name < b.name ? 1 : -1));
  }

  /** Names of recordings that were being made when their engine ended, oldest first. */
  async unfinished(): Promise<string[]> {
    const all = await this.list();
    return all
      .filter(({ state }) => state === 'recording' || state === 'broken')
      .map(({ name }) => name)
      .sort();
  }

  /** Deletes a recording for good. @throws {NoSuchRecording} */
  async delete(name: string): Promise<void> {
    await rm(await this.folderOf(name), { recursive: true });
  }

  async #names(): Promise<string[]> {
    try {
      const entries = await readdir(this.folder, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && recordingNameSchema.safeParse(entry.name).success)
        .map(({ name }) => name)
        .slice(0, MAX_LISTED);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return [];
      }
      throw error;
    }
  }
}

async function isRecording(folder: string): Promise<boolean> {
  const hasManifest = await readManifest(folder).then(
    () => true,
    () => false,
  );
  return hasManifest || (await listSegments(folder)).length > 0;
}

/** Null: a folder that is none of ours. */
async function describe(folder: string, name: string): Promise<RecordingInfo | null> {
  try {
    return infoOf(await readManifest(folder), name, await bytesIn(folder));
  } catch (error) {
    if ((await listSegments(folder)).length === 0) {
      return null;
    }
    const why = reasonOf(error);
    return { ...BROKEN, name, bytes: await bytesIn(folder), message: inEnglish(why), said: sayingOf(why) };
  }
}

function infoOf(manifest: Manifest, name: string, bytes: number): RecordingInfo {
  return {
    name,
    state: manifest.state,
    startedUtc: manifest.startedUtc,
    durationS: manifest.durationS,
    frames: manifest.frames,
    segments: manifest.segments.length,
    masks: manifest.masks,
    lost: manifest.lost,
    missing: manifest.gaps?.frames ?? null,
    sourceKind: manifest.source?.kind ?? null,
    bytes,
    endReason: manifest.endReason,
    message: null,
    said: null,
  };
}

const BROKEN: Omit<RecordingInfo, 'name' | 'bytes' | 'message' | 'said'> = {
  state: 'broken',
  startedUtc: null,
  durationS: 0,
  frames: 0,
  segments: 0,
  masks: { valid: 0, invalid: 0 },
  lost: 0,
  missing: null,
  sourceKind: null,
  endReason: null,
};

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    bytes += (await stat(path.join(folder, name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}
