import { describe, expect, it } from 'vitest';
import { ProblemBoard } from '../../../src-main/monitoring/index.ts';

describe('ProblemBoard', () => {
  it('shows one line per cause, with the newest words and a count', () => {
    const board = new ProblemBoard();
    board.happened('source.bad-crc', 'warning', 'IMAGE checksum 1', 0);
    board.happened('source.bad-crc', 'warning', 'IMAGE checksum 2', 1);
    expect(board.current(2)).toEqual([
      { key: 'source.bad-crc', severity: 'warning', message: 'IMAGE checksum 2', count: 2 },
    ]);
  });

  it('takes an event off after ten seconds, and counts on when it comes back', () => {
    const board = new ProblemBoard();
    board.happened('k', 'warning', 'm', 0);
    expect(board.current(9_999)).toHaveLength(1);
    expect(board.current(10_000)).toHaveLength(0);
    expect(board.happened('k', 'warning', 'm', 20_000)).toBe(2);
  });

  it('keeps what stands until it is cleared', () => {
    const board = new ProblemBoard();
    board.stands('inference', 'critical', 'the process has ended', 0);
    expect(board.current(1e9)).toHaveLength(1);
    board.clear('inference');
    expect(board.current(1e9)).toHaveLength(0);
  });

  it('does not grow with the keys a hostile sender invents', () => {
    const board = new ProblemBoard();
    for (let i = 0; i < 10_000; i++) board.happened(`source.skipped.T${i}`, 'warning', 'm', 0);
    expect(board.current(1).length).toBeLessThanOrEqual(101);
    expect(board.count('other')).toBe(9_900);
  });
});
