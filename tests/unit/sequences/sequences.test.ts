import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  frameBytes,
  type SequenceInfo,
  SequenceReader,
  SequenceWriter,
  transformsOf,
} from '../../../src-main/sequences/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sequences-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Outgoing = Omit<SequenceInfo, 'frames'>;

const GRAY: Outgoing = {
  size: [7, 5],
  scalarType: 'uint8',
  components: 1,
  spacing: [0.2, 0.25, 1],
  orientation: 'MF',
  fields: new Map([['SoftwareVersion', '0.1.0']]),
};

/** Bytes that compress, and differ from frame to frame. */
function pixelsOf(info: Outgoing, frame: number): Uint8Array {
  return Uint8Array.from({ length: frameBytes(info) }, (_, i) => (i * 3 + 41 * frame) & 0xff);
}

const POSE = '1 0 0 12.5 0 1 0 -3 0 0 1 40 0 0 0 1';

function fieldsOf(frame: number): Map<string, string> {
  return new Map([
    ['Timestamp', (0.010526 + frame / 30).toFixed(6)],
    ['FrameNumber', String(48211 + frame)],
    ['ProbeToReferenceTransform', POSE],
    ['ProbeToReferenceTransformStatus', frame === 1 ? 'INVALID' : 'OK'],
    ['ImageStatus', frame === 2 ? 'INVALID' : 'OK'],
  ]);
}

async function write(path: string, info: Outgoing, frames: number, compressed: boolean): Promise<void> {
  const writer = await SequenceWriter.create(path, info, { compressed });
  for (let frame = 0; frame < frames; frame++) await writer.append(pixelsOf(info, frame), fieldsOf(frame));
  expect(await writer.close()).toEqual({ frames });
}

async function framesOf(path: string) {
  const reader = await SequenceReader.open(path);
  try {
    const frames = [];
    for (let index = 0; index < reader.info.frames; index++) frames.push(await reader.frame(index));
    return { info: reader.info, frames };
  } finally {
    await reader.close();
  }
}

const VARIANTS: readonly (readonly [string, Outgoing])[] = [
  ['gray', GRAY],
  ['RGB', { ...GRAY, components: 3, orientation: 'UN' }],
  ['16 bit', { ...GRAY, scalarType: 'int16' }],
  ['float64 without spacing or orientation', { ...GRAY, scalarType: 'float64', spacing: null, orientation: null }],
];

