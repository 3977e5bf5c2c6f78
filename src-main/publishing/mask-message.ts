import type { FrameMeta, SourceKind } from '../../src-shared/index.ts';
import type { OutgoingMessage } from '../openigtlink/index.ts';

/** Offsets within the 72 IMAGE header bytes (openigtlink.md section 2). */
const COMPONENTS_AT = 2;
const SCALAR_TYPE_AT = 3;
const ENDIAN_AT = 4;
const SIZE_AT = 6;
const SUB_OFFSET_AT = 60;
const SUB_SIZE_AT = 66;
const UINT8 = 3;
const LITTLE_ENDIAN = 2;

/** Masks of sources that are not live carry another name, so that nobody takes them for the patient (design, section 4). */
export function maskDeviceName(kind: SourceKind): string {
  switch (kind) {
    case 'demo':
      return 'BoneMask_Demo';
    case 'replay':
      return 'BoneMask_Replay';
    default:
      return 'BoneMask';
  }
}

/** The STATUS that says whether masks can be expected; its name differs from the mask's, as pyigtl keys by name alone. */
export const STATUS_DEVICE = 'BoneMask_Status';

/**
 * The source's IMAGE header as a mask's: size, coordinate byte and the 12 geometry floats stay the very bytes received,
 * so that Slicer builds bit-identical matrices for picture and mask (openigtlink.md section 7).
 */
export function maskHeader(sourceImageHeader: Uint8Array): Uint8Array {
  const header = Uint8Array.from(sourceImageHeader);
  header[COMPONENTS_AT] = 1;
  header[SCALAR_TYPE_AT] = UINT8;
  header[ENDIAN_AT] = LITTLE_ENDIAN;
  header.fill(0, SUB_OFFSET_AT, SUB_SIZE_AT);
  header.copyWithin(SUB_SIZE_AT, SIZE_AT, SIZE_AT + 6);
  return header;
}

/**
 * The IMAGE that carries a mask. `mask`: rows x columns, 0/1, or null for an empty one; bone becomes `labelValue`.
 * The metadata goes only to peers that speak version 2.
 */
export function maskMessage(
  meta: FrameMeta,
  mask: Uint8Array | null,
  labelValue: number,
  extra: ReadonlyMap<string, string> = new Map(),
): OutgoingMessage {
  return {
    type: 'IMAGE',
    deviceName: maskDeviceName(meta.sourceKind),
    timestampBits: meta.tsBits,
    content: [maskHeader(meta.sourceImageHeader), labelled(mask, meta.size, labelValue)],
    metadata: new Map([['FrameNumber', String(meta.frameId)], ['Timestamp', meta.ts.toFixed(6)], ...extra]),
  };
}

/** The default label is the mask itself: it goes out without a copy of its own. */
function labelled(mask: Uint8Array | null, size: readonly [number, number], labelValue: number): Uint8Array {
  if (mask === null) {
    return new Uint8Array(size[0] * size[1]);
  }
  return labelValue === 1 ? mask : mask.map((bone) => bone * labelValue);
}
