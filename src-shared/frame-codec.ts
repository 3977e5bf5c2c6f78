/**
 * The binary picture message between engine and console: one frame with, when there is one, the mask computed from
 * that very frame. Little-endian; 80 header bytes, then pixels, then the mask, one bit a pixel (least significant first),
 * then what a detector found: 64 bytes a box.
 *
 * | off | field | | off | field |
 * |---|---|---|---|---|
 * | 0 | u8 layout version (2) | | 40 | f64 mm per pixel along y |
 * | 1 | u8 components (1 or 3) | | 48 | f64 frame id |
 * | 2 | u8 result state (0 = no result yet) | | 56 | u64 time-stamp bits |
 * | 3 | u8 source kind | | 64 | f32 score (NaN = none) |
 * | 4 | u32 sequence number | | 68 | u8 scale origin |
 * | 8 | u32 columns | | 69 | u8 mask encoding (0 none, 1 bits) |
 * | 12 | u32 rows | | 70 | u8 1: frame id is the source's own |
 * | 16 | f64 received, engine ms | | 71 | u8 number of boxes |
 * | 24 | f64 ready, engine ms | | 72 | u32 pixel bytes |
 * | 32 | f64 mm per pixel along x | | 76 | u32 mask bytes |
 *
 * A box: f32 x0, y0, x1, y1 in source pixels, f32 score, u8 length of its label, its label in UTF-8 (at most 43 bytes).
 */

import { MAX_FRAME_BYTES } from './console-protocol.ts';
import { type Box, RESULT_STATES, type ResultState, type ScaleOrigin, type SourceKind } from './frame.ts';

const LAYOUT_VERSION = 2;
const HEADER_BYTES = 80;
const BOX_BYTES = 64;
const BOX_LABEL_OFFSET = 21;
const MAX_LABEL_BYTES = BOX_BYTES - BOX_LABEL_OFFSET;
/** More than a screen can show apart; what a detector finds beyond them is not sent. */
const MAX_BOXES = 255;
/** Largest width and height: what every canvas and every WebGL 2 texture we draw with can hold. */
const MAX_SIDE = 8192;
const SOURCE_KINDS: readonly SourceKind[] = ['live', 'simulated', 'replay', 'demo'];
const SCALE_ORIGINS: readonly ScaleOrigin[] = ['source', 'user', 'estimate'];

export interface DisplayFrame {
  readonly seq: number;
  readonly size: readonly [columns: number, rows: number];
  readonly components: 1 | 3;
  readonly sourceKind: SourceKind;
  readonly frameId: number;
  readonly frameIdOrigin: 'source' | 'sequence';
  readonly tsBits: bigint;
  readonly mmPerPixel: readonly [x: number, y: number];
  readonly scaleOrigin: ScaleOrigin;
  readonly receivedMs: number;
  /** When the pair was complete and offered to the console. */
  readonly readyMs: number;
  /** Null: shown without a result because none came in time. */
  readonly state: ResultState | null;
  readonly score: number | null;
  /** Row-major, components interleaved. After decoding: a view into the message. */
  readonly pixels: Uint8Array;
  /** One bit a pixel, row-major, least significant bit first; null: no mask belongs to this frame. */
  readonly maskBits: Uint8Array | null;
  /** What the model's detector found on this frame, best first; empty: nothing, or it has none. */
  readonly boxes: readonly Box[];
}

/** Why a picture message was refused: the field, its value and the limit. */
export class MalformedFrameMessage extends Error {
  override readonly name = 'MalformedFrameMessage';
}

/**
 * One picture message, in memory of its own: the caller's buffers are free afterwards.
 *
 * @param spent a message nobody reads any more, whose memory is written again where it has the size for it: memory for a
 * whole picture is dear to ask for and to give back a hundred times a second.
 */
export function encodeFrame(
  frame: DisplayFrame,
  spent: Uint8Array<ArrayBuffer> | null = null,
): Uint8Array<ArrayBuffer> {
  const maskBytes = frame.maskBits?.byteLength ?? 0;
  const boxes = frame.boxes.slice(0, MAX_BOXES);
  const boxesAt = HEADER_BYTES + frame.pixels.byteLength + maskBytes;
  const length = boxesAt + boxes.length * BOX_BYTES;
  const bytes = spent?.byteLength === length ? spent : new Uint8Array(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint8(0, LAYOUT_VERSION);
  view.setUint8(1, frame.components);
  view.setUint8(2, frame.state === null ? 0 : RESULT_STATES.indexOf(frame.state) + 1);
  view.setUint8(3, SOURCE_KINDS.indexOf(frame.sourceKind));
  view.setUint32(4, frame.seq, true);
  view.setUint32(8, frame.size[0], true);
  view.setUint32(12, frame.size[1], true);
  view.setFloat64(16, frame.receivedMs, true);
  view.setFloat64(24, frame.readyMs, true);
  view.setFloat64(32, frame.mmPerPixel[0], true);
  view.setFloat64(40, frame.mmPerPixel[1], true);
  view.setFloat64(48, frame.frameId, true);
  view.setBigUint64(56, frame.tsBits, true);
  view.setFloat32(64, frame.score ?? Number.NaN, true);
  view.setUint8(68, SCALE_ORIGINS.indexOf(frame.scaleOrigin));
  view.setUint8(69, frame.maskBits === null ? 0 : 1);
  view.setUint8(70, frame.frameIdOrigin === 'source' ? 1 : 0);
  view.setUint8(71, boxes.length);
  view.setUint32(72, frame.pixels.byteLength, true);
  view.setUint32(76, maskBytes, true);
  bytes.set(frame.pixels, HEADER_BYTES);
  if (frame.maskBits !== null) {
    bytes.set(frame.maskBits, HEADER_BYTES + frame.pixels.byteLength);
  }
  for (const [index, box] of boxes.entries()) {
    writeBox(bytes.subarray(boxesAt + index * BOX_BYTES), box);
  }
  return bytes;
}

function writeBox(bytes: Uint8Array, { x0, y0, x1, y1, score, label }: Box): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const [index, value] of [x0, y0, x1, y1, score].entries()) {
    view.setFloat32(4 * index, value, true);
  }
  // Writes whole characters only: a label that is too long ends early, never in the middle of one.
  const { written } = new TextEncoder().encodeInto(label, bytes.subarray(BOX_LABEL_OFFSET, BOX_BYTES));
  view.setUint8(BOX_LABEL_OFFSET - 1, written);
}

