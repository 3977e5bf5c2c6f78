import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Manifest, readManifest, verifyRecording } from '../../../src-main/recording/index.ts';
import type { EngineSnapshot } from '../../../src-shared/index.ts';
import { ConsoleClient } from '../../support/console-client.ts';
import {
  api,
  childrenOf,
  type EngineAddresses,
  eventually,
  hasPeers,
  hasProc,
  TestBench,
} from '../../support/processes.ts';
import { done, frameCrcs, hasVtk, readByVtk, recorded } from '../../support/recordings.ts';
import { masksFlow, sampleOf, snapshotOf, startPlusServer } from '../../support/streams.ts';

/** The rate and size of the acceptance (design, section 9). */
const STREAM = ['--fps', '95', '--width', '640', '--height', '480'] as const;
const FRAME_BYTES = 640 * 480;
/** Of a machine that is busy with other things. */
const LIMIT = { timeout: 180_000 };

async function startOn(bench: TestBench, dataDir: string, source: string, ...args: readonly string[]) {
  const engine = bench.cli(
    ...['engine', '--source', source, '--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'],
    ...['--data-dir', dataDir, '--json', '--interval', '0.2', ...args],
  );
  return { engine, ...(await engine.json<EngineAddresses>()) };
}

/** Every pair of the recording read by VTK, against the bytes on the disk. */
function expectReadableByVtk(folder: string, manifest: Manifest): void {
  const pairs = manifest.segments.flatMap(({ image, mask, frames }) =>
    [image, mask].flatMap((pair) => (pair === null ? [] : [{ ...pair, frames }])),
  );
  const read = readByVtk(...pairs.map(({ header }) => path.join(folder, header)));
  for (const [i, { data, frames }] of pairs.entries()) {
    expect(read[i]).toMatchObject({ size: [640, 480], frames, type: 'unsigned char', components: 1 });
    expect(read[i]?.crc).toEqual(frameCrcs(path.join(folder, data), FRAME_BYTES));
  }
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(0.99 * values.length) - 1] ?? 0;
}

/** Counts of the recording, asked for as fast as the engine answers, until `frames` are archived. */
async function watch(url: string, frames: number): Promise<{ archived: number; backlogs: number[] }> {
  const backlogs: number[] = [];
  return eventually(`${frames} frames archived`, 40_000, async () => {
    const { recording } = await api<EngineSnapshot>(url, '/api/snapshot');
    backlogs.push(recording.backlogFrames);
    return recording.archived >= frames ? { archived: recording.archived, backlogs } : null;
  });
}

/** Frames lost before us so far, by a sample taken from now on. */
async function upstreamLost(url: string): Promise<number> {
  const nowS = Date.now() / 1000;
  return eventually('a new sample', 10_000, async () => {
    const { ts, upstream_lost } = await sampleOf(url);
    return ts > nowS ? (upstream_lost ?? 0) : null;
  });
}

/** On a busy machine the sender itself may drop frames or its link: those never reached us. All that did are there. */
function expectComplete(manifest: Manifest, frames: number, lostUpstream: number): void {
  expect(manifest).toMatchObject({ frames, lost: 0 });
  expect(manifest.gaps?.frames ?? 0).toBeLessThanOrEqual(lostUpstream);
  expect(manifest.segments.every(({ reason }) => reason === 'start' || reason === 'reconnect')).toBe(true);
}

