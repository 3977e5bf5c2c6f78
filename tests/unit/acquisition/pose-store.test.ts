import { describe, expect, it } from 'vitest';
import { PoseStore } from '../../../src-main/acquisition/pose-store.ts';
import { timestampBitsFromNs } from '../../../src-main/openigtlink/index.ts';

const at = (ms: number): bigint => timestampBitsFromNs(1_700_000_000_000_000_000n + BigInt(Math.round(ms * 1e6)));
const matrix = (mark: number): Float32Array => new Float32Array(16).fill(mark);

describe('PoseStore', () => {
  it('joins a pose of equal time-stamp bits with no skew', () => {
    const store = new PoseStore();
    store.add('ProbeToReference', at(0), matrix(1));
    store.add('ProbeToReference', at(10), matrix(2));
    const pose = store.match('ProbeToReference', at(0), 20);
    expect(pose?.matrix[0]).toBe(1);
    expect(pose?.skewMs).toBe(0);
  });

  it('joins the nearest pose otherwise and says by how much they differ', () => {
    const store = new PoseStore();
    for (const ms of [0, 10, 30]) store.add('P', at(ms), matrix(ms));
    const pose = store.match('P', at(13), 20);
    expect(pose?.matrix[0]).toBe(10);
    expect(pose?.skewMs).toBeCloseTo(3, 3);
  });

  it('joins nothing beyond the skew limit', () => {
    const store = new PoseStore();
    store.add('P', at(0), matrix(1));
    expect(store.match('P', at(20.5), 20)).toBeNull();
  });

  it('follows the first transform seen when none is named', () => {
    const store = new PoseStore();
    store.add('First', at(0), matrix(1));
    store.add('Second', at(0), matrix(2));
    expect(store.match('', at(0), 20)?.name).toBe('First');
    expect(store.match('Third', at(0), 20)).toBeNull();
  });

  it('does not grow with the names a sender invents', () => {
    const store = new PoseStore();
    for (let i = 0; i < 1000; i++) store.add(`T${i}`, at(0), matrix(i));
    expect(store.match('T999', at(0), 20)).toBeNull();
    expect(store.match('T0', at(0), 20)?.name).toBe('T0');
  });
});