/** @throws {MalformedFrameMessage} */
function readBox(bytes: Uint8Array): Box {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [x0, y0, x1, y1, score] = [0, 4, 8, 12, 16].map((offset) => view.getFloat32(offset, true)) as [
    ...[number, number, number, number, number],
  ];
  expectField([x0, y0, x1, y1, score].every(Number.isFinite), 'box score', score, 'numbers');
  const labelBytes = view.getUint8(BOX_LABEL_OFFSET - 1);
  expectField(labelBytes <= MAX_LABEL_BYTES, 'box label bytes', labelBytes, `<= ${MAX_LABEL_BYTES}`);
  const label = new TextDecoder().decode(bytes.subarray(BOX_LABEL_OFFSET, BOX_LABEL_OFFSET + labelBytes));
  return { x0, y0, x1, y1, score, label };
}

function expectField(ok: boolean, field: string, value: number, limit: string): void {
  if (!ok) {
    throw new MalformedFrameMessage(`picture message ${field} ${value}: expected ${limit}`);
  }
}

/**
 * Reads a picture message; pixels and mask are views into it.
 *
 * @throws {MalformedFrameMessage} naming the field, its value and the limit.
 */
export function decodeFrame(bytes: Uint8Array): DisplayFrame {
  expectField(bytes.byteLength >= HEADER_BYTES, 'length', bytes.byteLength, `>= ${HEADER_BYTES}`);
  expectField(bytes.byteLength <= MAX_FRAME_BYTES, 'length', bytes.byteLength, `<= ${MAX_FRAME_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  expectField(version === LAYOUT_VERSION, 'version', version, `${LAYOUT_VERSION}`);
  const components = view.getUint8(1);
  if (components !== 1 && components !== 3) {
    throw new MalformedFrameMessage(`picture message components ${components}: expected 1 or 3`);
  }
  const stateCode = view.getUint8(2);
  const sourceKind = SOURCE_KINDS[view.getUint8(3)];
  const scaleOrigin = SCALE_ORIGINS[view.getUint8(68)];
  const state = stateCode === 0 ? null : RESULT_STATES[stateCode - 1];
  if (sourceKind === undefined || scaleOrigin === undefined || state === undefined) {
    throw new MalformedFrameMessage(
      `picture message codes: source kind ${view.getUint8(3)}, scale origin ${view.getUint8(68)}, state ${stateCode}`,
    );
  }
  const columns = view.getUint32(8, true);
  const rows = view.getUint32(12, true);
  expectField(columns >= 1 && columns <= MAX_SIDE, 'columns', columns, `1 to ${MAX_SIDE}`);
  expectField(rows >= 1 && rows <= MAX_SIDE, 'rows', rows, `1 to ${MAX_SIDE}`);
  const pixelBytes = view.getUint32(72, true);
  const maskBytes = view.getUint32(76, true);
  expectField(pixelBytes === columns * rows * components, 'pixel bytes', pixelBytes, `${columns * rows * components}`);
  const wantedMask = view.getUint8(69) === 0 ? 0 : Math.ceil((columns * rows) / 8);
  expectField(maskBytes === wantedMask, 'mask bytes', maskBytes, `${wantedMask}`);
  const boxCount = view.getUint8(71);
  const boxesAt = HEADER_BYTES + pixelBytes + maskBytes;
  const total = boxesAt + boxCount * BOX_BYTES;
  expectField(bytes.byteLength === total, 'length', bytes.byteLength, `${total}`);
  const score = view.getFloat32(64, true);
  return {
    seq: view.getUint32(4, true),
    size: [columns, rows],
    components,
    sourceKind,
    frameId: view.getFloat64(48, true),
    frameIdOrigin: view.getUint8(70) === 1 ? 'source' : 'sequence',
    tsBits: view.getBigUint64(56, true),
    mmPerPixel: [view.getFloat64(32, true), view.getFloat64(40, true)],
    scaleOrigin,
    receivedMs: view.getFloat64(16, true),
    readyMs: view.getFloat64(24, true),
    state,
    score: Number.isNaN(score) ? null : score,
    pixels: bytes.subarray(HEADER_BYTES, HEADER_BYTES + pixelBytes),
    maskBits: wantedMask === 0 ? null : bytes.subarray(HEADER_BYTES + pixelBytes, boxesAt),
    boxes: Array.from({ length: boxCount }, (_, index) => readBox(bytes.subarray(boxesAt + index * BOX_BYTES))),
  };
}
