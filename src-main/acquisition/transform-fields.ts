import type { NamedTransform } from './clip.ts';

/**
 * The transforms among a frame's fields or metadata: `XToYTransform` = 16 numbers row by row, valid only when
 * `XToYTransformStatus` says OK (openigtlink.md section 3). Fields that are no matrix are left out.
 */
export function transformFields(fields: ReadonlyMap<string, string>): NamedTransform[] {
  const found: NamedTransform[] = [];
  for (const [key, text] of fields) {
    const name = /^(\w+To\w+)Transform$/.exec(key)?.[1];
    const values = name === undefined ? [] : text.trim().split(/\s+/).map(Number);
    if (name !== undefined && values.length === 16 && values.every(Number.isFinite)) {
      found.push({ name, matrix: Float32Array.from(values), ok: fields.get(`${key}Status`) === 'OK' });
    }
  }
  return found;
}
