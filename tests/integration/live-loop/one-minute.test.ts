import { afterEach, describe, expect, it } from 'vitest';
import { hasProc, TestBench } from '../../support/processes.ts';

const SECONDS = 50;
/**
 * The budget of 1 MB/min is judged over ten minutes (`bench pipeline --seconds 600`): half a minute says only that nothing
 * is kept frame by frame, which would be 1,750 MB/min.
 */
const LEAK_MB_PER_MINUTE = 40;

interface Report {
  readonly totalMs: { readonly count: number } | null;
  readonly overheadMs: object;
  readonly bareTransferMs: object;
  readonly identityHeldAtEverySample: boolean;
  readonly rssSlopeMbPerMinute: { readonly engine: number; readonly inference: number };
  readonly counts: { readonly received: number };
}

describe.skipIf(!hasProc)('a minute of 95 frames/s of 640x480', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('keeps the books at every sample and keeps no frame in memory', { timeout: 200_000 }, async () => {
    bench = new TestBench();
    const run = bench.cli('bench', 'pipeline', '--seconds', String(SECONDS));
    expect(await run.exited).toBe(0);
    const report = JSON.parse(run.lines.join('\n')) as Report;
    const { overheadMs, bareTransferMs, rssSlopeMbPerMinute: slope } = report;
    console.info(JSON.stringify({ overheadMs, bareTransferMs, rssSlopeMbPerMinute: slope }));
    expect(report.identityHeldAtEverySample).toBe(true);
    expect(report.counts.received).toBeGreaterThan(0);
    expect(report.totalMs?.count ?? 0).toBeGreaterThan(0);
    expect(slope.engine).toBeLessThan(LEAK_MB_PER_MINUTE);
    expect(slope.inference).toBeLessThan(LEAK_MB_PER_MINUTE);
  });
});
