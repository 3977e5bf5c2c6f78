import type { ScalarTypeName } from '../../src-shared/index.ts';
import { BadSequence, type SequenceLimits } from './errors.ts';
import {
  checkedSizes,
  FrameFields,
  flag,
  orientationOf,
  positive,
  splitFrameKey,
  wholeNumber,
  words,
} from './header-values.ts';
import type { SequenceHeader } from './types.ts';

export const META_TYPES: ReadonlyMap<string, ScalarTypeName> = new Map([
  ['MET_CHAR', 'int8'],
  ['MET_UCHAR', 'uint8'],
  ['MET_SHORT', 'int16'],
  ['MET_USHORT', 'uint16'],
  ['MET_INT', 'int32'],
  ['MET_UINT', 'uint32'],
  ['MET_FLOAT', 'float32'],
  ['MET_DOUBLE', 'float64'],
]);

/** The line that ends a MetaImage header. */
export function closesMetaImage(line: string): boolean {
  return /^\s*ElementDataFile\s*=/.test(line);
}

/**
 * A MetaImage sequence as PlusServer, SlicerIGT and this program write it: `Key = Value` lines, one block of
 * `Seq_FrameNNNN_…` per frame, `ElementDataFile` last (live-console-anchors.md E).
 *
 * @throws {BadSequence}
 */
export function parseMetaImage(path: string, lines: readonly string[], limits: SequenceLimits): SequenceHeader {
  const fields = new Map<string, string>();
  const frameFields = new FrameFields();
  for (const [number, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const equals = line.indexOf('=');
    if (equals < 1) throw new BadSequence(path, `line ${number + 1}`, line, 'Key = Value');
    const key = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    const ofFrame = splitFrameKey(key);
    if (ofFrame) frameFields.set(ofFrame.frame, ofFrame.name, value, key);
    else fields.set(key, value);
  }
  const need = (key: string): string => {
    const value = fields.get(key);
    if (value === undefined) throw new BadSequence(path, key, '(missing)', 'a value');
    return value;
  };

  const { size, frames } = metaSizes(path, need('NDims'), need('DimSize'), limits);
  const typeName = need('ElementType');
  const scalarType = META_TYPES.get(typeName.replace(/_ARRAY$/, ''));
  if (scalarType === undefined) throw new BadSequence(path, 'ElementType', typeName, [...META_TYPES.keys()].join(', '));
  const components = wholeNumber(path, 'ElementNumberOfChannels', fields.get('ElementNumberOfChannels') ?? '1', 1, 3);
  if (components === 2) throw new BadSequence(path, 'ElementNumberOfChannels', 2, '1 or 3');
  if (!flag(path, 'BinaryData', fields.get('BinaryData') ?? 'True')) {
    throw new BadSequence(path, 'BinaryData', 'False', 'True');
  }
  const dataFile = need('ElementDataFile');
  if (/^LIST\b|%/.test(dataFile)) throw new BadSequence(path, 'ElementDataFile', dataFile, 'LOCAL or one file name');
  const compressed = flag(path, 'CompressedData', fields.get('CompressedData'));
  const compressedSize = fields.get('CompressedDataSize');
  const skip = wholeNumber(path, 'HeaderSize', fields.get('HeaderSize') ?? '0', -1, Number.MAX_SAFE_INTEGER);
  return {
    info: {
      size,
      frames,
      scalarType,
      components: components as 1 | 3,
      spacing: metaSpacing(path, fields),
      orientation: orientationOf(fields.get('UltrasoundImageOrientation')),
      fields,
    },
    frameFields: frameFields.toList(path, frames),
    dataFile: dataFile.toUpperCase() === 'LOCAL' ? null : dataFile,
    skipBytes: skip < 0 ? null : skip,
    compressed,
    compressedBytes:
      compressed && compressedSize !== undefined
        ? wholeNumber(path, 'CompressedDataSize', compressedSize, 1, Number.MAX_SAFE_INTEGER)
        : null,
    bigEndian: flag(path, 'byte order', fields.get('BinaryDataByteOrderMSB') ?? fields.get('ElementByteOrderMSB')),
    framesInterleaved: false,
  };
}

function metaSizes(path: string, dimensions: string, sizes: string, limits: SequenceLimits) {
  const count = wholeNumber(path, 'NDims', dimensions, 2, 4);
  const parts = words(path, 'DimSize', sizes, [count]);
  if (count === 4 && parts[2] !== '1') throw new BadSequence(path, 'DimSize', sizes, 'one slice per frame');
  const frames = count === 2 ? '1' : parts.at(-1)!;
  return checkedSizes(path, 'DimSize', [parts[0]!, parts[1]!, frames], limits);
}

function metaSpacing(path: string, fields: ReadonlyMap<string, string>): [number, number, number] | null {
  const key = fields.has('ElementSpacing') ? 'ElementSpacing' : 'ElementSize';
  const text = fields.get(key);
  if (text === undefined) return null;
  const [x, y, z] = words(path, key, text, [2, 3, 4]);
  return [positive(path, key, x!), positive(path, key, y!), z === undefined ? 1 : positive(path, key, z)];
}
