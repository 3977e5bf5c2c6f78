import { mkdirSync, readdirSync, renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingDesk } from '../../../src-main/engine/recording-desk.ts';
import { RecordingShelf } from '../../../src-main/engine/recording-shelf.ts';
import { ProblemBoard } from '../../../src-main/monitoring/index.ts';
import { BoundedQueue, monotonicMs } from '../../../src-main/pipeline/index.ts';
import { readManifest, verifyRecording } from '../../../src-main/recording/index.ts';
import { defaultSettings, type RawFrame, type SettingsPatch } from '../../../src-shared/index.ts';
import { aFrame } from '../../support/frames.ts';
import { aFolder, anArchive, aRecord, pixelsOf } from '../recording/records.ts';

const SIZE = [512, 512] as const;

describe('RecordingDesk', () => {
  let folder: string;
  let problems: ProblemBoard;
  let desk: RecordingDesk;
  let patch: SettingsPatch;
  let bytesPerS: number | null;
  const open = (): RecordingDesk =>
    new RecordingDesk({
      software: 'test',
      defaultFolder: folder,
      settings: () => ({ ...defaultSettings(), ...patch }),
      queue: new BoundedQueue<RawFrame>(null),
      problems,
      log: () => {},
      source: () => ({ address: 'igtl://scanner', kind: 'live', deviceName: 'Image', bytesPerS }),
      changed: () => {},
    });
  beforeEach(() => {
    folder = aFolder();
    problems = new ProblemBoard();
    patch = { 'recording.masks': false };
    bytesPerS = null;
    desk = open();
  });
  afterEach(() => desk.close());

  const receive = (count: number): void => {
    for (let i = 0; i < count; i++) {
      desk.frame(aFrame({ meta: { size: SIZE, frameId: i }, receivedMs: monotonicMs() }));
    }
  };
  const problem = (key: string) => problems.current(monotonicMs()).find((one) => one.key === `recording.${key}`);

  it('takes frames only while it records, and tells what it has', async () => {
    receive(3);
    expect(desk.describe()).toMatchObject({ state: 'off', name: null, archived: 0 });
    const { name } = await desk.begin('knee', 'a test');
    expect(name).toMatch(/^\d{8}T\d{6}Z_knee$/);
    receive(5);
    await expect.poll(() => desk.describe().archived).toBe(5);
    expect(desk.describe()).toMatchObject({ state: 'recording', name, lost: 0, encrypted: false });
    await expect(desk.begin(null, 'again')).rejects.toThrow(/is being made: stop it first/);
    expect(await desk.end('done')).toEqual({ name, frames: 5, lost: 0 });
    expect(desk.describe()).toMatchObject({ state: 'off', name, archived: 5 });
    await expect(desk.end('again')).rejects.toThrow(/nothing is being recorded/);
    expect(await readManifest(path.join(folder, name))).toMatchObject({ startReason: 'a test', endReason: 'done' });
  });

  it('raises ARCHIVE BEHIND long before its limit, and takes it back by itself', async () => {
    patch = { ...patch, 'recording.warnBacklogMb': 4, 'recording.maxBacklogMb': 1024 };
    await desk.begin(null, 'a test');
    const flood = setInterval(() => receive(40), 20);
    await expect.poll(() => problem('behind')?.message, { timeout: 10_000 }).toMatch(/^ARCHIVE BEHIND: .*\d+ frames/);
    clearInterval(flood);
    expect(problem('behind')?.severity).toBe('critical');
    expect(desk.describe().lost).toBe(0);
    await expect.poll(() => problem('behind'), { timeout: 15_000 }).toBeUndefined();
    const { frames, lost } = await desk.end('done');
    expect(lost).toBe(0);
    expect(frames).toBeGreaterThan(0);
  });

  it('counts and says aloud what is lost at the limit, until the next recording', async () => {
    patch = { ...patch, 'recording.maxBacklogMb': 1 };
    const { name } = await desk.begin(null, 'a test');
    receive(20);
    const { lost } = desk.describe();
    expect(lost).toBeGreaterThan(10);
    await expect.poll(() => problem('lost')?.message).toMatch(new RegExp(`^${lost} frames are NOT in the recording`));
    expect(await desk.end('done')).toEqual({ name, frames: 20 - lost, lost });
    expect(problem('lost')).toBeDefined();
    expect(desk.kpi()).toMatchObject({ archived_total: 20 - lost, archive_lost: lost });
    await desk.begin(null, 'the next');
    expect(problem('lost')).toBeUndefined();
  });

  it('says at once what a failing disk kept out of the recording, and that it was not the limit', async () => {
    const { name } = await desk.begin(null, 'a test');
    receive(5);
    await expect.poll(() => desk.describe().archived).toBe(5);
    // The next segment finds no folder: what fails is the write of a frame, as on a disk that is gone or full.
    renameSync(path.join(folder, name), path.join(folder, 'elsewhere'));
    desk.sourceBroken();
    receive(3);
    await expect.poll(() => desk.describe().state, { timeout: 10_000 }).toBe('failed');
    const { archived, lost, message } = desk.describe();
    expect([archived, lost]).toEqual([5, 3]);
    expect(message).toMatch(/ENOENT.*; 3 of the frames before it are NOT in the recording/);
    expect(problem('failed')?.message).toBe(`NOT RECORDING: ${message}`);
    expect(problem('lost')).toBeUndefined();
    expect(desk.kpi()).toMatchObject({ archived_total: 5, archive_lost: 3 });
  });

  it('says why it could not be closed, not merely that it ended', async () => {
    const { name } = await desk.begin(null, 'a test');
    receive(5);
    await expect.poll(() => desk.describe().archived).toBe(5);
    renameSync(path.join(folder, name), path.join(folder, 'elsewhere'));
    await expect(desk.end('done')).rejects.toThrow(
      /^the frames before it are recorded; .* could not be closed: .*ENOENT/,
    );
    expect(desk.describe()).toMatchObject({ state: 'failed', archived: 5, lost: 0 });
  });

  it('refuses to begin without room, in minutes where the rate is known', async () => {
    bytesPerS = 1e15;
    await expect(desk.begin(null, 'a test')).rejects.toThrow(/full in 0\.0 min, expected at least 5 min: \d+ MiB free/);
    bytesPerS = null;
    patch = { ...patch, 'recording.reserveMb': 1_000_000_000 };
    await expect(desk.begin(null, 'a test')).rejects.toThrow(/no room to record: .*1000000000 MiB of it in reserve/);
    expect(readdirSync(folder)).toEqual([]);
    expect(desk.describe().state).toBe('off');
  });

  it('warns in minutes, and ends by itself before the disk is full, whole', async () => {
    patch = { ...patch, 'recording.warnMinutes': 1440 };
    const { name } = await desk.begin(null, 'a test');
    const stream = setInterval(() => receive(8), 20);
    await expect
      .poll(() => problem('disk')?.message, { timeout: 10_000 })
      .toMatch(/^the disk is full in .* min at this rate/);
    expect(desk.describe().minutesLeft).toBeGreaterThan(0);
    patch = { ...patch, 'recording.reserveMb': 1_000_000_000 };
    await expect.poll(() => desk.describe().state, { timeout: 10_000 }).toBe('failed');
    clearInterval(stream);
    expect(desk.describe().message).toMatch(/MiB left on the disk, .*; the frames before it are recorded$/);
    expect(problem('failed')?.message).toMatch(/^NOT RECORDING: /);
    const { archived } = desk.describe();
    expect(await verifyRecording(path.join(folder, name))).toMatchObject({ ok: true, frames: archived });
  });

  it('makes whole at its start what a crash cut off long ago, without going on with it', async () => {
    const old = path.join(folder, '20200101T000000Z');
    mkdirSync(old);
    const archive = anArchive(old);
    await archive.begin();
    for (let seq = 0; seq < 4; seq++) archive.frame(aRecord(seq), pixelsOf(seq), null);
    utimesSync(path.join(old, 'r_000.raw'), 1_577_836_800, 1_577_836_800);
    await desk.start();
    expect(desk.describe().state).toBe('off');
    expect(problem('recovered')?.message).toMatch(/20200101T000000Z .* 4 frames/);
    expect(await verifyRecording(old)).toMatchObject({ ok: true, frames: 4 });
  });

  it('goes on, in a new segment, with what was cut off just now', async () => {
    const name = '20200101T000000Z';
    mkdirSync(path.join(folder, name));
    const archive = anArchive(path.join(folder, name));
    await archive.begin();
    for (let seq = 0; seq < 4; seq++) archive.frame(aRecord(seq), pixelsOf(seq), null);
    await desk.start();
    expect(desk.describe()).toMatchObject({ state: 'recording', name, archived: 4 });
    receive(2);
    expect(await desk.end('done')).toEqual({ name, frames: 6, lost: 0 });
    const manifest = await readManifest(path.join(folder, name));
    expect(manifest.segments.map(({ reason, frames }) => [reason, frames])).toEqual([
      ['start', 4],
      ['resumed', 2],
    ]);
    expect(await verifyRecording(path.join(folder, name))).toMatchObject({ ok: true, frames: 6 });
  });
});

