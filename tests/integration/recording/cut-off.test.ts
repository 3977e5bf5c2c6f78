import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BoundedQueue, monotonicMs } from '../../../src-main/pipeline/index.ts';
import { beginManifest, Recorder, readManifest } from '../../../src-main/recording/index.ts';
import type { RawFrame, RecordingCheck } from '../../../src-shared/index.ts';
import { ConsoleClient } from '../../support/console-client.ts';
import { aFrame } from '../../support/frames.ts';
import { eventually, startEngine, TestBench } from '../../support/processes.ts';
import { done, hasVtk, readByVtk, recorded } from '../../support/recordings.ts';
import { framesGoOn, masksFlow, snapshotOf } from '../../support/streams.ts';

const LIMIT = { timeout: 180_000 };

/** A disk of `mib` MiB; null where this user may not mount one. */
function smallDisk(bench: TestBench, mib: number): string | null {
  const folder = path.join(bench.folder(), 'disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'ultramotion-test', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  bench.owns({ close: () => execFileSync('umount', ['--lazy', folder]) });
  return folder;
}

/** Whether root may mount here: asked once, with a disk that is taken down at once. */
const mayMount = await (async () => {
  const probe = new TestBench();
  const can = smallDisk(probe, 1) !== null;
  await probe.close();
  if (!can) console.warn('skipped: no right to mount a small disk to fill up');
  return can;
})();

describe('a recording that is cut off', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  /** `recordings …` of the command line: what it printed and its exit code. */
  async function recordings(dataDir: string, ...args: readonly string[]) {
    const command = bench.cli('recordings', ...args, '--data-dir', dataDir, '--json');
    const code = await command.exited;
    return { code, said: JSON.parse(command.lines.join('') || 'null') as unknown, stderr: command.stderr };
  }

  it('by a crash: verify says what is wrong, recover makes it whole, once', LIMIT, async () => {
    bench = new TestBench();
    const dataDir = bench.folder();
    const engine = await startEngine(bench, 'phantom:5', '--data-dir', dataDir);
    await masksFlow(engine.url);
    const console_ = bench.owns(await ConsoleClient.open(engine.url));
    const { name } = await done(console_, 'recording.start', {});
    const { archived } = await recorded(engine.url, 25);
    const busy = await recordings(dataDir, 'recover', name);
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringMatching(/engine/)]);
    await engine.process.stop('SIGKILL');

    const before = await recordings(dataDir, 'verify', name);
    expect(before.code).toBe(1);
    expect((before.said as RecordingCheck).faults.length).toBeGreaterThan(0);
    const recovered = await recordings(dataDir, 'recover', name);
    expect([recovered.code, recovered.stderr]).toEqual([0, '']);
    expect(recovered.said).toMatchObject({ name, changed: true });
    const { frames } = recovered.said as { frames: number };
    expect(frames).toBeGreaterThanOrEqual(archived);
    expect(await recordings(dataDir, 'verify', name)).toMatchObject({
      code: 0,
      said: { ok: true, frames, faults: [], said: null },
    });
    expect((await recordings(dataDir, 'recover', name)).said).toMatchObject({ changed: false, frames });
  });

  it.skipIf(!mayMount)(
    'by a full disk: says so and what is lost at once, and the picture goes on; what was archived is readable',
    LIMIT,
    async () => {
      bench = new TestBench();
      const disk = smallDisk(bench, 64) ?? expect.fail('no disk');
      const dataDir = bench.folder();
      const settings = {
        ...{ 'recording.folder': disk, 'recording.reserveMb': 16, 'recording.refuseMinutes': 0 },
        // What fails is the write of a frame: with masks it may be that of a mask, and no frame is lost.
        'recording.masks': false,
      };
      writeFileSync(path.join(dataDir, 'settings.json'), JSON.stringify({ revision: 1, settings }));
      const engine = await startEngine(bench, 'phantom:5', '--data-dir', dataDir, '--fps', '10', '--interval', '0.2');
      await masksFlow(engine.url);
      const console_ = bench.owns(await ConsoleClient.open(engine.url));
      const { name } = await done(console_, 'recording.start', {});
      await recorded(engine.url, 8);
      await fillRightAfterALook(engine.url, disk);

      const { recording, problems } = await eventually('it is said', 20_000, async () => {
        const snapshot = await snapshotOf(engine.url);
        return snapshot.recording.state === 'failed' ? snapshot : null;
      });
      // On a busy machine the reserve may be seen to be gone before the write that fails.
      expect(recording.message).toMatch(
        recording.lost > 0
          ? new RegExp(
              `(the disk is full|MiB left on the disk).*; ${recording.lost} of the frames .* NOT in the recording`,
            )
          : /MiB left on the disk.*; the frames before it are recorded/,
      );
      expect(recording.message).toMatch(/ENOSPC/);
      expect(problems.find(({ key }) => key === 'recording.failed')).toMatchObject({ severity: 'critical' });
      await framesGoOn(engine.url);
      await masksFlow(engine.url);
      await engine.process.stop();

      rmSync(path.join(disk, 'filler'));
      expect((await recordings(dataDir, 'recover', name)).code).toBe(0);
      const { code, said } = await recordings(dataDir, 'verify', name);
      expect([code, (said as RecordingCheck).faults]).toEqual([0, []]);
      const { frames } = said as RecordingCheck;
      expect(frames).toBeGreaterThanOrEqual(recording.archived);
      const folder = path.join(disk, name);
      const segment = (await readManifest(folder)).segments[0] ?? expect.fail('no segment');
      if (hasVtk) {
        const [read] = readByVtk(path.join(folder, segment.image.header));
        expect(read).toMatchObject({ frames, size: [640, 480] });
      }
    },
  );

  it.skipIf(!mayMount).for([
    { fails: 'a frame', frames: 20, recordMasks: false, isAnyLost: true },
    // Pixels of all frames find room; those of their masks do not.
    { fails: 'a mask', frames: 8, recordMasks: true, isAnyLost: false },
  ])('by a disk too full for $fails: every frame it took is there or counted as lost', async (one) => {
    bench = new TestBench();
    const disk = smallDisk(bench, 4) ?? expect.fail('no disk');
    const { frames, recordMasks, isAnyLost } = one;
    const failures: { message: string; isDiskFull: boolean }[] = [];
    const manifest = beginManifest({
      ...{ name: 'r', startedMs: Date.now(), startReason: 'test', software: 'test', source: null },
    });
    const recorder = new Recorder(
      {
        ...{ folder: disk, stem: 'r', manifest, recordMasks, segmentBytes: 2 ** 31, maxBacklogBytes: 2 ** 30 },
        ...{ startMs: monotonicMs(), lastTimestampS: -1, firstReason: 'start' },
      },
      new BoundedQueue<RawFrame>(null),
      { failed: (message, isDiskFull) => failures.push({ message, isDiskFull }), disk: () => {} },
    );
    await recorder.begun();
    for (let frameId = 0; frameId < frames; frameId++) {
      const pixels = new Uint8Array(640 * 480).fill(frameId);
      recorder.frame(aFrame({ pixels, receivedMs: monotonicMs(), meta: { size: [640, 480], frameId } }));
    }
    await eventually('it fails', 20_000, () => failures[0] ?? null);
    const { archived, lost } = recorder.counts;
    await recorder.stop('the end of the test').catch(() => {});
    expect(failures).toMatchObject([{ message: expect.stringMatching(/ENOSPC/), isDiskFull: true }]);
    expect(archived).toBeGreaterThan(5);
    expect(archived + lost).toBe(frames);
    expect(lost > 0).toBe(isAnyLost);
  });
});

/** Right after the recorder looked at the disk, so that what it meets next is a write that fails and not its own reserve. */
async function fillRightAfterALook(url: string, disk: string): Promise<void> {
  const { bavail, bsize } = statfsSync(disk);
  const filler = new Uint8Array(bavail * bsize);
  const minutesLeft = async (): Promise<number | null> => (await snapshotOf(url)).recording.minutesLeft;
  const before = await minutesLeft();
  await eventually('the recorder looks at the disk', 10_000, async () =>
    (await minutesLeft()) !== before ? true : null,
  );
  expect(() => writeFileSync(path.join(disk, 'filler'), filler)).toThrow(/ENOSPC/);
}
