import type { NamedTransform } from './clip.ts';

const SUFFIX = 'Transform';
/** Names of two coordinate frames; the longest known are about 40. Longer keys are not looked at. */
const MAX_KEY_LENGTH = 128;
/** 16 numbers of up to 24 characters, written with room between them. */
const MAX_MATRIX_LENGTH = 1024;
const MATRIX_NUMBERS = 16;

/**
 * The transforms among a frame's fields: `XToYTransform` = 16 numbers row by row, valid only when
 * `XToYTransformStatus` says OK (openigtlink.md section 3). Fields that are no matrix are left out.
 */
export function transformFields(fields: ReadonlyMap<string, string>): NamedTransform[] {
  const found: NamedTransform[] = [];
  for (const key of fields.keys()) {
    const name = transformNameOf(key);
    const transform = name === null ? null : transformField(fields, name);
    if (transform !== null) {
      found.push(transform);
    }
  }
  return found;
}

/** The one of that name, or null when there is none or it is no matrix. */
export function transformField(fields: ReadonlyMap<string, string>, name: string): NamedTransform | null {
  const key = name + SUFFIX;
  const text = fields.get(key);
  if (text === undefined || text.length > MAX_MATRIX_LENGTH) {
    return null;
  }
  const values = text
    .trim()
    .split(/\s+/, MATRIX_NUMBERS + 1)
    .map(Number);
  if (values.length !== MATRIX_NUMBERS || !values.every(Number.isFinite)) {
    return null;
  }
  return { name, matrix: Float32Array.from(values), ok: fields.get(`${key}Status`) === 'OK' };
}

/** `XToY` of `XToYTransform`; null for any other key. */
function transformNameOf(key: string): string | null {
  if (key.length > MAX_KEY_LENGTH || !key.endsWith(SUFFIX)) {
    return null;
  }
  const name = key.slice(0, -SUFFIX.length);
  const to = name.indexOf('To', 1);
  return to > 0 && to + 2 < name.length && /^\w+$/.test(name) ? name : null;
}