describe('a written sequence', () => {
  for (const extension of ['mha', 'mhd', 'nrrd', 'nhdr']) {
    for (const compressed of [false, true]) {
      for (const [name, info] of VARIANTS) {
        it(`comes back from .${extension} as it was: ${name}, ${compressed ? 'compressed' : 'raw'}`, async () => {
          const path = join(folder, `sweep.igs.${extension}`);
          await write(path, info, 3, compressed);
          const read = await framesOf(path);
          expect(read.info).toMatchObject({
            size: info.size,
            frames: 3,
            scalarType: info.scalarType,
            components: info.components,
          });
          expect(read.info.orientation).toBe(info.orientation);
          // MetaImage always states a spacing; NRRD may leave it out.
          expect(read.info.spacing).toEqual(info.spacing ?? (extension.startsWith('mh') ? [1, 1, 1] : null));
          expect(read.info.fields.get('SoftwareVersion')).toBe('0.1.0');
          for (const [index, frame] of read.frames.entries()) {
            expect(new Uint8Array(frame.pixels)).toEqual(pixelsOf(info, index));
            expect(frame.timestampS).toBeCloseTo(0.010526 + index / 30, 6);
            expect(Object.fromEntries(frame.fields)).toEqual(Object.fromEntries(fieldsOf(index)));
            expect(frame.imageValid).toBe(index !== 2);
          }
        });
      }
    }
  }

  it('has ObjectType first, NDims second, ElementDataFile last, and numbered frame blocks', async () => {
    const path = join(folder, 'sweep.mhd');
    await write(path, GRAY, 2, false);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['ObjectType = Image', 'NDims = 3']);
    expect(lines.at(-1)).toBe('ElementDataFile = sweep.raw');
    expect(lines).toContain('Seq_Frame0001_FrameNumber = 48212');
    expect(lines).toContain('DimSize = 7 5 2');
  });

  it('goes from one format into the other with the fields of its frames', async () => {
    await write(join(folder, 'a.mha'), GRAY, 2, true);
    const source = await framesOf(join(folder, 'a.mha'));
    const writer = await SequenceWriter.create(join(folder, 'b.nrrd'), source.info);
    for (const frame of source.frames) await writer.append(frame.pixels, frame.fields);
    await writer.close();
    const copy = await framesOf(join(folder, 'b.nrrd'));
    expect(copy.frames.map((frame) => Object.fromEntries(frame.fields))).toEqual(
      source.frames.map((frame) => Object.fromEntries(frame.fields)),
    );
    expect(copy.info).toMatchObject({ size: GRAY.size, spacing: GRAY.spacing, orientation: 'MF' });
  });

  it('is not there before it is whole, and leaves nothing when given up', async () => {
    const writer = await SequenceWriter.create(join(folder, 'half.mha'), GRAY);
    await writer.append(pixelsOf(GRAY, 0), fieldsOf(0));
    expect(await readdir(folder)).not.toContain('half.mha');
    await writer.abort();
    expect(await readdir(folder)).toEqual([]);
  });

  it('needs a frame', async () => {
    const writer = await SequenceWriter.create(join(folder, 'none.mha'), GRAY);
    await expect(writer.close()).rejects.toThrow(/frames 0: expected at least one/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses pixels of another size and fields that would break the header', async () => {
    const writer = await SequenceWriter.create(join(folder, 'x.mha'), GRAY);
    await expect(writer.append(new Uint8Array(34), new Map())).rejects.toThrow(
      /pixels of frame 0 34 bytes: expected 35 bytes/,
    );
    await expect(
      writer.append(pixelsOf(GRAY, 0), new Map([['A', 'b\nElementDataFile = /etc/passwd']])),
    ).rejects.toThrow(/one line/);
    await expect(writer.append(pixelsOf(GRAY, 0), new Map([['A = b', 'c']]))).rejects.toThrow(/field name/);
    await writer.abort();
    await expect(SequenceWriter.create(join(folder, 'x.avi'), GRAY)).rejects.toThrow(/extension \.avi: expected \.mha/);
  });

  it('says which poses were tracked', async () => {
    await write(join(folder, 'p.mha'), GRAY, 2, false);
    const { frames } = await framesOf(join(folder, 'p.mha'));
    const [first, second] = frames.map(transformsOf);
    expect(first).toEqual([{ name: 'ProbeToReference', matrix: Float32Array.from(POSE.split(' '), Number), ok: true }]);
    expect(second![0]!.ok).toBe(false);
  });
});

