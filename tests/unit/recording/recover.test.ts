import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src-main/recording/manifest-reader.ts';
import { recoverRecording } from '../../../src-main/recording/recover.ts';
import { verifyRecording } from '../../../src-main/recording/verify.ts';
import { SequenceReader } from '../../../src-main/sequences/index.ts';
import { inEnglish } from '../../../src-shared/index.ts';
import { aFolder, aMask, anArchive, aRecord, bytesOf, FRAME_BYTES, isThere, pixelsOf } from './records.ts';

/** A recording as a kill leaves it: `frames` frames, of which the first `masks` have theirs. */
async function cutOff(frames: number, masks = frames): Promise<string> {
  const folder = aFolder();
  const archive = anArchive(folder);
  await archive.begin();
  for (let seq = 0; seq < frames; seq++) archive.frame(aRecord(seq), pixelsOf(seq), null);
  for (let seq = 0; seq < masks; seq++) archive.mask(aMask(seq));
  await archive.sync();
  return folder;
}

const file = (folder: string, name: string): string => path.join(folder, name);
const sizeOf = (folder: string, name: string): number => readFileSync(file(folder, name)).byteLength;

describe('verifyRecording', () => {
  it('says what a kill has left behind, fault by fault and as consoles say it', async () => {
    const { faults, said } = await verifyRecording(await cutOff(2, 1));
    expect(faults).toEqual([
      'r_000.igs.mhd: its header is not closed (2 whole frames); recover it',
      'r_000_mask.igs.mhd: its header is not closed (1 whole frames); recover it',
      'r_000_mask.igs.mhd: 1 mask slots: expected 2',
      'the manifest says that it is still being made',
    ]);
    expect(inEnglish(said!)).toBe(faults.join('; '));
  });
});

describe('recoverRecording', () => {
  it('closes the headers of what a kill left, and says what the recording holds', async () => {
    const folder = await cutOff(5, 3);
    expect(await verifyRecording(folder)).toMatchObject({ ok: false });
    const report = await recoverRecording(folder);
    expect(report).toMatchObject({ changed: true, frames: 5, segments: 1 });
    expect(await verifyRecording(folder)).toMatchObject({ ok: true, frames: 5 });
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({ state: 'recovered', frames: 5, masks: { valid: 3, invalid: 2 } });
    expect(manifest.endReason).toMatch(/crash/);
    const reader = await SequenceReader.open(file(folder, 'r_000_mask.igs.mhd'));
    const last = await reader.frame(4);
    await reader.close();
    expect(last.imageValid).toBe(false);
    expect(last.pixels.every((value) => value === 255)).toBe(true);
    expect(last.fields.get('FrameNumber')).toBe('104');
    expect(last.fields.get('ProbeToTrackerTransformStatus')).toBe('OK');
  });

  /** Every way a kill or a loss of power can cut the last frame. */
  const CUTS: readonly (readonly [string, (folder: string) => void, number])[] = [
    ['inside the pixels', (f) => truncateSync(file(f, 'r_000.raw'), 4 * FRAME_BYTES + 7), 4],
    ['between pixels and lines', (f) => appendFileSync(file(f, 'r_000.raw'), pixelsOf(5)), 5],
    ['inside a line', (f) => truncateSync(file(f, 'r_000.igs.mhd'), sizeOf(f, 'r_000.igs.mhd') - 9), 4],
    ['before the last line', (f) => appendFileSync(file(f, 'r_000.igs.mhd'), 'Seq_Frame0005_FrameNumber = 9\n'), 5],
    ['all but the first frame’s pixels', (f) => truncateSync(file(f, 'r_000.raw'), FRAME_BYTES), 1],
    ['inside the masks', (f) => truncateSync(file(f, 'r_000_mask.raw'), FRAME_BYTES + 1), 5],
    ['the masks’ lines', (f) => truncateSync(file(f, 'r_000_mask.igs.mhd'), 700), 5],
    ['the manifest', (f) => rmSync(file(f, 'manifest.json')), 5],
    ['inside the manifest', (f) => truncateSync(file(f, 'manifest.json'), 40), 5],
  ];
  it.each(CUTS)('cut %s: the whole frames before it are there', async (_where, cut, frames) => {
    const folder = await cutOff(5);
    cut(folder);
    expect(await recoverRecording(folder)).toMatchObject({ frames });
    expect(await verifyRecording(folder)).toEqual({
      name: path.basename(folder),
      ok: true,
      frames,
      faults: [],
      said: null,
    });
    expect(bytesOf(folder, 'r_000.raw')).toEqual(
      Uint8Array.from(Array.from({ length: frames }, (_, seq) => [...pixelsOf(seq)]).flat()),
    );
  });

  it('changes nothing of a recording that is whole, and does the same twice', async () => {
    const folder = await cutOff(3);
    await recoverRecording(folder);
    const before = readFileSync(file(folder, 'manifest.json'));
    expect(await recoverRecording(folder)).toMatchObject({ changed: false, frames: 3, repairs: [] });
    expect(readFileSync(file(folder, 'manifest.json'))).toEqual(before);
  });

  it('removes a segment without a single whole frame', async () => {
    const folder = await cutOff(1, 0);
    truncateSync(file(folder, 'r_000.raw'), FRAME_BYTES - 1);
    expect(await recoverRecording(folder)).toMatchObject({ frames: 0, segments: 0 });
    expect(isThere(folder, 'r_000.raw')).toBe(false);
  });

  it('leaves pixels alone whose header is gone, and says so', async () => {
    const folder = await cutOff(3);
    writeFileSync(file(folder, 'r_000.igs.mhd'), '');
    const { repairs } = await recoverRecording(folder);
    expect(repairs.join()).toMatch(/header cannot be used .* left as they are/);
    expect(sizeOf(folder, 'r_000.raw')).toBe(3 * FRAME_BYTES);
  });

  it('refuses a folder that is no recording', async () => {
    await expect(recoverRecording(aFolder())).rejects.toThrow(/is not a recording: it has no manifest.json/);
  });
});
