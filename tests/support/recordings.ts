import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { CommandName, CommandResults, RecordingStatus } from '../../src-shared/index.ts';
import { ConsoleClient } from './console-client.ts';
import { eventually, startEngine, type TestBench } from './processes.ts';
import { masksFlow, snapshotOf } from './streams.ts';

/** Debian's Python is the one that has VTK, whatever else is on the path. */
const PYTHON = '/usr/bin/python3';
export const hasVtk = existsSync('/usr/lib/python3/dist-packages/vtkmodules/__init__.py');
if (!hasVtk) {
  console.warn('skipped in part: VTK is not installed (python3-vtk9)');
}

/** MP4 is written by ffmpeg, and looked into by ffprobe, which comes with it. */
export const hasFfmpeg = existsSync('/usr/bin/ffmpeg');
if (!hasFfmpeg) {
  console.warn('skipped: no /usr/bin/ffmpeg to write MP4 with (Debian: apt-get install ffmpeg)');
}

export interface ReadByVtk {
  readonly size: readonly [number, number];
  readonly frames: number;
  readonly spacing: readonly number[];
  readonly type: string;
  readonly components: number;
  /** CRC-32 of each frame's pixels. */
  readonly crc: readonly number[];
}

/** Recorded files as VTK's MetaImage reader, 3D Slicer's, sees them. */
export function readByVtk(...headers: readonly string[]): ReadByVtk[] {
  const script = path.join(import.meta.dirname, 'read_metaimage.py');
  const lines = execFileSync(PYTHON, [script, ...headers], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ReadByVtk);
}

/** CRC-32 of each frame of a raw file. */
export function frameCrcs(rawFile: string, frameBytes: number): number[] {
  const bytes = readFileSync(rawFile);
  return Array.from({ length: Math.floor(bytes.length / frameBytes) }, (_, frame) =>
    crc32(bytes.subarray(frame * frameBytes, (frame + 1) * frameBytes)),
  );
}

/** The value of a command that must succeed. */
export async function done<N extends CommandName>(
  console_: ConsoleClient,
  name: N,
  args: Parameters<typeof console_.command<N>>[1],
): Promise<CommandResults[N]> {
  const answer = await console_.command(name, args);
  if (answer.type !== 'result') {
    throw new Error(`${name}: ${answer.type === 'error' ? answer.message : answer.type}`);
  }
  return answer.value as CommandResults[N];
}

/** Waits until at least `frames` of the recording are archived. */
export function recorded(url: string, frames: number): Promise<RecordingStatus> {
  return eventually(`${frames} frames in the recording`, 30_000, async () => {
    const { recording } = await snapshotOf(url);
    return recording.archived >= frames ? recording : null;
  });
}

/** An engine in `dataDir` that has recorded `frames` of the phantom under the name returned. */
export async function recordPhantom(bench: TestBench, dataDir: string, frames: number, ...args: readonly string[]) {
  const engine = await startEngine(bench, 'phantom:5', '--data-dir', dataDir, '--interval', '0.2', ...args);
  await masksFlow(engine.url);
  const console_ = bench.owns(await ConsoleClient.open(engine.url));
  const { name } = await done(console_, 'recording.start', {});
  await recorded(engine.url, frames);
  await done(console_, 'recording.stop', {});
  return { engine, console_, name };
}
