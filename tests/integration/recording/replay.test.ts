import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../../src-main/recording/index.ts';
import { SequenceReader } from '../../../src-main/sequences/index.ts';
import type { ConsoleClient } from '../../support/console-client.ts';
import { eventually, TestBench } from '../../support/processes.ts';
import { done, hasVtk, readByVtk, recordPhantom } from '../../support/recordings.ts';
import { snapshotOf } from '../../support/streams.ts';

const LIMIT = { timeout: 180_000 };

/** Plays a recording once, every frame, recording it again; the new one's name. */
async function replayAndRecord(url: string, console_: ConsoleClient, address: string): Promise<string> {
  const { name } = await done(console_, 'recording.start', { label: 'again' });
  await done(console_, 'source.connect', { address });
  await eventually('the end of the recording', 90_000, async () =>
    (await snapshotOf(url)).liveness === 'ENDED' ? true : null,
  );
  const { lost } = await done(console_, 'recording.stop', {});
  expect(lost).toBe(0);
  await done(console_, 'source.disconnect', {});
  return name;
}

function filesOf(folder: string, name: string, kind: '' | '_mask'): Buffer {
  return readFileSync(path.join(folder, name, `${name}_000${kind}.raw`));
}

describe('a recording', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('replayed twice, every frame: same pictures, a mask for each, the masks identical', LIMIT, async () => {
    bench = new TestBench();
    const dataDir = bench.folder();
    const recordings = path.join(dataDir, 'recordings');
    const { engine, console_, name } = await recordPhantom(bench, dataDir, 60);
    const original = await readManifest(path.join(recordings, name));
    const patch = { 'source.everyFrame': true, 'source.loop': false, 'source.speed': 10 };
    await done(console_, 'settings.update', { patch });
    await done(console_, 'source.disconnect', {});
    const address = path.join(recordings, name);
    const [first, second] = [
      await replayAndRecord(engine.url, console_, address),
      await replayAndRecord(engine.url, console_, address),
    ] as const;
    for (const replayed of [first, second]) {
      const manifest = await readManifest(path.join(recordings, replayed));
      expect(manifest).toMatchObject({
        frames: original.frames,
        masks: { valid: original.frames, invalid: 0 },
        source: { kind: 'replay' },
      });
      expect(filesOf(recordings, replayed, '').equals(filesOf(recordings, name, ''))).toBe(true);
    }
    const masks = filesOf(recordings, first, '_mask');
    expect(masks.includes(1)).toBe(true);
    expect(filesOf(recordings, second, '_mask').equals(masks)).toBe(true);
    await expectSameGeometry(recordings, name, first);
  });

  it('is REPLAY on the screen, stands, winds and goes on at another speed', LIMIT, async () => {
    bench = new TestBench();
    const dataDir = bench.folder();
    const { engine, console_, name } = await recordPhantom(bench, dataDir, 45);
    // Slowly: it must not be over before it is told to stand.
    await done(console_, 'settings.update', { patch: { 'source.speed': 0.1 } });
    await done(console_, 'source.connect', { address: path.join(dataDir, 'recordings', name) });
    const source = async () => (await snapshotOf(engine.url)).source;
    await eventually('the replay runs', 10_000, async () => ((await source()).replay?.frame ? true : null));
    expect((await source()).kind).toBe('replay');
    expect((await snapshotOf(engine.url)).publisher).toMatchObject({ device: 'BoneMask_Replay', enabled: false });
    await done(console_, 'replay.pause', { paused: true });
    await done(console_, 'replay.seek', { frame: 7 });
    await eventually('frame 7', 5000, async () => ((await source()).replay?.frame === 7 ? true : null));
    expect((await source()).replay).toMatchObject({ isPaused: true, frames: (await source()).replay?.frames });
    await done(console_, 'settings.update', { patch: { 'source.speed': 5 } });
    expect((await source()).replay, 'the source stays open').toMatchObject({ frame: 7, isPaused: true });
    await done(console_, 'replay.pause', { paused: false });
    await eventually('it goes on', 5000, async () => ((await source()).replay?.frame !== 7 ? true : null));
    await done(console_, 'source.disconnect', {});
    expect(await console_.command('replay.seek', { frame: 1 })).toMatchObject({
      type: 'error',
      message: 'the source is no recording that is being played',
    });
  });

  it('is listed, checked and exported by the command line', LIMIT, async () => {
    bench = new TestBench();
    const dataDir = bench.folder();
    const { engine, name } = await recordPhantom(bench, dataDir, 30);
    await engine.process.stop();
    const run = async (...args: readonly string[]) => {
      const started = bench.cli('recordings', ...args, '--data-dir', dataDir, '--json');
      expect(await started.exited, started.stderr).toBe(0);
      return JSON.parse(started.lines.join('')) as Record<string, unknown>;
    };
    const { recordings, note } = await run('list');
    expect(recordings).toMatchObject([{ name, state: 'complete', lost: 0, sourceKind: 'demo' }]);
    expect(note).toMatch(/^Not encrypted/);
    const { frames } = await run('verify', name);
    const mha = path.join(dataDir, 'out.mha');
    expect(await run('export', name, '--out', mha)).toMatchObject({
      files: [mha, mha.replace('.mha', '_mask.mha')],
      frames,
    });
    if (hasVtk) {
      const [image, mask] = readByVtk(mha, mha.replace('.mha', '_mask.mha'));
      expect([image?.frames, mask?.frames]).toEqual([frames, frames]);
    }
    const again = bench.cli('recordings', 'export', name, '--data-dir', dataDir, '--out', mha);
    expect(await again.exited).toBe(1);
    expect(again.stderr).toMatch(/is there already/);
  });
});

/** The published geometry of a replay is the recorded one, bit by bit. */
async function expectSameGeometry(recordings: string, one: string, other: string): Promise<void> {
  const headers = await Promise.all(
    [one, other].map(async (name) => {
      const reader = await SequenceReader.open(path.join(recordings, name, `${name}_000.igs.mhd`));
      const fields = (await reader.frame(reader.info.frames - 1)).fields;
      await reader.close();
      return fields.get('SourceImageHeader');
    }),
  );
  expect(headers[0]).toMatch(/^[0-9a-f]{144}$/);
  expect(headers[1]).toBe(headers[0]);
}
