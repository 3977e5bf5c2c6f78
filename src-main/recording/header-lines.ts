import { originOf, readImageHeader, timestampBitsToNs } from '../openigtlink/index.ts';
import { metaTypeName } from '../sequences/index.ts';
import type { FrameRecord, MaskRecord, SegmentFormat } from './frame-record.ts';

/**
 * Text of a segment's header, written as the frames come (live-console-anchors.md E): opening lines, one block per frame,
 * two lines at the end. Readers take the keys between the first two and the last in any order, so the header is a log.
 */

/** Value of every pixel of a mask slot without a result: never a value that reads as "no bone". */
export const NO_RESULT_VALUE = 255;
/** Readers take lines of less than 1000 characters. */
const MAX_TEXT = 200;
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** Lines before the first frame. `Comment` reaches whoever opens the file without our manual. */
export function openingLines(format: SegmentFormat, kind: 'image' | 'mask', software: string): string {
  const isMask = kind === 'mask';
  const components = isMask ? 1 : format.components;
  const lines = [
    'ObjectType = Image',
    'NDims = 3',
    'AnatomicalOrientation = RAI',
    'BinaryData = True',
    `BinaryDataByteOrderMSB = ${format.bigEndian && !isMask ? 'True' : 'False'}`,
    'CenterOfRotation = 0 0 0',
    'CompressedData = False',
    `ElementNumberOfChannels = ${components}`,
    `ElementSpacing = ${(format.spacing ?? [1, 1, 1]).map(spacingText).join(' ')}`,
    `ElementType = ${metaTypeName(isMask ? 'uint8' : format.scalarType)}`,
    'Kinds = domain domain list',
    'Offset = 0 0 0',
    'TransformMatrix = 1 0 0 0 1 0 0 0 1',
    `UltrasoundImageOrientation = ${format.orientation}`,
    `UltrasoundImageType = ${components === 3 ? 'RGB_COLOR' : 'BRIGHTNESS'}`,
    `UltramotionContent = ${kind}`,
    // DimSize comes last; recovery must know what a frame is before that.
    `UltramotionFrameSize = ${format.size[0]} ${format.size[1]}`,
    `UltramotionSoftware = ${plain(software)}`,
    `DeviceName = ${plain(format.deviceName)}`,
    `SourceKind = ${format.sourceKind}`,
    `SpacingStated = ${format.spacing === null ? 'False' : 'True'}`,
    'Encryption = none',
  ];
  if (isMask) {
    lines.push('MaskBoneValue = 1', `MaskNoResultValue = ${NO_RESULT_VALUE}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Lines that make the header whole. */
export function closingLines(size: readonly [number, number], frames: number, dataFile: string): string {
  return `DimSize = ${size[0]} ${size[1]} ${frames}\nElementDataFile = ${dataFile}\n`;
}

/** What both blocks of a frame share, and what only the pictures' one says. Ends with ImageStatus: a block is whole with it. */
export class FrameLines {
  #poseName: string | null = null;

  /** Fields of a frame's picture without their prefix; `shared`: of the same frame. */
  image(record: FrameRecord, shared: readonly string[]): string[] {
    return [
      ...shared,
      `UnfilteredTimestamp = ${record.receivedS.toFixed(6)}`,
      `FrameNumberOrigin = ${record.frameNumberOrigin}`,
      `SourceStampBits = ${record.stampBits.toString(16).padStart(16, '0')}`,
      `SourceTimeUtcNs = ${timestampBitsToNs(record.stampBits)}`,
      `RecvTimeUtcNs = ${BigInt(Math.round(record.receivedUtcMs * 1e3)) * 1000n}`,
      `SourceImageHeader = ${Buffer.from(record.imageHeader).toString('hex')}`,
      ...(record.pose === null ? [] : [`PoseSkewMs = ${record.pose.skewMs.toFixed(3)}`]),
      'ImageStatus = OK',
    ];
  }

  /**
   * Fields that picture and mask have in common. `timestampS`: strictly increasing. A pose that a frame lacks is written
   * INVALID once its name is known, so that the frames of a segment have the same fields.
   */
  shared(record: FrameRecord, timestampS: number): string[] {
    this.#poseName = record.pose === null ? this.#poseName : transformKey(record.pose.name);
    const imageKey = imageTransformKey(record.format.deviceName);
    const lines = [`FrameNumber = ${record.frameNumber}`];
    if (this.#poseName !== null && this.#poseName !== imageKey) {
      const matrix = record.pose?.matrix ?? IDENTITY;
      lines.push(
        `${this.#poseName} = ${numbersText(matrix)}`,
        `${this.#poseName}Status = ${record.pose === null ? 'INVALID' : 'OK'}`,
      );
    }
    lines.push(
      `${imageKey} = ${numbersText(imageToReference(record.imageHeader))}`,
      `${imageKey}Status = OK`,
      `Timestamp = ${timestampS.toFixed(6)}`,
    );
    return lines;
  }
}

/** Fields of a frame's mask slot. */
export function maskLines(shared: readonly string[], mask: MaskRecord): string[] {
  const optional: readonly (readonly [string, string | null])[] = [
    ['ResultScore', mask.score === null ? null : String(mask.score)],
    ['ResultReason', mask.reason === null ? null : plain(mask.reason)],
    ['ModelId', mask.modelId === null ? null : plain(mask.modelId)],
    ['ModelProvider', mask.provider === null ? null : plain(mask.provider)],
    ['InferenceMs', mask.inferenceMs === null ? null : mask.inferenceMs.toFixed(3)],
  ];
  return [
    ...shared,
    `ResultState = ${mask.state}`,
    ...optional.flatMap(([key, value]) => (value === null ? [] : [`${key} = ${value}`])),
    `ImageStatus = ${mask.bits === null ? 'INVALID' : 'OK'}`,
  ];
}

/** A block as it stands in the file: every line under the frame's prefix. */
export function blockText(index: number, fields: readonly string[]): string {
  const prefix = `Seq_Frame${String(index).padStart(4, '0')}_`;
  let text = '';
  for (const field of fields) {
    text += `${prefix}${field}\n`;
  }
  return text;
}

/** `Image_Reference` -> `ImageToReferenceTransform`. A device without a coordinate frame in its name is in Reference. */
function imageTransformKey(deviceName: string): string {
  const at = deviceName.lastIndexOf('_');
  const frame = at < 0 ? '' : word(deviceName.slice(at + 1));
  return `ImageTo${frame === '' || frame === 'Image' ? 'Reference' : frame}Transform`;
}

function transformKey(name: string): string {
  const key = word(name);
  return key.endsWith('Transform') ? key : `${key}Transform`;
}

/** Pixels to mm in the reference frame, 4 x 4 row by row: the axis vectors and the position of voxel (0, 0, 0). */
function imageToReference(header: Uint8Array): number[] {
  const geometry = readImageHeader(header);
  const origin = originOf(geometry);
  const rows = [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((axis) => geometry.matrix[3 * axis + row] as number),
    origin[row] as number,
  ]);
  return [...rows, 0, 0, 0, 1];
}

function numbersText(values: Iterable<number>): string {
  let text = '';
  for (const value of values) {
    // A source may send anything; readers expect numbers.
    text += `${text === '' ? '' : ' '}${Number.isFinite(value) ? value : 0}`;
  }
  return text;
}

function spacingText(length: number): string {
  return length > 0 && Number.isFinite(length) ? String(length) : '1';
}

/** Letters, digits and underscores of a name from outside. */
function word(name: string): string {
  return name.replace(/\W/g, '').slice(0, MAX_TEXT);
}

/** A text from outside as one short line. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_TEXT);
}
