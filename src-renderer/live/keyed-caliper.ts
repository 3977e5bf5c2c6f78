/** A distance laid with the keyboard: the arrows carry its first end to its place, Enter sets it, then the second. Pure. */
import type { Caliper } from './measure.ts';
import { apply, invert, type Matrix, type Point } from './view-transform.ts';

/** A distance being laid: which of its ends the arrows carry. */
export interface KeyedCaliper {
  readonly caliper: Caliper;
  readonly carries: 'from' | 'to';
}

/** With Shift an arrow goes so many pixels of the picture instead of one. */
const LARGE_STEP = 10;

const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export const isArrow = (key: string): boolean => Object.hasOwn(DIRECTIONS, key);

/** Begins in the middle of the picture. */
export function begun(id: number, [columns, rows]: Point, seq: number | null): KeyedCaliper {
  const middle: Point = [Math.round(columns / 2), Math.round(rows / 2)];
  return { caliper: { id, from: middle, to: middle, seq }, carries: 'from' };
}

/** After an arrow, which goes where it points on screen however the picture is turned; ends stay on the picture. */
export function carried(
  { caliper, carries }: KeyedCaliper,
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  matrix: Matrix,
  size: Point,
): KeyedCaliper {
  const to = stepped(caliper.to, onPicture(matrix, DIRECTIONS[key] ?? [0, 0]), shiftKey ? LARGE_STEP : 1, size);
  return { caliper: { ...caliper, to, ...(carries === 'from' && { from: to }) }, carries };
}

/** After Enter: the second end is carried, or the distance is laid (`done`); one without a length is none. */
export function entered({ caliper, carries }: KeyedCaliper): {
  readonly next: KeyedCaliper | null;
  readonly done: Caliper | null;
} {
  if (carries === 'from') {
    return { next: { caliper, carries: 'to' }, done: null };
  }
  const hasLength = caliper.from[0] !== caliper.to[0] || caliper.from[1] !== caliper.to[1];
  return { next: null, done: hasLength ? caliper : null };
}

/** The axis of the picture that a direction on screen runs along. */
function onPicture(matrix: Matrix, direction: Point): Point {
  const back = invert(matrix);
  const [origin, end] = [apply(back, [0, 0]), apply(back, direction)];
  const [x, y] = [end[0] - origin[0], end[1] - origin[1]];
  return Math.abs(x) >= Math.abs(y) ? [Math.sign(x), 0] : [0, Math.sign(y)];
}

function stepped([x, y]: Point, [dx, dy]: Point, step: number, [columns, rows]: Point): Point {
  const inside = (value: number, limit: number): number => Math.max(0, Math.min(limit, value));
  return [inside(x + dx * step, columns), inside(y + dy * step, rows)];
}
