import { readFixedText, writeFixedText } from '../bytes.ts';
import { buildRecords, parseRecords } from './records.ts';

/** One of POINT's fiducials, 136 bytes. */
export interface PointElement {
  readonly name: string;
  readonly group: string;
  readonly rgba: readonly [number, number, number, number];
  /** mm. */
  readonly position: readonly [x: number, y: number, z: number];
  /** mm. */
  readonly diameter: number;
  /** Device name of the image it belongs to; empty = none. */
  readonly owner: string;
}

const POINT_BYTES = 136;
const NAME_BYTES = 64;
const GROUP_AT = 64;
const GROUP_BYTES = 32;
const RGBA_AT = 96;
const POSITION_AT = 100;
const DIAMETER_AT = 112;
const OWNER_AT = 116;
const OWNER_BYTES = 20;

/** @throws {MalformedMessage} unless the content is a multiple of 136 bytes. */
export function parsePoints(content: Uint8Array): readonly PointElement[] {
  return parseRecords('POINT', content, POINT_BYTES, (bytes, view) => ({
    name: readFixedText(bytes, 0, NAME_BYTES),
    group: readFixedText(bytes, GROUP_AT, GROUP_BYTES),
    rgba: [bytes[RGBA_AT]!, bytes[RGBA_AT + 1]!, bytes[RGBA_AT + 2]!, bytes[RGBA_AT + 3]!],
    position: [view.getFloat32(POSITION_AT), view.getFloat32(POSITION_AT + 4), view.getFloat32(POSITION_AT + 8)],
    diameter: view.getFloat32(DIAMETER_AT),
    owner: readFixedText(bytes, OWNER_AT, OWNER_BYTES),
  }));
}

export function buildPoints(points: readonly PointElement[]): Uint8Array {
  return buildRecords(points, POINT_BYTES, (point, bytes, view) => {
    writeFixedText(bytes, 0, NAME_BYTES, point.name);
    writeFixedText(bytes, GROUP_AT, GROUP_BYTES, point.group);
    bytes.set(point.rgba, RGBA_AT);
    point.position.forEach((value, i) => {
      view.setFloat32(POSITION_AT + 4 * i, value);
    });
    view.setFloat32(DIAMETER_AT, point.diameter);
    writeFixedText(bytes, OWNER_AT, OWNER_BYTES, point.owner);
  });
}
