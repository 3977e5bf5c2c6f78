import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PhantomScene } from '../../../src-main/phantom/index.ts';
import { SequenceReader, SequenceWriter, transformsOf } from '../../../src-main/sequences/index.ts';
import { CLI, RunningProcess } from '../../support/processes.ts';

interface Summary {
  readonly model: string;
  readonly provider: string;
  readonly frames: number;
  readonly framesWithBone: number;
  readonly framesWithoutBone: number;
  readonly framesFailed: number;
  readonly framesWithoutPicture: number;
  readonly scale: string;
  readonly msPerFrame: { readonly p50: number; readonly p99: number };
}

const folder = mkdtempSync(path.join(tmpdir(), 'segment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 6;
const [COLUMNS, ROWS] = [320, 240] as const;
const MM = 0.2;
const PROBE = '1 0 0 5 0 1 0 6 0 0 1 7 0 0 0 1';
const bones: Uint8Array[] = [];

/** A recording of the phantom; the fourth frame has no picture. */
async function record(file: string, spacing: readonly [number, number, number] | null): Promise<string> {
  const scene = new PhantomScene({ seed: 5, columns: COLUMNS, rows: ROWS, mmPerPixel: [MM, MM], kind: 'long' });
  const writer = await SequenceWriter.create(file, {
    size: [COLUMNS, ROWS],
    scalarType: 'uint8',
    components: 1,
    spacing,
    orientation: 'MF',
    fields: new Map([['PatientPosition', 'none']]),
  });
  bones.length = 0;
  for (let index = 0; index < FRAMES; index++) {
    const frame = scene.render(index);
    bones.push(frame.mask);
    const fields = new Map([
      ['Timestamp', (10 + index / 30).toFixed(4)],
      ['ProbeToTrackerTransform', PROBE],
      ['ProbeToTrackerTransformStatus', 'OK'],
      ...(index === 3 ? [['ImageStatus', 'INVALID'] as const] : []),
    ]);
    await writer.append(frame.pixels, fields);
  }
  await writer.close();
  return file;
}

/** Ends with 0; the summary it printed. */
async function segmented(...args: readonly string[]): Promise<{ summary: Summary; stderr: string }> {
  const command = new RunningProcess(process.execPath, [CLI, 'segment', ...args]);
  expect(await command.exited, command.stderr).toBe(0);
  return { summary: JSON.parse(command.lines.join('\n')) as Summary, stderr: command.stderr };
}

const calibrated = path.join(folder, 'phantom.mha');
beforeAll(async () => {
  await record(calibrated, [MM, MM, 1]);
});

describe('ultramotion segment', () => {
  it('writes a mask of every frame with the frame’s own size, spacing, times and transforms', async () => {
    const out = path.join(folder, 'masks.mha');
    const { summary, stderr } = await segmented(calibrated, '--out', out, '--model', 'bone-tracer');
    expect(summary).toMatchObject({
      model: 'bone-tracer',
      provider: 'cpu',
      frames: FRAMES,
      framesFailed: 0,
      framesWithoutPicture: 1,
      scale: 'source',
    });
    expect(summary.framesWithBone + summary.framesWithoutBone).toBe(FRAMES - 1);
    expect(summary.framesWithBone).toBeGreaterThan(0);
    expect(summary.msPerFrame.p99).toBeGreaterThanOrEqual(summary.msPerFrame.p50);
    expect(stderr).toMatch(/segmenting \[#+\] 6\/6/);

    const masks = await SequenceReader.open(out);
    expect(masks.info).toMatchObject({ size: [COLUMNS, ROWS], frames: FRAMES, scalarType: 'uint8', orientation: 'MF' });
    expect(masks.info.spacing?.slice(0, 2)).toEqual([MM, MM]);
    expect(masks.info.fields.get('MaskModel')).toBe('bone-tracer');
    let withBone = 0;
    for (let index = 0; index < FRAMES; index++) {
      const frame = await masks.frame(index);
      expect(frame.timestampS).toBeCloseTo(10 + index / 30, 3);
      expect(transformsOf(frame)[0]).toMatchObject({ name: 'ProbeToTracker', ok: true });
      expect(frame.imageValid).toBe(index !== 3);
      expect(frame.pixels.every((value) => value === 0 || value === 1)).toBe(true);
      const drawn = frame.pixels.reduce((sum, value) => sum + value, 0);
      if (index === 3) expect(drawn).toBe(0);
      if (drawn > 0) withBone++;
    }
    expect(withBone).toBe(summary.framesWithBone);
    await masks.close();
  });

  it('puts the surface on the phantom’s bone, in mm', async () => {
    const csv = path.join(folder, 'surface.csv');
    await segmented(calibrated, '--out', path.join(folder, 'again.mha'), '--csv', csv, '--model', 'bone-tracer');
    const [header, ...lines] = readFileSync(csv, 'utf8').trim().split('\n');
    expect(header).toBe('frame,timestamp_s,column,along_mm,surface_mm,top_mm,bottom_mm,scale');
    expect(lines.length).toBeGreaterThan(100);
    const errors: number[] = [];
    for (const line of lines) {
      const [frame, , column, along, surface, top, bottom] = line.split(',').map(Number) as number[];
      expect(along).toBeCloseTo((column! + 0.5) * MM, 3);
      expect(bottom! - top!).toBeGreaterThan(0.5);
      expect(line.endsWith(',source')).toBe(true);
      const truth = bones[frame!]!;
      const row = Array.from({ length: ROWS }, (_, y) => y).find((y) => truth[y * COLUMNS + column!] === 1);
      // The phantom's band begins 0.3 mm above its surface.
      if (row !== undefined) errors.push(Math.abs(surface! - (row * MM + 0.3)));
    }
    errors.sort((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(0.4);
  });

  it('says that the scale is assumed, on the screen, in the summary and in every line', async () => {
    const uncalibrated = await record(path.join(folder, 'uncalibrated.mha'), null);
    const csv = path.join(folder, 'assumed.csv');
    const out = path.join(folder, 'assumed.mha');
    const { summary, stderr } = await segmented(uncalibrated, '--out', out, '--csv', csv);
    expect(summary.scale).toBe('estimate');
    expect(stderr).toMatch(/states no pixel size: 0\.208 mm is assumed/);
    expect(readFileSync(csv, 'utf8').split('\n')[1]).toMatch(/,estimate$/);
    const stated = await segmented(uncalibrated, '--out', out, '--mm-per-pixel', String(MM));
    expect(stated.summary.scale).toBe('user');
    expect(stated.stderr).not.toMatch(/assumed/);
  });

  it('refuses in words what it cannot do, and leaves nothing half written', async () => {
    const out = path.join(folder, 'none.mha');
    const failing = async (...args: readonly string[]): Promise<readonly [number | null, string]> => {
      const command = new RunningProcess(process.execPath, [CLI, 'segment', ...args]);
      return [await command.exited, command.stderr];
    };
    expect(await failing(calibrated, '--out', out, '--model', 'nowhere')).toEqual([
      1,
      expect.stringMatching(/nowhere/),
    ]);
    expect(await failing(path.join(folder, 'missing.mha'), '--out', out)).toEqual([
      1,
      expect.stringMatching(/missing\.mha/),
    ]);
    expect(await failing(calibrated, '--out', calibrated)).toEqual([2, expect.stringMatching(/is the input/)]);
    // A picture of 4.8 cm that is said to be half a metre deep.
    const wrongScale = ['--mm-per-pixel', '2', '--model', 'bone-tracer'];
    const uncalibrated = await record(path.join(folder, 'deep.mha'), null);
    expect(await failing(uncalibrated, '--out', out, ...wrongScale)).toEqual([
      1,
      expect.stringMatching(/480\.0 mm deep/),
    ]);
    expect(existsSync(out)).toBe(false);
  });
});
