import { readFloats, viewOf, writeFloats } from '../bytes.ts';
import { MalformedMessage } from '../errors.ts';

/**
 * POSITION (QTRANS): f32 x y z in mm, then the quaternion x y z w. Two short forms exist: without the quaternion (12 bytes)
 * and with its first three numbers (24 bytes), from which w follows.
 */
export interface PositionContent {
  readonly position: readonly [x: number, y: number, z: number];
  readonly quaternion: readonly [x: number, y: number, z: number, w: number];
  readonly form: PositionForm;
}

/** Bytes of the content; 28 is what everybody else reads. */
export type PositionForm = 12 | 24 | 28;

const FLOAT_BYTES = 4;

/** @throws {MalformedMessage} unless the content has 12, 24 or 28 bytes. */
export function parsePosition(content: Uint8Array): PositionContent {
  const form = content.byteLength;
  if (form !== 12 && form !== 24 && form !== 28) {
    throw new MalformedMessage('POSITION', 'content', form, '12, 24 or 28 bytes');
  }
  const [px = 0, py = 0, pz = 0, qx = 0, qy = 0, qz = 0, qw] = readFloats(viewOf(content), 0, form / FLOAT_BYTES);
  const w = qw ?? Math.sqrt(Math.max(0, 1 - qx * qx - qy * qy - qz * qz));
  return { position: [px, py, pz], quaternion: [qx, qy, qz, w], form };
}

export function buildPosition(value: Omit<PositionContent, 'form'> & { readonly form?: PositionForm }): Uint8Array {
  const content = new Uint8Array(value.form ?? 28);
  const floats = Float32Array.from([...value.position, ...value.quaternion]);
  writeFloats(viewOf(content), 0, floats.subarray(0, content.byteLength / FLOAT_BYTES));
  return content;
}