describe.skipIf(!hasPeers || !hasProc)('a recording at 95 frames/s of 640x480', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('survives three SIGKILLs of its engine: every frame counted is in it, and it is gone on with', LIMIT, async () => {
    bench = new TestBench();
    const source = await startPlusServer(bench, ...STREAM);
    const dataDir = bench.folder();
    const recordings = path.join(dataDir, 'recordings');
    let running = await startOn(bench, dataDir, source, '--record');
    const backlogs: number[] = [];
    let counted = 0;
    for (let kill = 1; kill <= 3; kill++) {
      // The first frames wait for the archive's thread to start.
      await recorded(running.url, counted + 30);
      const seen = await watch(running.url, counted + 130);
      counted = seen.archived;
      backlogs.push(...seen.backlogs);
      running.engine.child.kill('SIGKILL');
      await running.engine.exited;
      running = await startOn(bench, dataDir, source);
      const { url } = running;
      const recording = await eventually('the recording goes on', 30_000, async () => {
        const status = (await snapshotOf(url)).recording;
        return status.state === 'recording' ? status : null;
      });
      expect(recording.archived).toBeGreaterThanOrEqual(counted);
      counted = recording.archived;
    }
    await recorded(running.url, counted + 20);
    const console_ = bench.owns(await ConsoleClient.open(running.url));
    const { name, frames } = await done(console_, 'recording.stop', {});
    expect(readdirSync(recordings)).toEqual([name]);
    const folder = path.join(recordings, name);
    expect(await verifyRecording(folder)).toEqual({ name, ok: true, frames, faults: [], said: null });
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({ state: 'complete', frames, lost: 0, encrypted: false });
    expect(manifest.segments.map(({ reason }) => reason)).toEqual(['start', 'resumed', 'resumed', 'resumed']);
    expect(manifest.masks.valid + manifest.masks.invalid).toBe(frames);
    if (hasVtk) {
      expectReadableByVtk(folder, manifest);
    }
    console.info(
      `backlog before the kills: p99 ${p99(backlogs)}, most ${Math.max(...backlogs)} frames (${backlogs.length} looks)`,
    );
  });

  it(
    'loses nothing when the inference process is killed three times: those frames have INVALID mask slots',
    LIMIT,
    async () => {
      bench = new TestBench();
      const source = await startPlusServer(bench, ...STREAM);
      const dataDir = bench.folder();
      const { url, pid } = await startOn(bench, dataDir, source);
      await masksFlow(url);
      const console_ = bench.owns(await ConsoleClient.open(url));
      const lostBefore = await upstreamLost(url);
      const { name } = await done(console_, 'recording.start', { label: 'faults' });
      for (let kill = 1; kill <= 3; kill++) {
        await masksFlow(url);
        const { archived_total } = await sampleOf(url);
        process.kill(childrenOf(pid)[0] as number, 'SIGKILL');
        await recorded(url, archived_total + 60);
      }
      const { frames, lost } = await done(console_, 'recording.stop', {});
      expect(lost).toBe(0);
      const folder = path.join(dataDir, 'recordings', name);
      expect(name).toMatch(/^\d{8}T\d{6}Z_faults$/);
      expect(await verifyRecording(folder)).toMatchObject({ ok: true, frames });
      const manifest = await readManifest(folder);
      expectComplete(manifest, frames, (await upstreamLost(url)) - lostBefore);
      expect(manifest.masks.invalid).toBeGreaterThan(0);
      expect(manifest.masks.valid).toBeGreaterThan(0);
      expect(manifest.models).toEqual([{ id: 'bone-net', provider: 'cpu', frames: manifest.masks.valid }]);
    },
  );

  it('does not notice that a console is killed three times', LIMIT, async () => {
    bench = new TestBench();
    const source = await startPlusServer(bench, ...STREAM);
    const dataDir = bench.folder();
    const { url } = await startOn(bench, dataDir, source);
    const console_ = bench.owns(await ConsoleClient.open(url));
    const lostBefore = await upstreamLost(url);
    const { name } = await done(console_, 'recording.start', {});
    for (let kill = 1; kill <= 3; kill++) {
      const client = bench.run(
        process.execPath,
        path.join(import.meta.dirname, '..', '..', 'support', 'watching-console.ts'),
        url,
      );
      await client.find((line) => (line === 'PICTURE' ? line : null));
      client.child.kill('SIGKILL');
      const { archived } = (await snapshotOf(url)).recording;
      await recorded(url, archived + 30);
    }
    const { frames, lost } = await done(console_, 'recording.stop', {});
    expect(lost).toBe(0);
    const manifest = await readManifest(path.join(dataDir, 'recordings', name));
    expectComplete(manifest, frames, (await upstreamLost(url)) - lostBefore);
  });
});
