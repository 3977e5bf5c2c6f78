import { buildImageHeader, type OutgoingMessage, timestampBitsFromNs } from '../../src-main/openigtlink/index.ts';

/** Size of the handmade pictures, and their pace. */
export const [COLUMNS, ROWS] = [64, 48] as const;
export const PERIOD_MS = 40;
const MATRIX = Float32Array.of(0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1, 10, -20, 30);
const now = () => timestampBitsFromNs(BigInt(Date.now()) * 1_000_000n);

/** A message stamped now, of device `Image` unless told otherwise. */
export function message(
  type: string,
  content: readonly Uint8Array[],
  extra: Partial<OutgoingMessage> = {},
): OutgoingMessage {
  return { type, deviceName: 'Image', timestampBits: now(), content, ...extra };
}

let pictures = 0;
/** Gray pixels that differ from those before. */
export const nextPixels = (columns = COLUMNS as number, rows = ROWS as number): Uint8Array =>
  new Uint8Array(columns * rows).fill(pictures++ & 0xff);

/** A gray picture that differs from the one before. */
export function picture(columns = COLUMNS as number, rows = ROWS as number): OutgoingMessage {
  const header = buildImageHeader({ size: [columns, rows, 1], scalarType: 3, matrix: MATRIX });
  return message('IMAGE', [header, nextPixels(columns, rows)]);
}

/** An IMAGE header like a good picture's but for `fields`. */
export const headerWith = (fields: Partial<Parameters<typeof buildImageHeader>[0]>) =>
  buildImageHeader({ size: [COLUMNS, ROWS, 1], scalarType: 3, matrix: MATRIX, ...fields });

/** A copy with one byte changed. */
export function spoilt(header: Uint8Array, at: number, value: number): Uint8Array {
  const copy = header.slice();
  copy[at] = value;
  return copy;
}

export const GOOD_PIXELS = new Uint8Array(COLUMNS * ROWS);
/** A good TRACKEDFRAME. */
export const TRACKED = {
  scalarType: 3,
  components: 1,
  imageType: 1,
  size: [COLUMNS, ROWS, 1] as const,
  orientation: 5,
  matrix: Float32Array.of(0.5, 0, 0, 7, 0, 0.25, 0, 8, 0, 0, 1, 9, 0, 0, 0, 1),
  xml: '<TrackedFrame><FrameField Name="ProbeToTrackerTransform" Value="1 0 0 1 0 1 0 2 0 0 1 3 0 0 0 1"/><FrameField Name="ProbeToTrackerTransformStatus" Value="OK"/></TrackedFrame>',
  pixels: GOOD_PIXELS,
};
