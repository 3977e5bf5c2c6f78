import { readFixedText, readFloats, viewOf, writeFixedText, writeFloats } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';
import { buildRecords, parseRecords } from './records.ts';
import { readColumns, writeColumns } from './transform.ts';

/** One instrument of TDATA. */
export interface TrackedTool {
  readonly name: string;
  /** 1 tracker, 2 6-DOF, 3 3-DOF tip, 4 5-DOF. */
  readonly toolType: number;
  /** 4x4, row-major, mm. */
  readonly matrix: Float32Array;
}

/** One instrument of QTDATA. */
export interface TrackedToolPose {
  readonly name: string;
  readonly toolType: number;
  /** mm. */
  readonly position: Float32Array;
  /** x, y, z, w. */
  readonly quaternion: Float32Array;
}

/** STT_TDATA: start sending. */
export interface StartTrackingData {
  /** Time between two messages; 0 = as fast as possible. */
  readonly resolutionMs: number;
  readonly coordinateName: string;
}

const NAME_BYTES = 20;
const TOOL_TYPE_AT = 20;
const NUMBERS_AT = 22;
const TDATA_BYTES = 70;
const QTDATA_BYTES = 50;
const QUATERNION_AT = 34;
const COORDINATE_NAME_AT = 4;
const COORDINATE_NAME_BYTES = 32;
const STT_TDATA_BYTES = 36;

/** @throws {MalformedMessage} unless the content is a multiple of 70 bytes. */
export function parseTrackingData(content: Uint8Array): readonly TrackedTool[] {
  return parseRecords('TDATA', content, TDATA_BYTES, (bytes, view) => ({
    name: readFixedText(bytes, 0, NAME_BYTES),
    toolType: bytes[TOOL_TYPE_AT]!,
    matrix: readColumns(view, NUMBERS_AT),
  }));
}

export function buildTrackingData(tools: readonly TrackedTool[]): Uint8Array {
  return buildRecords(tools, TDATA_BYTES, (tool, bytes, view) => {
    writeFixedText(bytes, 0, NAME_BYTES, tool.name);
    bytes[TOOL_TYPE_AT] = tool.toolType;
    writeColumns(view, NUMBERS_AT, tool.matrix);
  });
}

/** @throws {MalformedMessage} unless the content is a multiple of 50 bytes. */
export function parseQuaternionTrackingData(content: Uint8Array): readonly TrackedToolPose[] {
  return parseRecords('QTDATA', content, QTDATA_BYTES, (bytes, view) => ({
    name: readFixedText(bytes, 0, NAME_BYTES),
    toolType: bytes[TOOL_TYPE_AT]!,
    position: readFloats(view, NUMBERS_AT, 3),
    quaternion: readFloats(view, QUATERNION_AT, 4),
  }));
}

export function buildQuaternionTrackingData(tools: readonly TrackedToolPose[]): Uint8Array {
  return buildRecords(tools, QTDATA_BYTES, (tool, bytes, view) => {
    writeFixedText(bytes, 0, NAME_BYTES, tool.name);
    bytes[TOOL_TYPE_AT] = tool.toolType;
    writeFloats(view, NUMBERS_AT, tool.position);
    writeFloats(view, QUATERNION_AT, tool.quaternion);
  });
}

/** @throws {MalformedMessage} unless the content is exactly 36 bytes. */
export function parseStartTrackingData(content: Uint8Array): StartTrackingData {
  if (content.byteLength !== STT_TDATA_BYTES) {
    throw new MalformedMessage('STT_TDATA', 'content', content.byteLength, `${STT_TDATA_BYTES} bytes`);
  }
  return {
    resolutionMs: viewOf(content).getInt32(0),
    coordinateName: readFixedText(content, COORDINATE_NAME_AT, COORDINATE_NAME_BYTES),
  };
}

export function buildStartTrackingData(start: StartTrackingData): Uint8Array {
  const content = new Uint8Array(STT_TDATA_BYTES);
  viewOf(content).setInt32(0, start.resolutionMs);
  writeFixedText(content, COORDINATE_NAME_AT, COORDINATE_NAME_BYTES, start.coordinateName);
  return content;
}
