import { describe, expect, it } from 'vitest';
import { FrameLedger } from '../../../src-main/pipeline/index.ts';

describe('FrameLedger', () => {
  it('gives a frame back once, with its result or as a drop, never both', () => {
    const ledger = new FrameLedger<string>(3);
    ledger.handOver(1, 'a');
    ledger.handOver(2, 'b');
    expect(ledger.resolve(1)).toBe('a');
    expect(ledger.drop(1, 'outdated')).toBeUndefined();
    expect(ledger.drop(2, 'inference-down')).toBe('b');
    expect(ledger.resolve(2)).toBeUndefined();
    expect(ledger.stats()).toMatchObject({ size: 0, drops: 1, drops_by_reason: { 'inference-down': 1, outdated: 0 } });
  });

  it('refuses to hand the same frame over twice', () => {
    const ledger = new FrameLedger<string>(3);
    ledger.handOver(1, 'a');
    expect(() => ledger.handOver(1, 'a')).toThrow('frame 1');
  });
});
