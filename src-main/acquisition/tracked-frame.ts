import { ORIENTATIONS, type Orientation } from '../../src-shared/index.ts';
import {
  buildImageHeader,
  MalformedMessage,
  parseImage,
  parseTrackedFrame,
  type ScalarType,
  TRACKED_FRAME_ORIENTATIONS,
  type TrackedFrameContent,
} from '../openigtlink/index.ts';
import type { ReceivedImage } from './igtl-source.ts';
import { transformFields } from './transform-fields.ts';

/** IMAGE counts components in one byte, TRACKEDFRAME in two. */
const MAX_COMPONENTS = 255;

/**
 * A TRACKEDFRAME as the IMAGE it stands for: its 4x4 image-to-reference matrix becomes the 12 IMAGE floats, axes from
 * the columns, centre = M x the middle of the picture (openigtlink.md section 7).
 *
 * @throws {MalformedMessage}
 */
export function imageOfTrackedFrame(content: Uint8Array): ReceivedImage {
  const frame = parseTrackedFrame(content);
  if (frame.components < 1 || frame.components > MAX_COMPONENTS) {
    throw new MalformedMessage('TRACKEDFRAME', 'components', frame.components, `1 to ${MAX_COMPONENTS}`);
  }
  const header = buildImageHeader({
    size: frame.size,
    scalarType: frame.scalarType as ScalarType,
    components: frame.components,
    matrix: imageMatrix(frame),
  });
  const image = new Uint8Array(header.byteLength + frame.pixels.byteLength);
  image.set(header);
  image.set(frame.pixels, header.byteLength);
  const orientation = TRACKED_FRAME_ORIENTATIONS[frame.orientation];
  return {
    image: parseImage(image),
    poses: new Map(transformFields(frame.fields).flatMap(({ name, matrix, ok }) => (ok ? [[name, matrix]] : []))),
    orientation: ORIENTATIONS.includes(orientation as Orientation) ? (orientation as Orientation) : null,
  };
}

function imageMatrix({ matrix, size }: TrackedFrameContent): Float32Array {
  const at = (row: number, column: number): number => matrix[row * 4 + column] as number;
  const middle = size.map((length) => (length - 1) / 2);
  const floats = new Float32Array(12);
  for (let row = 0; row < 3; row++) {
    for (let axis = 0; axis < 3; axis++) {
      floats[axis * 3 + row] = at(row, axis);
    }
    floats[9 + row] = middle.reduce((sum, index, axis) => sum + at(row, axis) * index, at(row, 3));
  }
  return floats;
}