describe('RecordingShelf', () => {
  let folder: string;
  let shelf: RecordingShelf;
  beforeEach(async () => {
    folder = aFolder();
    const desk = new RecordingDesk({
      software: 'test',
      defaultFolder: path.join(folder, 'recordings'),
      settings: defaultSettings,
      queue: new BoundedQueue<RawFrame>(null),
      problems: new ProblemBoard(),
      log: () => {},
      source: () => ({ address: '', kind: 'live', deviceName: null, bytesPerS: null }),
      changed: () => {},
    });
    shelf = new RecordingShelf(desk, () => {});
    const { name } = await desk.begin(null, 'a test');
    expect(name).toMatch(/Z$/);
    desk.frame(aFrame({ receivedMs: monotonicMs() }));
    await desk.end('done');
  });

  it('touches nothing for what is no name of a recording', async () => {
    const names = [
      '../recordings',
      '..',
      '.',
      '/etc',
      'a/b',
      'a\\b',
      '',
      'x'.repeat(300),
      'nul\0',
      '%2e%2e',
      'no-such-one',
    ];
    for (const name of names) {
      for (const command of ['recordings.verify', 'recordings.recover', 'recordings.delete'] as const) {
        await expect(shelf.run(command, { name }), name).rejects.toThrow(/expected a name|there is no recording/);
      }
    }
    expect((await shelf.run('recordings.list', {})).recordings).toHaveLength(1);
  });

  it('lists, verifies, exports and deletes', async () => {
    const [info] = (await shelf.run('recordings.list', {})).recordings;
    expect(info).toMatchObject({ state: 'complete', frames: 1, segments: 1, lost: 0, missing: 0, sourceKind: 'live' });
    const name = info?.name ?? '';
    expect(await shelf.run('recordings.verify', { name })).toEqual({
      name,
      ok: true,
      frames: 1,
      faults: [],
      said: null,
    });
    const { files } = await shelf.run('recordings.export', { name, format: 'nrrd' });
    expect(files.map((file) => path.basename(file))).toEqual([`${name}.nrrd`, `${name}_mask.nrrd`]);
    await shelf.run('recordings.delete', { name });
    expect((await shelf.run('recordings.list', {})).recordings).toEqual([]);
  });
});
