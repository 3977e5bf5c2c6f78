import { bufferOf, concat, viewOf } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';
import { elements } from './client-info.ts';
import { scalarBytes } from './image.ts';

/**
 * TRACKEDFRAME, PlusServer only: 86-byte header, then XML, then pixels (openigtlink.md section 2). Header numbers are
 * big-endian but the matrix, which is in the sender's own byte order like the pixels: little-endian on every common host.
 */
export interface TrackedFrameContent {
  /** Codes as in IMAGE. */
  readonly scalarType: number;
  readonly components: number;
  /** 0 unknown, 1 B-mode, 2 RF real, 3 RF IQ line, 4 RF I line Q line, 5 RGB. */
  readonly imageType: number;
  readonly size: readonly [columns: number, rows: number, slices: number];
  /** Index into {@link TRACKED_FRAME_ORIENTATIONS}. */
  readonly orientation: number;
  /** Image to reference, 4x4, row-major, mm; acts on pixel indices. */
  readonly matrix: Float32Array;
  readonly xml: string;
  /** Frame fields of the XML by name: `ProbeToTrackerTransform`, `ProbeToTrackerTransformStatus`, … */
  readonly fields: ReadonlyMap<string, string>;
  /** View into the message's buffer. */
  readonly pixels: Uint8Array;
}

/** What image +x, +y and +z point to, by the number that stands in the header. */
export const TRACKED_FRAME_ORIENTATIONS: readonly string[] =
  'XX UF UFA UN UND MF MFD AMF MN MNA FU NU FM NM AUF AMN AUN'.split(' ');

const HEADER_BYTES = 86;
const IMAGE_BYTES_AT = 12;
const XML_BYTES_AT = 16;
const ORIENTATION_AT = 20;
const MATRIX_AT = 22;
const MATRIX_FLOATS = 16;
/** PlusServer's fields of a frame are a few kB; the bound keeps the reading of hostile text short. */
const MAX_XML_BYTES = 256 * 1024;

/** @throws {MalformedMessage} when the sizes do not add up to the content. */
export function parseTrackedFrame(content: Uint8Array): TrackedFrameContent {
  if (content.byteLength < HEADER_BYTES) {
    throw new MalformedMessage('TRACKEDFRAME', 'content', content.byteLength, `>= ${HEADER_BYTES} bytes`);
  }
  const view = viewOf(content);
  const imageBytes = view.getUint32(IMAGE_BYTES_AT);
  const xmlBytes = view.getUint32(XML_BYTES_AT);
  if (HEADER_BYTES + xmlBytes + imageBytes !== content.byteLength) {
    const parts = `${HEADER_BYTES} header + ${xmlBytes} XML + ${imageBytes} image bytes`;
    throw new MalformedMessage('TRACKEDFRAME', 'content', content.byteLength, parts);
  }
  if (xmlBytes > MAX_XML_BYTES) {
    throw new MalformedMessage('TRACKEDFRAME', 'XML', xmlBytes, `<= ${MAX_XML_BYTES} bytes`);
  }
  const [scalarType, components, imageType] = [view.getUint16(0), view.getUint16(2), view.getUint16(4)];
  const size = [view.getUint16(6), view.getUint16(8), view.getUint16(10)] as const;
  const expected = size[0] * size[1] * size[2] * components * scalarBytes(scalarType);
  if (scalarBytes(scalarType) === 0) {
    throw new MalformedMessage('TRACKEDFRAME', 'scalar type', scalarType, 'one of 2-7, 10, 11');
  }
  if (imageBytes !== expected) throw new MalformedMessage('TRACKEDFRAME', 'pixels', imageBytes, expected);
  const matrix = new Float32Array(MATRIX_FLOATS);
  for (let i = 0; i < MATRIX_FLOATS; i++) matrix[i] = view.getFloat32(MATRIX_AT + 4 * i, true);
  const xml = bufferOf(content).toString('utf8', HEADER_BYTES, HEADER_BYTES + xmlBytes);
  return {
    scalarType,
    components,
    imageType,
    size,
    orientation: view.getUint16(ORIENTATION_AT),
    matrix,
    xml,
    fields: fieldsOf(xml),
    pixels: content.subarray(HEADER_BYTES + xmlBytes),
  };
}

export function buildTrackedFrame(frame: Omit<TrackedFrameContent, 'fields'>): Uint8Array {
  const xml = Buffer.from(frame.xml, 'utf8');
  const header = new Uint8Array(HEADER_BYTES);
  const view = viewOf(header);
  [frame.scalarType, frame.components, frame.imageType, ...frame.size].forEach((value, i) => {
    view.setUint16(2 * i, value);
  });
  view.setUint32(IMAGE_BYTES_AT, frame.pixels.byteLength);
  view.setUint32(XML_BYTES_AT, xml.byteLength);
  view.setUint16(ORIENTATION_AT, frame.orientation);
  for (let i = 0; i < MATRIX_FLOATS; i++) view.setFloat32(MATRIX_AT + 4 * i, frame.matrix[i]!, true);
  return concat([header, xml, frame.pixels]);
}

function fieldsOf(xml: string): ReadonlyMap<string, string> {
  const fields = elements(xml, 'FrameField');
  return new Map(fields.map((field) => [field.get('Name') ?? '', field.get('Value') ?? '']));
}
