import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SequenceReader } from '../../../src-main/sequences/index.ts';
import { eventually, TestBench } from '../../support/processes.ts';
import { done, hasFfmpeg, recordPhantom } from '../../support/recordings.ts';

const LIMIT = { timeout: 180_000 };
const SIZE = [640, 480] as const;
/** Long enough that an export of it can be cancelled half-way. */
const FRAMES = 150;
/** Blue-green over gray: green exceeds red by nearly half of 158; the codec blurs some of it away. */
const MIN_GREEN = 30;

interface Stream {
  readonly codec_type: string;
  readonly width: number;
  readonly height: number;
  readonly nb_read_frames: string;
}

function streamsOf(file: string): Stream[] {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', file];
  return (JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as { streams: Stream[] }).streams;
}

/** RGB of one frame, as a player shows it. */
function frameOf(file: string, index: number): Buffer {
  const one = ['-vf', `select=eq(n\\,${index})`, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  return execFileSync('ffmpeg', ['-v', 'error', '-i', file, ...one], { maxBuffer: 2 ** 24 });
}

/** How much greener than red the pixels are where `mask` is `value`, on average. */
function greenness(rgb: Buffer, mask: Uint8Array, value: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === value) {
      sum += (rgb[3 * i + 1] as number) - (rgb[3 * i] as number);
      count++;
    }
  }
  return sum / count;
}

/** The first frame whose mask shows bone. */
async function firstBone(header: string): Promise<{ index: number; mask: Uint8Array }> {
  const reader = await SequenceReader.open(header);
  try {
    for (let index = 0; index < reader.info.frames; index++) {
      const { pixels, imageValid } = await reader.frame(index);
      if (imageValid && pixels.includes(1)) return { index, mask: Uint8Array.from(pixels) };
    }
  } finally {
    await reader.close();
  }
  throw new Error('no bone in the recording');
}

describe.skipIf(!hasFfmpeg)('a recording as MP4', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  it('holds every frame, with the mask drawn where it is; cancelled, it leaves nothing behind', LIMIT, async () => {
    bench = new TestBench();
    const dataDir = bench.folder();
    const { engine, console_, name } = await recordPhantom(bench, dataDir, FRAMES, '--fps', '60');
    const recordings = path.join(dataDir, 'recordings');

    const exporting = console_.command('recordings.export', { name, format: 'mp4' });
    await done(console_, 'recordings.cancel', { name });
    expect(await exporting).toMatchObject({
      type: 'error',
      message: 'export was cancelled; nothing was written',
      said: { code: 'recording.job-cancelled', values: { job: 'export' } },
    });
    expect(readdirSync(recordings)).toEqual([name]);

    const { files, frames } = await done(console_, 'recordings.export', { name, format: 'mp4' });
    const [file] = files as [string];
    expect(file).toBe(path.join(recordings, `${name}.mp4`));
    expect(frames).toBeGreaterThanOrEqual(FRAMES);
    expect(streamsOf(file)).toMatchObject([
      { codec_type: 'video', width: SIZE[0], height: SIZE[1], nb_read_frames: String(frames) },
    ]);
    const { index, mask } = await firstBone(path.join(recordings, name, `${name}_000_mask.igs.mhd`));
    const rgb = frameOf(file, index);
    expect(greenness(rgb, mask, 1)).toBeGreaterThan(MIN_GREEN);
    expect(Math.abs(greenness(rgb, mask, 0))).toBeLessThan(3);
    await engine.process.stop();

    const out = path.join(dataDir, 'out.mp4');
    const command = bench.cli('recordings', 'export', name, '--format', 'mp4', '--out', out, '--data-dir', dataDir);
    await eventually('the export is under way', 30_000, () => (existsSync(`${out}.partial`) ? true : null));
    expect(await command.stop('SIGINT'), command.stderr).toBe(1);
    expect(command.stderr).toMatch(/cancelled; nothing was written/);
    expect(readdirSync(dataDir).filter((entry) => entry.startsWith('out'))).toEqual([]);
  });
});
