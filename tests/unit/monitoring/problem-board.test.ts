import { describe, expect, it } from 'vitest';
import { ProblemBoard } from '../../../src-main/monitoring/index.ts';
import { say } from '../../../src-shared/index.ts';

describe('ProblemBoard', () => {
  it('shows one line per cause, with the newest words and a count', () => {
    const board = new ProblemBoard();
    board.happened('source.bad-crc', 'warning', 'IMAGE checksum 1', 0);
    board.happened('source.bad-crc', 'warning', 'IMAGE checksum 2', 1);
    expect(board.current(2)).toEqual([
      { key: 'source.bad-crc', severity: 'warning', message: 'IMAGE checksum 2', said: null, count: 2 },
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

  it('gives a new event the place of the one that has been over for longest', () => {
    const board = new ProblemBoard();
    for (let i = 0; i < 100; i++) board.happened(`source.skipped.T${i}`, 'warning', 'm', i);
    board.happened('source.bad-crc', 'warning', 'IMAGE checksum', 20_000);
    expect(board.current(20_001)).toEqual([
      { key: 'source.bad-crc', severity: 'warning', message: 'IMAGE checksum', said: null, count: 1 },
    ]);
    expect(board.count('source.skipped.T0')).toBe(0);
    expect(board.count('source.skipped.T1')).toBe(1);
    expect(board.count('other')).toBe(0);
  });

  it('gives what stands a place of its own on a full board, and clears it', () => {
    const board = new ProblemBoard();
    for (let i = 0; i < 101; i++) board.happened(`source.skipped.T${i}`, 'warning', 'm', 0);
    board.stands('inference', 'critical', 'the process has ended', 1);
    for (let i = 0; i < 1000; i++) board.happened(`source.skipped.U${i}`, 'warning', 'm', 2);
    const standing = { key: 'inference', severity: 'critical', message: 'the process has ended', said: null, count: 1 };
    expect(board.current(3)).toContainEqual(standing);
    expect(board.current(1e9)).toEqual([standing]);
    board.clear('inference');
    expect(board.current(1e9)).toEqual([]);
  });

  it('is not talked down from a standing critical problem by an event of the same key', () => {
    const board = new ProblemBoard();
    board.stands('inference', 'critical', 'the process has ended', 0);
    board.happened('inference', 'warning', 'late', 1);
    expect(board.current(1e9)).toEqual([
      { key: 'inference', severity: 'critical', message: 'the process has ended', said: null, count: 2 },
    ]);
  });

  it('cuts a message at 500 characters and marks the cut', () => {
    const board = new ProblemBoard();
    board.happened('k', 'warning', 'x'.repeat(501), 0);
    board.stands('s', 'warning', 'y'.repeat(500), 0);
    expect(board.current(1).map(({ message }) => message)).toEqual([`${'x'.repeat(499)}…`, 'y'.repeat(500)]);
  });

  it('keeps a sentence before it is put into a language, no longer than what is read', () => {
    const board = new ProblemBoard();
    board.stands('recording.lost', 'critical', say('recording.lost', { frames: 3, limit: 64 }), 0);
    board.happened('ai-failed', 'warning', say('inference.no-result', { why: 'x'.repeat(2000) }), 0);
    const [lost, failed] = board.current(1);
    expect(lost?.said).toEqual({ code: 'recording.lost', values: { frames: 3, limit: 64 } });
    expect(lost?.message).toBe('3 frames are NOT in the recording: the disk was too slow and 64 MiB were waiting');
    expect(String(failed?.said?.values['why'])).toHaveLength(500);
    // Said again it has not happened again.
    board.stands('recording.lost', 'critical', say('recording.lost', { frames: 3, limit: 64 }), 2);
    expect(board.count('recording.lost')).toBe(1);
    board.stands('recording.lost', 'critical', say('recording.lost', { frames: 9, limit: 64 }), 3);
    expect(board.count('recording.lost')).toBe(2);
  });
});
