import type { ScalarTypeName } from '../../src-shared/index.ts';
import { BadSequence, type SequenceLimits } from './errors.ts';
import { checkedSizes, FrameFields, orientationOf, splitFrameKey, wholeNumber, words } from './header-values.ts';
import type { SequenceHeader } from './types.ts';

/** All spellings of the format's definition (teem.sourceforge.net/nrrd/format.html, field "type"). */
const NRRD_TYPES: Readonly<Record<ScalarTypeName, readonly string[]>> = {
  int8: ['signed char', 'int8', 'int8_t'],
  uint8: ['unsigned char', 'uchar', 'uint8', 'uint8_t'],
  int16: ['short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'],
  uint16: ['unsigned short', 'ushort', 'unsigned short int', 'uint16', 'uint16_t'],
  int32: ['int', 'signed int', 'int32', 'int32_t'],
  uint32: ['unsigned int', 'uint', 'uint32', 'uint32_t'],
  float32: ['float'],
  float64: ['double'],
};

/** The name this program writes for a type. */
export function nrrdTypeName(type: ScalarTypeName): string {
  return type === 'int8' || type === 'uint8'
    ? NRRD_TYPES[type][0]!
    : type.startsWith('float')
      ? NRRD_TYPES[type][0]!
      : type;
}

const COMPONENT_KINDS = /^(vector|3-vector|3-color|RGB-color|covariant-vector)$/i;

export function isNrrd(firstLine: string): boolean {
  return /^NRRD000[1-5]\s*$/.test(firstLine);
}

interface Fields {
  /** `key: value` by lower-case key: the format's own fields. */
  readonly standard: ReadonlyMap<string, string>;
  /** `key:=value`. */
  readonly custom: ReadonlyMap<string, string>;
}

function splitLines(path: string, lines: readonly string[]): Fields {
  const standard = new Map<string, string>();
  const custom = new Map<string, string>();
  for (const [number, line] of lines.entries()) {
    if (number === 0 || line.startsWith('#') || line.trim() === '') continue;
    const match = /^([^:]+):(=| )(.*)$/s.exec(line);
    if (match === null) throw new BadSequence(path, `line ${number + 1}`, line, 'key: value or key:=value');
    const [, key, separator, value] = match as unknown as [string, string, string, string];
    if (separator === '=')
      custom.set(
        key,
        value.replace(/\\([n\\])/g, (_, c: string) => (c === 'n' ? '\n' : '\\')),
      );
    else standard.set(key.trim().toLowerCase(), value.trim());
  }
  return { standard, custom };
}

/**
 * A NRRD sequence in PLUS' dialect (`Seq_FrameNNNN_…:=`) or Slicer's (`axis N index values`, `axis N item NNNN …`):
 * live-console-anchors.md E.
 *
 * @throws {BadSequence}
 */
export function parseNrrd(path: string, lines: readonly string[], limits: SequenceLimits): SequenceHeader {
  const { standard, custom } = splitLines(path, lines);
  const need = (key: string): string => {
    const value = standard.get(key);
    if (value === undefined) throw new BadSequence(path, key, '(missing)', 'a value');
    return value;
  };
  const typeName = need('type').toLowerCase();
  const types = Object.keys(NRRD_TYPES) as ScalarTypeName[];
  const scalarType = types.find((type) => NRRD_TYPES[type].includes(typeName));
  if (scalarType === undefined) throw new BadSequence(path, 'type', typeName, types.join(', '));
  const axes = axesOf(path, need('dimension'), need('sizes'), standard.get('kinds'));
  const sizes = axes.sizes;
  const { size, frames } = checkedSizes(
    path,
    'sizes',
    [sizes[axes.x]!, sizes[axes.x + 1]!, axes.list === null ? '1' : sizes[axes.list]!],
    limits,
  );
  const encoding = need('encoding').toLowerCase();
  if (!['raw', 'gz', 'gzip'].includes(encoding)) throw new BadSequence(path, 'encoding', encoding, 'raw or gzip');
  const endian = standard.get('endian')?.toLowerCase() ?? (scalarType.endsWith('int8') ? 'little' : '(missing)');
  if (endian !== 'little' && endian !== 'big') throw new BadSequence(path, 'endian', endian, 'little or big');
  wholeNumber(path, 'line skip', standard.get('line skip') ?? standard.get('lineskip') ?? '0', 0, 0);
  const skip = standard.get('byte skip') ?? standard.get('byteskip') ?? '0';
  const dataFile = standard.get('data file') ?? standard.get('datafile') ?? null;
  if (dataFile !== null && /^LIST\b|%/.test(dataFile))
    throw new BadSequence(path, 'data file', dataFile, 'one file name');
  const { fields, perFrame } = separateFrames(path, custom, axes.list, frames);
  const compressed = encoding !== 'raw';
  const skipBytes = wholeNumber(path, 'byte skip', skip, compressed ? 0 : -1, Number.MAX_SAFE_INTEGER);
  return {
    info: {
      size,
      frames,
      scalarType,
      components: axes.components,
      spacing: spacingOf(standard, axes),
      orientation: orientationOf(fields.get('ultrasound image orientation')),
      fields: new Map([...standard, ...fields]),
    },
    frameFields: perFrame,
    dataFile,
    skipBytes: skipBytes < 0 ? null : skipBytes,
    compressed,
    compressedBytes: null,
    bigEndian: endian === 'big',
    framesInterleaved: axes.list === 0,
  };
}

