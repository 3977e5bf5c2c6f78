import { afterEach, describe, expect, it } from 'vitest';
import { BoundedQueue, monotonicMs } from '../../../src-main/pipeline/index.ts';
import { Recorder, type RecorderOptions } from '../../../src-main/recording/recorder.ts';
import { verifyRecording } from '../../../src-main/recording/verify.ts';
import type { FrameLease, RawFrame } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';
import { aFolder, aManifest, bytesOf } from './records.ts';

/** A frame whose memory is given back, and used again by another picture, as soon as nobody holds it. */
function leased(value: number, size: readonly [number, number] = [64, 48]): { frame: RawFrame; holders: () => number } {
  const pixels = new Uint8Array(size[0] * size[1]).fill(value);
  let holders = 1;
  const lease: FrameLease = {
    hold: () => {
      holders++;
    },
    release: () => {
      if (--holders === 0) pixels.fill(0xee);
    },
  };
  const frame = aFrame({ pixels, lease, receivedMs: monotonicMs(), meta: { size, frameId: value } });
  return { frame, holders: () => holders };
}

describe('Recorder', () => {
  let recorder: Recorder;
  let queue: BoundedQueue<RawFrame>;
  let folder: string;
  const failures: string[] = [];
  const begin = (overrides: Partial<RecorderOptions> = {}): void => {
    folder = aFolder();
    queue = new BoundedQueue<RawFrame>(null);
    const options: RecorderOptions = {
      ...{ folder, stem: 'r', manifest: aManifest(), recordMasks: false, segmentBytes: 2 ** 31 },
      ...{ maxBacklogBytes: 2 ** 30, startMs: monotonicMs(), lastTimestampS: -1, firstReason: 'start' },
      ...overrides,
    };
    recorder = new Recorder(options, queue, { failed: (message) => failures.push(message), disk: () => {} });
  };
  afterEach(() => recorder.stop('the end of the test').catch(() => {}));

  it('records every frame of a burst, in order, though their memory is used again', async () => {
    begin();
    const frames = Array.from({ length: 200 }, (_, i) => leased(i % 200));
    for (const { frame } of frames) {
      expect(recorder.frame(frame)).toBe(true);
      frame.lease?.release();
    }
    expect(recorder.counts.backlogFrames).toBe(200);
    const manifest = await recorder.stop('done');
    expect(manifest).toMatchObject({ frames: 200, lost: 0, endReason: 'done' });
    expect(recorder.counts).toMatchObject({ archived: 200, backlogFrames: 0, backlogBytes: 0, lost: 0 });
    expect(frames.every(({ holders }) => holders() === 0)).toBe(true);
    const bytes = bytesOf(folder, 'r_000.raw');
    expect(frames.map((_, i) => bytes[i * 64 * 48 + 1000])).toEqual(frames.map((_, i) => i % 200));
    expect(await verifyRecording(folder)).toMatchObject({ ok: true, frames: 200 });
  });

  it('loses frames only at its limit, counts them, and gives their memory back at once', async () => {
    const frameBytes = 64 * 48;
    begin({ maxBacklogBytes: 10 * frameBytes });
    const frames = Array.from({ length: 25 }, (_, i) => leased(i));
    const taken = frames.map(({ frame }) => recorder.frame(frame));
    expect(taken.filter((one) => one)).toHaveLength(10);
    expect(recorder.counts.lost).toBe(15);
    expect(frames.slice(10).every(({ holders }) => holders() === 1)).toBe(true);
    const manifest = await recorder.stop('done');
    expect(manifest).toMatchObject({ frames: 10, lost: 15 });
  });

  it('takes larger pictures than before into a new segment', async () => {
    begin();
    const sizes = [
      [64, 48],
      [64, 48],
      [256, 200],
      [64, 48],
    ] as const;
    for (const [i, size] of sizes.entries()) recorder.frame(leased(i, size).frame);
    const manifest = await recorder.stop('done');
    expect(manifest.segments.map(({ size, reason }) => [...size, reason])).toEqual([
      [64, 48, 'start'],
      [256, 200, 'size'],
      [64, 48, 'size'],
    ]);
    expect(await verifyRecording(folder)).toMatchObject({ ok: true, frames: 4 });
  });

  it('breaks with the first frame that comes after the source did, not with one that was still waiting', async () => {
    begin();
    for (let i = 0; i < 40; i++) recorder.frame(leased(i).frame);
    recorder.breakSegment('reconnect');
    recorder.frame(leased(40).frame);
    const manifest = await recorder.stop('done');
    expect(manifest.segments.map(({ reason, frames }) => [reason, frames])).toEqual([
      ['start', 40],
      ['reconnect', 1],
    ]);
  });

  it('says why when it cannot write, and lets go of every frame', async () => {
    begin({ folder: '/proc/no-such-place' });
    const { frame, holders } = leased(1);
    recorder.frame(frame);
    await expect(recorder.begun()).rejects.toThrow(/ENOENT/);
    await expect.poll(() => queue.size + recorder.counts.backlogFrames).toBe(0);
    expect(failures.join()).toMatch(/ENOENT/);
    expect(holders()).toBe(1);
    expect(recorder.frame(leased(2).frame)).toBe(false);
  });
});
