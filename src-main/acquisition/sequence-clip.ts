import { SequenceReader, transformsOf } from '../sequences/index.ts';
import type { Clip, ClipFrame } from './clip.ts';

/** Pace of a recording that has no usable time stamps, frames/s: what ultrasound scanners commonly deliver. */
const DEFAULT_FRAMES_PER_SECOND = 30;

/** What the operating system says about a file, in the operator's words. */
const FILE_PROBLEMS: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'no right to read it'],
]);

/** A recording (.mha, .mhd, .nrrd, .nhdr) as a clip. @throws {BadSequence} naming the file, the field, the value and the limit. */
export async function openSequenceClip(path: string): Promise<Clip> {
  const reader = await SequenceReader.open(path).catch((error: NodeJS.ErrnoException) => {
    const why = FILE_PROBLEMS.get(error.code);
    throw why === undefined ? error : new Error(`${error.path ?? path}: ${why}`, { cause: error });
  });
  const { info } = reader;
  const times = timesOf(reader);
  return {
    kind: 'replay',
    size: info.size,
    components: info.components,
    scalarType: info.scalarType,
    spacing: info.spacing,
    orientation: info.orientation,
    deviceName: 'Image_Image',
    frameCount: info.frames,
    timeS: (index) => times[index] as number,
    frame: async (index): Promise<ClipFrame> => {
      const frame = await reader.frame(index);
      const transforms = transformsOf(frame);
      const image = transforms.find((transform) => transform.ok && /^ImageTo/.test(transform.name));
      return { pixels: frame.pixels, transforms, imageToReference: image?.matrix ?? null, fields: frame.fields };
    },
    close: () => reader.close(),
  };
}

/** Recorded times; an even pace where they are missing or run backwards. */
function timesOf(reader: SequenceReader): Float64Array {
  const times = new Float64Array(reader.info.frames);
  let usable = true;
  for (let i = 0; i < times.length && usable; i++) {
    const recorded = reader.timestampS(i);
    usable = recorded !== null && (i === 0 || recorded >= (times[i - 1] as number));
    times[i] = recorded ?? 0;
  }
  return usable && times.length > 0 ? times : times.map((_, i) => i / DEFAULT_FRAMES_PER_SECOND);
}
