import { describe, expect, it } from 'vitest';
import { begun, carried, entered, isArrow } from '../../../src-renderer/live/keyed-caliper.ts';
import type { Matrix } from '../../../src-renderer/live/view-transform.ts';

const SIZE = [640, 480] as const;
const UPRIGHT: Matrix = [2, 0, 0, 2, 30, 40];
const MIRRORED: Matrix = [-2, 0, 0, 2, 900, 0];
/** A quarter turn clockwise: the picture's x runs down the screen. */
const TURNED: Matrix = [0, 2, -2, 0, 900, 0];

const press = (key: string, shiftKey = false) => ({ key, shiftKey });

describe('a distance laid with the keyboard', () => {
  it('is carried to its first end, then stretched to its second, and laid by Enter', () => {
    let laid = begun(7, SIZE, null);
    laid = carried(laid, press('ArrowLeft', true), UPRIGHT, SIZE);
    laid = carried(laid, press('ArrowUp'), UPRIGHT, SIZE);
    expect(laid.caliper).toMatchObject({ from: [310, 239], to: [310, 239] });
    const { next, done } = entered(laid);
    expect(done).toBe(null);
    expect(next?.carries).toBe('to');
    const stretched = carried(next ?? laid, press('ArrowDown', true), UPRIGHT, SIZE);
    expect(entered(stretched)).toEqual({ next: null, done: { id: 7, from: [310, 239], to: [310, 249], seq: null } });
  });

  it('goes where the arrow points on screen, mirrored or turned', () => {
    const at = begun(1, SIZE, 5);
    expect(carried(at, press('ArrowRight'), MIRRORED, SIZE).caliper.to).toEqual([319, 240]);
    expect(carried(at, press('ArrowDown'), TURNED, SIZE).caliper.to).toEqual([321, 240]);
    expect(carried(at, press('ArrowRight'), TURNED, SIZE).caliper.to).toEqual([320, 239]);
    expect(at.caliper.seq).toBe(5);
  });

  it('stays on the picture, and is none without a length', () => {
    let laid = begun(1, [20, 10], null);
    for (let step = 0; step < 5; step++) laid = carried(laid, press('ArrowRight', true), UPRIGHT, [20, 10]);
    expect(laid.caliper.to).toEqual([20, 5]);
    expect(entered({ ...laid, carries: 'to' })).toEqual({ next: null, done: null });
    expect(['ArrowUp', 'Enter', 'toString'].map(isArrow)).toEqual([true, false, false]);
  });
});
