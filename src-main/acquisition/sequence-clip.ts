import { SaidError, type SayingCode, say } from '../../src-shared/index.ts';
import { listSegments, type SequenceFrame, SequenceReader, transformsOf } from '../sequences/index.ts';
import type { Clip, ClipFormat, ClipFrame } from './clip.ts';

/** Pace of a recording that has no usable time stamps, frames/s: what ultrasound scanners commonly deliver. */
const DEFAULT_FRAMES_PER_SECOND = 30;
/** IMAGE header bytes as our recordings keep them, in hexadecimal (openigtlink.md section 2). */
const IMAGE_HEADER = /^[0-9a-f]{144}$/;
const ENDIAN_AT = 4;
const LITTLE_ENDIAN = 2;

/** What the operating system says about a file, in the operator's words. */
const FILE_PROBLEMS: ReadonlyMap<string | undefined, SayingCode> = new Map([
  ['ENOENT', 'file.missing'],
  ['ENOTDIR', 'file.no-folder'],
  ['EACCES', 'file.no-right'],
]);

/** A recording (.mha, .mhd, .nrrd, .nhdr) as a clip. @throws {BadSequence} naming the file, the field, the value and the limit. */
export function openSequenceClip(path: string): Promise<Clip> {
  return openFiles([path]);
}

/** All segments of a recording of ours, played as one. @throws {BadSequence}, or in words when the folder holds none. */
export async function openRecordingClip(folder: string): Promise<Clip> {
  const segments = await listSegments(folder).catch(inWords(folder));
  if (segments.length === 0) {
    throw new SaidError(say('file.no-recording', { folder }));
  }
  return openFiles(segments.map(({ image }) => image));
}

/** One file of the clip, and which of the clip's frames is its first. */
interface Part {
  readonly reader: SequenceReader;
  readonly format: ClipFormat;
  readonly first: number;
}

async function openFiles(paths: readonly string[]): Promise<Clip> {
  const parts: Part[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(parts.map(({ reader }) => reader.close()));
  };
  let frameCount = 0;
  try {
    for (const path of paths) {
      const reader = await SequenceReader.open(path).catch(inWords(path));
      parts.push({ reader, format: formatOf(reader), first: frameCount });
      frameCount += reader.info.frames;
    }
  } catch (error) {
    await close();
    throw error;
  }
  const times = timesOf(parts, frameCount);
  const partOf = (index: number): Part => parts.findLast(({ first }) => first <= index) as Part;
  return {
    ...(parts[0] as Part).format,
    kind: 'replay',
    frameCount,
    timeS: (index) => times[index] as number,
    frame: async (index): Promise<ClipFrame> => {
      const { reader, format, first } = partOf(index);
      return clipFrameOf(await reader.frame(index - first), format);
    },
    close,
  };
}

function inWords(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    const code = FILE_PROBLEMS.get(error.code);
    throw code === undefined ? error : new SaidError(say(code, { file: error.path ?? path }), { cause: error });
  };
}

function formatOf({ info }: SequenceReader): ClipFormat {
  const { size, components, scalarType, spacing, orientation, fields } = info;
  return {
    ...{ size, components, scalarType, orientation },
    // Our own recordings say whether the source stated it.
    spacing: fields.get('SpacingStated') === 'False' ? null : spacing,
    deviceName: fields.get('DeviceName') ?? 'Image_Image',
  };
}

function clipFrameOf(frame: SequenceFrame, format: ClipFormat): ClipFrame {
  const transforms = transformsOf(frame);
  const imageHeader = imageHeaderOf(frame);
  const image = transforms.find((transform) => transform.ok && /^ImageTo/.test(transform.name));
  return {
    pixels: frame.pixels,
    // A recording of ours keeps the picture's own geometry beside the pose; that is not another pose.
    transforms: imageHeader === null ? transforms : transforms.filter((transform) => transform !== image),
    imageToReference: image?.matrix ?? null,
    imageHeader,
    fields: frame.fields,
    format,
  };
}

/** The header bytes as they were received, but for the byte order: pixels are read as little-endian. */
function imageHeaderOf({ fields }: SequenceFrame): Uint8Array | null {
  const text = fields.get('SourceImageHeader') ?? '';
  if (!IMAGE_HEADER.test(text)) {
    return null;
  }
  const header = Uint8Array.from(Buffer.from(text, 'hex'));
  header[ENDIAN_AT] = LITTLE_ENDIAN;
  return header;
}

/** Recorded times; an even pace where they are missing or run backwards. */
function timesOf(parts: readonly Part[], frames: number): Float64Array {
  const times = new Float64Array(frames);
  let usable = true;
  for (const { reader, first } of parts) {
    for (let i = 0; i < reader.info.frames && usable; i++) {
      const recorded = reader.timestampS(i);
      const at = first + i;
      usable = recorded !== null && (at === 0 || recorded >= (times[at - 1] as number));
      times[at] = recorded ?? 0;
    }
  }
  return usable ? times : times.map((_, i) => i / DEFAULT_FRAMES_PER_SECOND);
}
