import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClockMap } from '../../../src-renderer/live/clock.ts';
import { ViewReporter } from '../../../src-renderer/live/view-reporter.ts';
import type { FromWorker } from '../../../src-renderer/live/worker-protocol.ts';
import type { DisplayFrame } from '../../../src-shared/index.ts';

const FRAME_MS = 10;

const frame = (seq: number, state: DisplayFrame['state']): DisplayFrame => ({
  ...{ seq, frameId: seq, state, tsBits: 0n, receivedMs: 0, readyMs: 0 },
  ...{
    sourceKind: 'live',
    frameIdOrigin: 'source',
    size: [2, 2],
    components: 1,
    pixels: new Uint8Array(4),
    mmPerPixel: [1, 1],
    scaleOrigin: 'source',
  },
  ...{ maskBits: state === 'bone' ? new Uint8Array(1) : null, score: seq / 1000, boxes: [] },
});

describe('the view’s reporter', () => {
  let told: FromWorker[];
  let reporter: ViewReporter;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval'] });
    told = [];
    reporter = new ViewReporter(
      new ClockMap(),
      () => null,
      () => null,
      () => null,
      (message) => told.push(message),
    );
  });
  afterEach(() => vi.useRealTimers());

  const paint = (states: readonly DisplayFrame['state'][]): void => {
    for (const [seq, state] of states.entries()) {
      reporter.framePainted(frame(seq, state), performance.now());
      vi.advanceTimersByTime(FRAME_MS);
    }
  };
  const results = () => told.flatMap((message) => (message.type === 'result' ? message.result : []));

  it('tells a new result with the picture that brings it, whenever the last report was', () => {
    paint(['bone', 'bone', 'no-bone', 'no-bone', 'bone', null]);
    expect(results().map(({ state, score, hasMask }) => [state, score, hasMask])).toEqual([
      ['bone', 0, true],
      ['no-bone', 0.002, false],
      ['bone', 0.004, true],
      [null, 0.005, false],
    ]);
  });

  it('keeps its reports at five a second though every picture brings another result', () => {
    paint(Array.from({ length: 200 }, (_, seq) => (seq % 2 === 0 ? 'bone' : 'no-bone')));
    expect(results()).toHaveLength(200);
    // One at once: of the first picture nothing was known.
    expect(told.filter(({ type }) => type === 'view')).toHaveLength(1 + 10);
  });

  it('never says less in a report than the result that stands', () => {
    paint(Array.from({ length: 61 }, (_, seq) => (seq % 3 === 0 ? 'bone' : 'no-bone')));
    let standing: unknown = null;
    for (const message of told) {
      if (message.type === 'result') standing = message.result.state;
      if (message.type === 'view') expect(message.report.picture?.state).toBe(standing);
    }
  });

  it('begins anew after the picture was taken away', () => {
    paint(['bone']);
    reporter.cleared();
    expect(told.at(-1)).toMatchObject({ type: 'view', report: { picture: null } });
    paint(['bone']);
    expect(results()).toHaveLength(2);
  });
});
