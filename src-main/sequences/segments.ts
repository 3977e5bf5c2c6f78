import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** One file pair of a recording: some of its frames, in the order of `number`. */
export interface RecordedSegment {
  readonly number: number;
  /** Header file of the pictures; its pixels lie beside it. */
  readonly image: string;
  /** Header file of the masks of the same frames; null where none were recorded. */
  readonly mask: string | null;
}

/** `.igs.mhd` is what Slicer opens as a sequence rather than as a volume. */
const HEADER_EXTENSION = '.igs.mhd';
const SEGMENT_FILE = /^(.+)_(\d{3,9})(_mask)?\.igs\.mhd$/;

/** Names of segment `number` of the recording `stem`: three digits and more, so that they sort as they were taken. */
export function segmentFileNames(
  stem: string,
  number: number,
  kind: 'image' | 'mask',
): { readonly header: string; readonly data: string } {
  const base = `${stem}_${String(number).padStart(3, '0')}${kind === 'mask' ? '_mask' : ''}`;
  return { header: base + HEADER_EXTENSION, data: `${base}.raw` };
}

/** The segments of a recording's folder, in order; empty when it holds none. */
export async function listSegments(folder: string): Promise<RecordedSegment[]> {
  const names = await readdir(folder);
  const found = new Map<number, { image: string | null; mask: string | null }>();
  for (const name of names) {
    const match = SEGMENT_FILE.exec(name);
    if (match !== null) {
      const number = Number(match[2]);
      const entry = found.get(number) ?? { image: null, mask: null };
      entry[match[3] === undefined ? 'image' : 'mask'] = path.join(folder, name);
      found.set(number, entry);
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .flatMap(([number, { image, mask }]) => (image === null ? [] : [{ number, image, mask }]));
}
