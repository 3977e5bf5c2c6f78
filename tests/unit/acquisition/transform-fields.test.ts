import { describe, expect, it } from 'vitest';
import { transformField, transformFields } from '../../../src-main/acquisition/transform-fields.ts';

const IDENTITY = '1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1';
const namesOf = (...keys: readonly string[]) =>
  transformFields(new Map(keys.map((key) => [key, IDENTITY]))).map(({ name }) => name);

describe('transformFields', () => {
  it('finds XToYTransform and whether it is valid, and nothing else', () => {
    const fields = new Map([
      ['ProbeToReferenceTransform', IDENTITY],
      ['ProbeToReferenceTransformStatus', 'OK'],
      ['StylusToReferenceTransform', IDENTITY],
      ['StylusToReferenceTransformStatus', 'MISSING'],
      ['Timestamp', '1.5'],
    ]);
    expect(transformFields(fields).map(({ name, ok }) => [name, ok])).toEqual([
      ['ProbeToReference', true],
      ['StylusToReference', false],
    ]);
    expect(transformField(fields, 'ProbeToReference')?.matrix[15]).toBe(1);
    expect(transformField(fields, 'TrackerToReference')).toBeNull();
  });

  it('takes names of two frames only', () => {
    expect(namesOf('AToBTransform', 'ToToToTransform')).toEqual(['AToB', 'ToToTo']);
    expect(namesOf('ToBTransform', 'AToTransform', 'Transform', 'A ToBTransform', 'AToBTransformStatus')).toEqual([]);
  });

  it('leaves out keys over 128 characters', () => {
    const key = (length: number) => `${'A'.repeat(length - 'ToBTransform'.length)}ToBTransform`;
    expect(namesOf(key(128))).toHaveLength(1);
    expect(namesOf(key(129))).toEqual([]);
  });

  it('leaves out what is not 16 finite numbers, or far longer than they are', () => {
    const texts = ['', `${IDENTITY} 0`, IDENTITY.replace('1', 'NaN'), `${IDENTITY}${' '.repeat(1024)}`];
    for (const text of texts) expect(transformFields(new Map([['AToBTransform', text]]))).toEqual([]);
  });

  it('is done with hostile keys of any length in one go', () => {
    expect(namesOf('To'.repeat(500_000), `${'To'.repeat(500_000)}Transform`)).toEqual([]);
  });
});