describe('sequences others wrote', () => {
  it('turns big-endian scalars into little-endian ones, raw and compressed', async () => {
    const big = Buffer.from([0x01, 0x02, 0xff, 0xfe, 0, 1, 0, 2]);
    const header = (compressed: boolean) =>
      `ObjectType = Image\nNDims = 3\nBinaryDataByteOrderMSB = True\nCompressedData = ${compressed ? 'True' : 'False'}\nDimSize = 2 1 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n`;
    await writeFile(join(folder, 'raw.mha'), Buffer.concat([Buffer.from(header(false)), big]));
    await writeFile(join(folder, 'z.mha'), Buffer.concat([Buffer.from(header(true)), deflateSync(big)]));
    for (const name of ['raw.mha', 'z.mha']) {
      const { frames } = await framesOf(join(folder, name));
      expect([...frames[0]!.pixels]).toEqual([0x02, 0x01, 0xfe, 0xff]);
      expect([...frames[1]!.pixels]).toEqual([1, 0, 2, 0]);
    }
  });

  it('reads the header of an append-only recording: DimSize after the frame blocks', async () => {
    const lines = ['ObjectType = Image', 'NDims = 3', 'ElementType = MET_UCHAR', 'ElementSpacing = 0.1 0.1 1'];
    lines.push(
      'Seq_Frame0000_Timestamp = 1.5',
      'Seq_Frame0001_Timestamp = 2.5',
      'DimSize = 2 2 2',
      'ElementDataFile = a.raw',
    );
    await writeFile(join(folder, 'a.mhd'), lines.join('\r\n'));
    await writeFile(
      join(folder, 'a.raw'),
      Uint8Array.from({ length: 8 }, (_, i) => i),
    );
    const { frames } = await framesOf(join(folder, 'a.mhd'));
    expect(frames.map((frame) => [frame.timestampS, ...frame.pixels])).toEqual([
      [1.5, 0, 1, 2, 3],
      [2.5, 4, 5, 6, 7],
    ]);
  });

  const SLICER = [
    'NRRD0005',
    '# Complete NRRD file format specification at:',
    'type: unsigned char',
    'space: left-posterior-superior',
    'endian: little',
    'encoding: gzip',
    'measurement frame: (1,0,0) (0,1,0) (0,0,1)',
    'DataNodeClassName:=vtkMRMLScalarVolumeNode',
  ];

  it("reads Slicer's .seq.nrrd: times on one line, attributes by item, frames on the last axis", async () => {
    const header = [
      ...SLICER,
      'dimension: 4',
      'sizes: 2 2 1 3',
      'kinds: domain domain domain list',
      'space directions: (0.2,0,0) (0,0,0.3) (0,1,0) none',
      'axis 3 index type:=numeric',
      'axis 3 index values:=0.000 0.033 0.066',
      'axis 3 item 0001 ProbeToReferenceTransform:=identity',
    ];
    const data = Uint8Array.from({ length: 12 }, (_, i) => i);
    await writeFile(
      join(folder, 's.seq.nrrd'),
      Buffer.concat([Buffer.from(`${header.join('\n')}\n\n`), gzipSync(data)]),
    );
    const { info, frames } = await framesOf(join(folder, 's.seq.nrrd'));
    expect(info).toMatchObject({ size: [2, 2], frames: 3, spacing: [0.2, 0.3, 1] });
    expect(frames.map((frame) => frame.timestampS)).toEqual([0, 0.033, 0.066]);
    expect([...frames[2]!.pixels]).toEqual([8, 9, 10, 11]);
    expect(frames[1]!.fields.get('ProbeToReferenceTransform')).toBe('identity');
  });

  it("reads Slicer's frames on the first axis, values over time side by side", async () => {
    const header = [...SLICER, 'dimension: 4', 'sizes: 3 2 2 1', 'kinds: list domain domain domain'];
    const data = Uint8Array.from([0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]);
    await writeFile(join(folder, 's.nrrd'), Buffer.concat([Buffer.from(`${header.join('\n')}\n\n`), gzipSync(data)]));
    const { frames } = await framesOf(join(folder, 's.nrrd'));
    expect(frames.map((frame) => [...frame.pixels])).toEqual([
      [0, 1, 2, 3],
      [10, 11, 12, 13],
      [20, 21, 22, 23],
    ]);
  });

  const data = process.env.ULTRAMOTION_TEST_DATA;
  it.skipIf(!data)(
    `reads PlusServer's recording of a bone (820 x 616, 21 frames)${data ? '' : ': ULTRAMOTION_TEST_DATA is not set'}`,
    async () => {
      const { info, frames } = await framesOf(join(data!, 'ultrasound/BoneUltrasound_L14.igs.mha'));
      expect(info).toMatchObject({ size: [820, 616], frames: 21, scalarType: 'uint8', components: 1 });
      expect(info).toMatchObject({ spacing: [1, 1, 1], orientation: 'MF' });
      expect(frames[0]!.timestampS).toBe(232.542071);
      expect(frames[20]!.timestampS).toBe(234.2611);
      const [probe] = transformsOf(frames[0]!);
      expect(probe).toMatchObject({ name: 'ProbeToTracker', ok: true });
      expect(probe!.matrix[3]).toBeCloseTo(257.956, 3);
      expect(transformsOf(frames[7]!).map(({ name }) => name)).toEqual([
        'ProbeToTracker',
        'ReferenceToTracker',
        'StylusToTracker',
      ]);
      const mean = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
      expect(mean(frames[0]!.pixels)).toBeCloseTo(19.8962, 3);
      expect(mean(frames[20]!.pixels)).toBeCloseTo(19.3371, 3);
    },
  );
});