interface Axes {
  readonly sizes: readonly string[];
  readonly components: 1 | 3;
  /** First spatial axis; the second follows it. */
  readonly x: number;
  /** Axis of the frames; null: a single picture. */
  readonly list: number | null;
}

function axesOf(path: string, dimension: string, sizesText: string, kindsText: string | undefined): Axes {
  const count = wholeNumber(path, 'dimension', dimension, 2, 5);
  const sizes = words(path, 'sizes', sizesText, [count]);
  const kinds = kindsText === undefined ? undefined : words(path, 'kinds', kindsText, [count]);
  const color = kinds ? COMPONENT_KINDS.test(kinds[0]!) : count >= 4 && sizes[0] === '3';
  if (color && sizes[0] !== '3') throw new BadSequence(path, 'sizes', sizesText, '3 values per pixel');
  const spatial = color ? 1 : 0;
  const marked = kinds?.findIndex((kind) => kind.toLowerCase() === 'list') ?? -1;
  const list = marked >= 0 ? marked : count - spatial >= 3 ? count - 1 : null;
  if (list === 0 && !color && count >= 3) return oneSlice(path, sizesText, { sizes, components: 1, x: 1, list });
  if (list !== null && list !== count - 1)
    throw new BadSequence(path, 'kinds', kindsText ?? '', 'list as the last axis');
  return oneSlice(path, sizesText, { sizes, components: color ? 3 : 1, x: spatial, list });
}

/** The spatial axes must be columns and rows, and a slice axis of one at most. */
function oneSlice(path: string, sizesText: string, axes: Axes): Axes {
  const spatial = axes.sizes.filter((_, axis) => axis >= axes.x && axis !== axes.list);
  if (spatial.length < 2 || spatial.slice(2).some((size) => size !== '1')) {
    throw new BadSequence(path, 'sizes', sizesText, 'columns, rows and at most one slice per frame');
  }
  return axes;
}

function spacingOf(standard: ReadonlyMap<string, string>, axes: Axes): [number, number, number] | null {
  const directions = standard.get('space directions')?.match(/\([^()]*\)|none/gi);
  const lengths = directions
    ? directions.map((vector) => Math.hypot(...(vector.match(/[-+0-9.eE]+/g) ?? []).slice(0, 3).map(Number)))
    : standard.get('spacings')?.split(/\s+/).map(Number);
  const [x, y] = [lengths?.[axes.x], lengths?.[axes.x + 1]];
  // Uncalibrated files give nan, or leave the field out: no scale either way.
  if (x === undefined || y === undefined || !(x > 0 && y > 0) || !Number.isFinite(x + y)) return null;
  const z = axes.x + 2 === axes.list ? 1 : lengths?.[axes.x + 2];
  return [x, y, z !== undefined && z > 0 && Number.isFinite(z) ? z : 1];
}

function separateFrames(path: string, custom: ReadonlyMap<string, string>, list: number | null, frames: number) {
  const fields = new Map<string, string>();
  const perFrame = new FrameFields();
  const item = new RegExp(`^axis ${list ?? 0} item (\\d{1,10}) (.+)$`);
  for (const [key, value] of custom) {
    const plus = splitFrameKey(key);
    const slicer = item.exec(key);
    // PLUS calls the picture's state ImageStatus in MetaImage and Status here; one name inside the program.
    if (plus) perFrame.set(plus.frame, plus.name === 'Status' ? 'ImageStatus' : plus.name, value.trim(), key);
    else if (slicer) perFrame.set(Number(slicer[1]), slicer[2]!, value, key);
    else fields.set(key, value);
  }
  const values = fields.get(`axis ${list} index values`);
  if (values !== undefined) setIndexValues(path, values, fields, list ?? 0, frames, perFrame);
  return { fields, perFrame: perFrame.toList(path, frames) };
}

/** Slicer's list of index values: the frames' times where the index is numeric and in seconds or milliseconds. */
function setIndexValues(
  path: string,
  text: string,
  fields: ReadonlyMap<string, string>,
  list: number,
  frames: number,
  perFrame: FrameFields,
): void {
  const key = `axis ${list} index values`;
  const values = words(path, key, text, [frames]);
  const unit = (fields.get(`axis ${list} index unit`) ?? fields.get(`axis ${list} unit`) ?? 's').toLowerCase();
  const numeric = (fields.get(`axis ${list} index type`) ?? 'numeric') === 'numeric';
  for (const [frame, encoded] of values.entries()) {
    const value = decoded(path, key, encoded);
    const isTime = numeric && (unit === 's' || unit === 'ms') && Number.isFinite(Number(value));
    if (!isTime) perFrame.set(frame, 'IndexValue', value, key);
    else perFrame.set(frame, 'Timestamp', unit === 's' ? value : String(Number(value) / 1000), key);
  }
}

function decoded(path: string, key: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadSequence(path, key, text, 'URL-encoded text');
  }
}
