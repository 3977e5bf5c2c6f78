import { ORIENTATIONS, type Orientation } from '../../src-shared/index.ts';
import { BadSequence, type SequenceLimits } from './errors.ts';

const FRAME_FIELD = /^Seq_Frame(\d{1,10})_(.+)$/;

/** A whole number in a range. @throws {BadSequence} */
export function wholeNumber(path: string, field: string, text: string, low: number, high: number): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    throw new BadSequence(path, field, text || '(empty)', `a whole number from ${low} to ${high}`);
  }
  return value;
}

/** Numbers separated by blanks. @throws {BadSequence} unless there are `count` of them. */
export function words(path: string, field: string, text: string, counts: readonly number[]): string[] {
  const parts = text.trim().split(/\s+/);
  if (!counts.includes(parts.length)) {
    throw new BadSequence(path, field, text || '(empty)', `${counts.join(' or ')} values`);
  }
  return parts;
}

/** A length in mm. @throws {BadSequence} unless positive. */
export function positive(path: string, field: string, text: string): number {
  const value = Number(text);
  if (text === '' || !(value > 0 && Number.isFinite(value))) throw new BadSequence(path, field, text, 'a length > 0');
  return value;
}

export function flag(path: string, field: string, text: string | undefined): boolean {
  if (text === undefined || /^false$/i.test(text)) return false;
  if (/^true$/i.test(text)) return true;
  throw new BadSequence(path, field, text, 'True or False');
}

export function orientationOf(text: string | undefined): Orientation | null {
  // PLUS appends a third letter for the slice direction.
  const name = text?.trim().slice(0, 2).toUpperCase();
  return ORIENTATIONS.find((orientation) => orientation === name) ?? null;
}

/** Splits a frame field's key into frame number and name; null for a field of the whole sequence. */
export function splitFrameKey(key: string): { readonly frame: number; readonly name: string } | null {
  const match = FRAME_FIELD.exec(key);
  return match ? { frame: Number(match[1]), name: match[2]! } : null;
}

/** Collects per-frame fields while the number of frames is not yet known. */
export class FrameFields {
  readonly #maps = new Map<number, Map<string, string>>();
  #lastKey = '';
  #highest = -1;

  set(frame: number, name: string, value: string, key: string): void {
    let map = this.#maps.get(frame);
    if (map === undefined) {
      map = new Map();
      this.#maps.set(frame, map);
    }
    map.set(name, value);
    if (frame > this.#highest) {
      this.#highest = frame;
      this.#lastKey = key;
    }
  }

  /** One map per frame. @throws {BadSequence} when a field belongs to a frame the sequence does not have. */
  toList(path: string, frames: number): readonly ReadonlyMap<string, string>[] {
    if (this.#highest >= frames) {
      throw new BadSequence(path, this.#lastKey, `frame ${this.#highest}`, `a frame below ${frames}`);
    }
    return Array.from({ length: frames }, (_, frame) => this.#maps.get(frame) ?? NO_FIELDS);
  }
}

const NO_FIELDS: ReadonlyMap<string, string> = new Map();

/** Columns, rows and frames within the limits. @throws {BadSequence} */
export function checkedSizes(
  path: string,
  field: string,
  [columns, rows, frames]: readonly [string, string, string],
  limits: SequenceLimits,
): { readonly size: readonly [number, number]; readonly frames: number } {
  return {
    size: [wholeNumber(path, field, columns, 1, limits.maxSide), wholeNumber(path, field, rows, 1, limits.maxSide)],
    frames: wholeNumber(path, field, frames, 1, limits.maxFrames),
  };
}
