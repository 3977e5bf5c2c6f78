import type { ScalarTypeName } from '../../src-shared/index.ts';
import { META_TYPES } from './metaimage.ts';
import { nrrdTypeName } from './nrrd.ts';
import type { SequenceInfo } from './types.ts';

export interface OutgoingHeader {
  readonly info: SequenceInfo;
  readonly frameFields: readonly ReadonlyMap<string, string>[];
  /** Null: the pixels follow in the same file. */
  readonly dataFile: string | null;
  readonly compressedBytes: number | null;
}

/** Written by us from the info, or describing the file that was read: never copied from `info.fields`. */
const META_OWN = new Set([
  'ObjectType',
  'NDims',
  'BinaryData',
  'BinaryDataByteOrderMSB',
  'ElementByteOrderMSB',
  'CompressedData',
  'CompressedDataSize',
  'DimSize',
  'Kinds',
  'ElementNumberOfChannels',
  'ElementSpacing',
  'ElementSize',
  'ElementType',
  'ElementDataFile',
  'HeaderSize',
  'UltrasoundImageOrientation',
  'UltrasoundImageType',
]);
const NRRD_OWN = new Set([
  'type',
  'dimension',
  'space',
  'space dimension',
  'sizes',
  'kinds',
  'space directions',
  'space origin',
  'spacings',
  'endian',
  'encoding',
  'data file',
  'datafile',
  'byte skip',
  'byteskip',
  'line skip',
  'lineskip',
  'centerings',
  'measurement frame',
  'ultrasound image orientation',
  'ultrasound image type',
]);
/** Keys MetaImage knows and PLUS writes; they say nothing in a NRRD header, and the other way round. */
const META_GEOMETRY: readonly (readonly [string, string])[] = [
  ['AnatomicalOrientation', 'RAI'],
  ['CenterOfRotation', '0 0 0'],
  ['Offset', '0 0 0'],
  ['TransformMatrix', '1 0 0 0 1 0 0 0 1'],
];

/** The MetaImage name of a scalar type, e.g. MET_UCHAR. */
export function metaTypeName(type: ScalarTypeName): string {
  for (const [name, scalarType] of META_TYPES) if (scalarType === type) return name;
  throw new Error(`no MetaImage type for ${type}`);
}

const frameNumber = (frame: number) => String(frame).padStart(4, '0');

/** ObjectType first, NDims second, ElementDataFile last: what PLUS and Slicer insist on. */
export function metaImageHeader({ info, frameFields, dataFile, compressedBytes }: OutgoingHeader): string {
  const lines = ['ObjectType = Image', 'NDims = 3'];
  const add = (key: string, value: string | number) => lines.push(`${key} = ${value}`);
  for (const [key, value] of META_GEOMETRY) add(key, info.fields.get(key) ?? value);
  add('BinaryData', 'True');
  add('BinaryDataByteOrderMSB', 'False');
  add('CompressedData', compressedBytes === null ? 'False' : 'True');
  if (compressedBytes !== null) add('CompressedDataSize', compressedBytes);
  add('DimSize', `${info.size[0]} ${info.size[1]} ${info.frames}`);
  add('Kinds', 'domain domain list');
  add('ElementNumberOfChannels', info.components);
  add('ElementSpacing', (info.spacing ?? [1, 1, 1]).join(' '));
  add('ElementType', metaTypeName(info.scalarType));
  if (info.orientation) add('UltrasoundImageOrientation', info.orientation);
  add('UltrasoundImageType', info.components === 3 ? 'RGB_COLOR' : 'BRIGHTNESS');
  for (const [key, value] of info.fields) {
    if (!META_OWN.has(key) && !META_GEOMETRY.some(([own]) => own === key) && /^\w+$/.test(key)) add(key, value);
  }
  for (const [frame, fields] of frameFields.entries()) {
    for (const [name, value] of fields) add(`Seq_Frame${frameNumber(frame)}_${name}`, value);
    if (!fields.has('ImageStatus')) add(`Seq_Frame${frameNumber(frame)}_ImageStatus`, 'OK');
  }
  add('ElementDataFile', dataFile ?? 'LOCAL');
  return `${lines.join('\n')}\n`;
}

/** PLUS' dialect: the list of frames is the last axis, colour the first. */
export function nrrdHeader({ info, frameFields, dataFile, compressedBytes }: OutgoingHeader): string {
  const color = info.components === 3;
  const [columns, rows] = info.size;
  const lines = ['NRRD0004'];
  const add = (key: string, value: string | number) => lines.push(`${key}: ${value}`);
  const addCustom = (key: string, value: string) =>
    lines.push(`${key}:=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`);
  add('type', nrrdTypeName(info.scalarType));
  add('dimension', color ? 4 : 3);
  add('sizes', `${color ? '3 ' : ''}${columns} ${rows} ${info.frames}`);
  add('kinds', `${color ? 'vector ' : ''}domain domain list`);
  if (info.spacing) {
    add('space dimension', 2);
    add('space directions', `${color ? 'none ' : ''}(${info.spacing[0]},0) (0,${info.spacing[1]}) none`);
    add('space origin', '(0,0)');
  }
  add('endian', 'little');
  add('encoding', compressedBytes === null ? 'raw' : 'gz');
  if (dataFile !== null) add('data file', dataFile);
  if (info.orientation) addCustom('ultrasound image orientation', info.orientation);
  addCustom('ultrasound image type', color ? 'RGB_COLOR' : 'BRIGHTNESS');
  for (const [key, value] of info.fields) {
    if (!NRRD_OWN.has(key) && !META_OWN.has(key) && !/^axis \d|[:=]/.test(key)) addCustom(key, value);
  }
  for (const [frame, fields] of frameFields.entries()) {
    for (const [name, value] of fields) {
      addCustom(`Seq_Frame${frameNumber(frame)}_${name === 'ImageStatus' ? 'Status' : name}`, value);
    }
    if (!fields.has('ImageStatus')) addCustom(`Seq_Frame${frameNumber(frame)}_Status`, 'OK');
  }
  return `${lines.join('\n')}\n${dataFile === null ? '\n' : ''}`;
}
