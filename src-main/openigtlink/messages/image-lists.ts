import { readFixedText, writeFixedText } from '../bytes.ts';
import { buildRecords, parseRecords } from './records.ts';

type Triple = readonly [number, number, number];

/** One of LBMETA's labels, 116 bytes: which value of which label image means what. */
export interface LabelElement {
  readonly name: string;
  /** Device name under which the label IMAGE is sent. */
  readonly deviceName: string;
  readonly label: number;
  readonly rgba: readonly [number, number, number, number];
  readonly size: Triple;
  /** Device name of the image that was labelled. */
  readonly owner: string;
}

/** One of IMGMETA's images, 260 bytes. Holds patient data: never to be logged. */
export interface ImageListElement {
  readonly name: string;
  readonly deviceName: string;
  readonly modality: string;
  readonly patientName: string;
  readonly patientId: string;
  readonly scanTimeBits: bigint;
  readonly size: Triple;
  readonly scalarType: number;
}

const LABEL_BYTES = 116;
const IMAGE_BYTES = 260;
const NAME_BYTES = 64;
const DEVICE_AT = 64;
const DEVICE_BYTES = 20;

const LABEL_AT = 84;
const RGBA_AT = 86;
const LABEL_SIZE_AT = 90;
const OWNER_AT = 96;

const MODALITY_AT = 84;
const MODALITY_BYTES = 32;
const PATIENT_NAME_AT = 116;
const PATIENT_ID_AT = 180;
const PATIENT_BYTES = 64;
const SCAN_TIME_AT = 244;
const IMAGE_SIZE_AT = 252;
const SCALAR_TYPE_AT = 258;

/** @throws {MalformedMessage} unless the content is a multiple of 116 bytes. */
export function parseLabels(content: Uint8Array): readonly LabelElement[] {
  return parseRecords('LBMETA', content, LABEL_BYTES, (bytes, view) => ({
    name: readFixedText(bytes, 0, NAME_BYTES),
    deviceName: readFixedText(bytes, DEVICE_AT, DEVICE_BYTES),
    label: bytes[LABEL_AT]!,
    rgba: [bytes[RGBA_AT]!, bytes[RGBA_AT + 1]!, bytes[RGBA_AT + 2]!, bytes[RGBA_AT + 3]!],
    size: sizeAt(view, LABEL_SIZE_AT),
    owner: readFixedText(bytes, OWNER_AT, DEVICE_BYTES),
  }));
}

export function buildLabels(labels: readonly LabelElement[]): Uint8Array {
  return buildRecords(labels, LABEL_BYTES, (label, bytes, view) => {
    writeFixedText(bytes, 0, NAME_BYTES, label.name);
    writeFixedText(bytes, DEVICE_AT, DEVICE_BYTES, label.deviceName);
    bytes[LABEL_AT] = label.label;
    bytes.set(label.rgba, RGBA_AT);
    setSize(view, LABEL_SIZE_AT, label.size);
    writeFixedText(bytes, OWNER_AT, DEVICE_BYTES, label.owner);
  });
}

/** @throws {MalformedMessage} unless the content is a multiple of 260 bytes. */
export function parseImageList(content: Uint8Array): readonly ImageListElement[] {
  return parseRecords('IMGMETA', content, IMAGE_BYTES, (bytes, view) => ({
    name: readFixedText(bytes, 0, NAME_BYTES),
    deviceName: readFixedText(bytes, DEVICE_AT, DEVICE_BYTES),
    modality: readFixedText(bytes, MODALITY_AT, MODALITY_BYTES),
    patientName: readFixedText(bytes, PATIENT_NAME_AT, PATIENT_BYTES),
    patientId: readFixedText(bytes, PATIENT_ID_AT, PATIENT_BYTES),
    scanTimeBits: view.getBigUint64(SCAN_TIME_AT),
    size: sizeAt(view, IMAGE_SIZE_AT),
    scalarType: bytes[SCALAR_TYPE_AT]!,
  }));
}

export function buildImageList(images: readonly ImageListElement[]): Uint8Array {
  return buildRecords(images, IMAGE_BYTES, (image, bytes, view) => {
    writeFixedText(bytes, 0, NAME_BYTES, image.name);
    writeFixedText(bytes, DEVICE_AT, DEVICE_BYTES, image.deviceName);
    writeFixedText(bytes, MODALITY_AT, MODALITY_BYTES, image.modality);
    writeFixedText(bytes, PATIENT_NAME_AT, PATIENT_BYTES, image.patientName);
    writeFixedText(bytes, PATIENT_ID_AT, PATIENT_BYTES, image.patientId);
    view.setBigUint64(SCAN_TIME_AT, image.scanTimeBits);
    setSize(view, IMAGE_SIZE_AT, image.size);
    bytes[SCALAR_TYPE_AT] = image.scalarType;
  });
}

function sizeAt(view: DataView, offset: number): Triple {
  return [view.getUint16(offset), view.getUint16(offset + 2), view.getUint16(offset + 4)];
}

function setSize(view: DataView, offset: number, size: Triple): void {
  size.forEach((value, i) => {
    view.setUint16(offset + 2 * i, value);
  });
}
