import { concat, readFloats, viewOf, writeFloats } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/** POLYDATA: surface or line model (openigtlink.md section 2). Cells are lists of point indices. */
export interface PolyData {
  /** x, y, z of each point, mm. */
  readonly points: Float32Array;
  readonly vertices: readonly Cell[];
  readonly lines: readonly Cell[];
  readonly polygons: readonly Cell[];
  readonly strips: readonly Cell[];
  readonly attributes: readonly PolyDataAttribute[];
}

export type Cell = readonly number[];

export interface PolyDataAttribute {
  /** 0x0x per point, 0x1x per cell; 0 scalars, 1 vectors, 2 normals, 3 tensors, 4 RGBA. */
  readonly attributeType: number;
  readonly components: number;
  readonly name: string;
  readonly values: Float32Array;
}

const CELL_KINDS = ['vertices', 'lines', 'polygons', 'strips'] as const;
const HEAD_BYTES = 40;
const POINT_BYTES = 12;
const WORD_BYTES = 4;
const ATTRIBUTE_BYTES = 6;

/** Reads on through a content, never past its end. */
class Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** Offset of the next `length` bytes, which are there. */
  take(field: string, length: number): number {
    const left = this.bytes.byteLength - this.#at;
    if (length > left) throw new MalformedMessage('POLYDATA', field, length, `<= ${left} bytes left`);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  u32(field: string): number {
    return this.view.getUint32(this.take(field, WORD_BYTES));
  }
}

/** @throws {MalformedMessage} when a count reaches outside the content. Nothing is allocated by a count before that. */
export function parsePolyData(content: Uint8Array): PolyData {
  const cursor = new Cursor(content);
  const head = cursor.take('content', HEAD_BYTES);
  const word = (index: number) => cursor.view.getUint32(head + index * WORD_BYTES);
  const pointCount = word(0);
  const points = readFloats(cursor.view, cursor.take('points', pointCount * POINT_BYTES), pointCount * 3);
  const [vertices, lines, polygons, strips] = CELL_KINDS.map((kind, i) =>
    readCells(cursor, kind, word(1 + 2 * i), word(2 + 2 * i)),
  ) as [Cell[], Cell[], Cell[], Cell[]];
  return { points, vertices, lines, polygons, strips, attributes: readAttributes(cursor, word(9)) };
}

function readCells(cursor: Cursor, kind: string, count: number, bytes: number): Cell[] {
  const cells = new Cursor(cursor.bytes.subarray(cursor.take(kind, bytes)).subarray(0, bytes));
  if (count * WORD_BYTES > bytes) throw new MalformedMessage('POLYDATA', `${kind} count`, count, `<= ${bytes / 4}`);
  return Array.from({ length: count }, () => {
    const length = cells.u32(kind);
    const start = cells.take(kind, length * WORD_BYTES);
    return Array.from({ length }, (_, i) => cells.view.getUint32(start + i * WORD_BYTES));
  });
}

function readAttributes(cursor: Cursor, count: number): PolyDataAttribute[] {
  const heads = cursor.take('attributes', count * ATTRIBUTE_BYTES);
  let nameBytes = 0;
  const names = Array.from({ length: count }, () => {
    let name = '';
    for (let char = nextByte(); char !== 0; char = nextByte()) name += String.fromCharCode(char);
    return name;
  });
  if (nameBytes % 2 === 1) cursor.take('attribute names', 1);
  return names.map((name, i) => {
    const at = heads + i * ATTRIBUTE_BYTES;
    const [attributeType, components] = [cursor.bytes[at]!, cursor.bytes[at + 1]!];
    const length = cursor.view.getUint32(at + 2) * components;
    return {
      attributeType,
      components,
      name,
      values: readFloats(cursor.view, cursor.take('attribute values', length * WORD_BYTES), length),
    };
  });

  function nextByte(): number {
    nameBytes++;
    return cursor.bytes[cursor.take('attribute names', 1)]!;
  }
}

export function buildPolyData(data: PolyData): Uint8Array {
  const cells = CELL_KINDS.map((kind) => wordsOf(data[kind].flatMap((cell) => [cell.length, ...cell])));
  const counts = CELL_KINDS.flatMap((kind, i) => [data[kind].length, cells[i]!.byteLength]);
  const head = wordsOf([data.points.length / 3, ...counts, data.attributes.length]);
  const heads = data.attributes.map(({ attributeType, components, values }) => {
    const bytes = Uint8Array.of(attributeType, components, 0, 0, 0, 0);
    viewOf(bytes).setUint32(2, values.length / components);
    return bytes;
  });
  const names = Buffer.from(data.attributes.map(({ name }) => `${name}\0`).join(''), 'latin1');
  const padding = new Uint8Array(names.byteLength % 2);
  const values = data.attributes.map((attribute) => floatsOf(attribute.values));
  return concat([head, floatsOf(data.points), ...cells, ...heads, names, padding, ...values]);
}

function wordsOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * WORD_BYTES);
  const view = viewOf(bytes);
  words.forEach((value, i) => {
    view.setUint32(i * WORD_BYTES, value);
  });
  return bytes;
}

function floatsOf(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * WORD_BYTES);
  writeFloats(viewOf(bytes), 0, values);
  return bytes;
}
