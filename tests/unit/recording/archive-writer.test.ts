import { describe, expect, it } from 'vitest';
import { verifyRecording } from '../../../src-main/recording/verify.ts';
import { SequenceReader } from '../../../src-main/sequences/index.ts';
import {
  aFolder,
  aMask,
  anArchive,
  aRecord,
  bytesOf,
  FORMAT,
  FRAME_BYTES,
  linesOf,
  noMask,
  pixelsOf,
} from './records.ts';

describe('ArchiveWriter', () => {
  it('writes the layout to the letter: first two lines, one block per frame, DimSize and ElementDataFile last', async () => {
    const folder = aFolder();
    const archive = anArchive(folder);
    for (let seq = 0; seq < 3; seq++) archive.frame(aRecord(seq), pixelsOf(seq), null);
    await archive.end('stopped', 0);
    const lines = linesOf(folder, 'r_000.igs.mhd');
    expect(lines.slice(0, 2)).toEqual(['ObjectType = Image', 'NDims = 3']);
    expect(lines.slice(-2)).toEqual(['DimSize = 8 6 3', 'ElementDataFile = r_000.raw']);
    expect(lines.every((line) => line.length < 1000 && /^\w+ = .+$/.test(line))).toBe(true);
    const block = lines.filter((line) => line.startsWith('Seq_Frame0001_'));
    expect(block).toEqual(
      expect.arrayContaining([
        'Seq_Frame0001_FrameNumber = 101',
        'Seq_Frame0001_ProbeToTrackerTransform = 1 0 0 1 0 1 0 0 0 0 1 0 0 0 0 1',
        'Seq_Frame0001_ProbeToTrackerTransformStatus = OK',
        'Seq_Frame0001_ImageToReferenceTransformStatus = OK',
        'Seq_Frame0001_Timestamp = 0.010000',
        'Seq_Frame0001_SourceStampBits = 6553f10080000001',
      ]),
    );
    expect(block.at(-1)).toBe('Seq_Frame0001_ImageStatus = OK');
    expect(bytesOf(folder, 'r_000.raw')).toEqual(Uint8Array.of(...pixelsOf(0), ...pixelsOf(1), ...pixelsOf(2)));
  });

  it('gives every frame a mask slot at its place: 0/1 with a result, INVALID and 255 without', async () => {
    const folder = aFolder();
    const archive = anArchive(folder);
    for (let seq = 0; seq < 4; seq++) archive.frame(aRecord(seq), pixelsOf(seq), null);
    archive.mask(aMask(0));
    archive.mask(noMask(1));
    archive.mask(aMask(2));
    const manifest = await archive.end('stopped', 0);
    expect(manifest.masks).toEqual({ valid: 2, invalid: 2 });
    expect(manifest.models).toEqual([{ id: 'bone-tracer', provider: 'cpu', frames: 2 }]);
    const reader = await SequenceReader.open(`${folder}/r_000_mask.igs.mhd`);
    const slots = await Promise.all([0, 1, 2, 3].map((index) => reader.frame(index)));
    await reader.close();
    expect(slots.map(({ imageValid }) => imageValid)).toEqual([true, false, true, false]);
    expect(slots.map(({ fields }) => fields.get('FrameNumber'))).toEqual(['100', '101', '102', '103']);
    expect([...(slots[2]?.pixels ?? [])].indexOf(1)).toBe(2);
    expect(slots[1]?.pixels.every((value) => value === 255)).toBe(true);
    expect(slots[2]?.fields.get('ResultState')).toBe('bone');
    expect(slots[2]?.fields.get('InferenceMs')).toBe('4.250');
    expect(slots[3]?.fields.get('ResultState')).toBe('none');
  });

  it('refuses a mask out of turn instead of putting it on another frame', () => {
    const archive = anArchive(aFolder());
    archive.frame(aRecord(0), pixelsOf(0), null);
    archive.frame(aRecord(1), pixelsOf(1), null);
    expect(() => archive.mask(aMask(1))).toThrow(/mask of frame 1 is out of turn: expected that of 0/);
  });

  it('begins a new segment for another size, type, spacing or source, when full, and when told', async () => {
    const folder = aFolder();
    const archive = anArchive(folder, { segmentBytes: 3 * FRAME_BYTES });
    const wide = { ...FORMAT, size: [16, 6] as const };
    const frames = [
      [aRecord(0), pixelsOf(0), null],
      [aRecord(1, { format: wide }), pixelsOf(1, 96), null],
      [aRecord(2, { format: { ...wide, scalarType: 'uint16' } }), pixelsOf(2, 192), null],
      [aRecord(3), pixelsOf(3), null],
      [aRecord(4, { format: { ...FORMAT, spacing: [0.3, 0.3, 1] } }), pixelsOf(4), null],
      [aRecord(5, { format: { ...FORMAT, spacing: [0.3, 0.3, 1], deviceName: 'Other' } }), pixelsOf(5), null],
      [aRecord(6), pixelsOf(6), null],
      [aRecord(7), pixelsOf(7), null],
      [aRecord(8), pixelsOf(8), null],
      [aRecord(9), pixelsOf(9), null],
      [aRecord(10), pixelsOf(10), 'reconnect'],
    ] as const;
    for (const [record, pixels, reason] of frames) archive.frame(record, pixels, reason);
    const manifest = await archive.end('stopped', 0);
    expect(manifest.segments.map(({ reason, frames: count }) => [reason, count])).toEqual([
      ['start', 1],
      ['size', 1],
      ['type', 1],
      ['size', 1],
      ['spacing', 1],
      ['source', 1],
      ['spacing', 3],
      ['full', 1],
      ['reconnect', 1],
    ]);
    expect(await verifyRecording(folder)).toMatchObject({ ok: true, frames: 11 });
  });

  it('does not take the rounding of a moving picture’s axes for another spacing', async () => {
    const archive = anArchive(aFolder());
    for (let seq = 0; seq < 5; seq++) {
      const spacing = [0.2 + 1e-8 * seq, 0.2 - 1e-8 * seq, 1] as const;
      archive.frame(aRecord(seq, { format: { ...FORMAT, spacing } }), pixelsOf(seq), null);
    }
    expect((await archive.end('stopped', 0)).segments).toHaveLength(1);
  });

  it('keeps times strictly increasing by a millisecond at least, whatever the clock says', async () => {
    const folder = aFolder();
    const archive = anArchive(folder, { segmentBytes: 2 * FRAME_BYTES });
    for (const [seq, receivedS] of [0, 0.5, 0.5, 0.2, 0.5004].entries()) {
      archive.frame(aRecord(seq, { receivedS }), pixelsOf(seq), null);
    }
    await archive.end('stopped', 0);
    const times = ['r_000', 'r_001', 'r_002'].flatMap((name) =>
      linesOf(folder, `${name}.igs.mhd`).flatMap((line) => / *_Timestamp = (.+)/.exec(line)?.[1] ?? []),
    );
    expect(times).toEqual(['0.000000', '0.500000', '0.501000', '0.502000', '0.503000']);
  });

  it('counts gaps by FrameNumber, not what begins anew', async () => {
    const archive = anArchive(aFolder());
    for (const [seq, frameNumber] of [10, 11, 15, 16, 3, 4, 7].entries()) {
      archive.frame(aRecord(seq, { frameNumber }), pixelsOf(seq), null);
    }
    const { gaps } = await archive.end('stopped', 0);
    expect(gaps).toEqual({
      frames: 5,
      places: 2,
      listed: [
        { segment: 0, frame: 2, afterFrameNumber: 11, missing: 3 },
        { segment: 0, frame: 6, afterFrameNumber: 4, missing: 2 },
      ],
    });
  });

  it('writes a pose that a frame lacks as INVALID once its name is known', async () => {
    const folder = aFolder();
    const archive = anArchive(folder);
    archive.frame(aRecord(0), pixelsOf(0), null);
    archive.frame(aRecord(1, { pose: null }), pixelsOf(1), null);
    await archive.end('stopped', 0);
    expect(linesOf(folder, 'r_000.igs.mhd')).toContain('Seq_Frame0001_ProbeToTrackerTransformStatus = INVALID');
  });

  it.each(['Image\nElementDataFile = /etc/passwd', '\u0000\u0007', '../../x', 'é'.repeat(300)])(
    'writes a hostile device and pose name %j as one harmless line',
    async (name) => {
      const folder = aFolder();
      const archive = anArchive(folder);
      const pose = { name, matrix: new Float32Array(16).fill(Number.NaN), skewMs: Number.NaN };
      archive.frame(aRecord(0, { format: { ...FORMAT, deviceName: name }, pose }), pixelsOf(0), null);
      await archive.end('stopped', 0);
      const lines = linesOf(folder, 'r_000.igs.mhd');
      expect(lines.every((line) => /^\w+ = [\x20-\x7e]+$/.test(line) && line.length < 1000)).toBe(true);
      expect(lines.filter((line) => line.startsWith('ElementDataFile'))).toEqual(['ElementDataFile = r_000.raw']);
      expect(await verifyRecording(folder)).toMatchObject({ ok: true, frames: 1 });
    },
  );
});
