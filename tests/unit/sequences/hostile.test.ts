import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BadSequence, SequenceReader } from '../../../src-main/sequences/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sequences-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const META: Readonly<Record<string, string>> = {
  ObjectType: 'Image',
  NDims: '3',
  CompressedData: 'False',
  DimSize: '4 3 2',
  ElementType: 'MET_UCHAR',
  ElementDataFile: 'LOCAL',
};
const PIXELS = new Uint8Array(24);

/** The good MetaImage with other values; null leaves a key out. ElementDataFile stays last. */
function meta(changes: Readonly<Record<string, string | null>>): Buffer {
  const { ElementDataFile, ...rest } = { ...META, ...changes };
  const lines = Object.entries({ ...rest, ElementDataFile }).filter(([, value]) => value !== null);
  return Buffer.from(lines.map(([key, value]) => `${key} = ${value}\n`).join(''));
}

const NRRD: Readonly<Record<string, string>> = {
  type: 'unsigned char',
  dimension: '3',
  sizes: '4 3 2',
  kinds: 'domain domain list',
  encoding: 'raw',
};

function nrrd(changes: Readonly<Record<string, string | null>>, custom: readonly string[] = []): Buffer {
  const lines = Object.entries({ ...NRRD, ...changes }).filter(([, value]) => value !== null);
  return Buffer.from(['NRRD0004', ...lines.map(([key, value]) => `${key}: ${value}`), ...custom, '', ''].join('\n'));
}

async function refusal(header: Buffer, pixels: Uint8Array, limits = {}): Promise<string> {
  const path = join(folder, 'hostile');
  await writeFile(path, Buffer.concat([header, pixels]));
  try {
    const reader = await SequenceReader.open(path, limits);
    await reader.close();
  } catch (error) {
    expect(error).toBeInstanceOf(BadSequence);
    return (error as Error).message.replace(`${path}: `, '');
  }
  return 'accepted';
}

describe('a hostile or broken sequence', () => {
  it('is accepted when nothing is changed (so that each refusal below is due to its change)', async () => {
    expect(await refusal(meta({}), PIXELS)).toBe('accepted');
    expect(await refusal(nrrd({}), PIXELS)).toBe('accepted');
  });

  const metaCases: readonly (readonly [string, Readonly<Record<string, string | null>>, string])[] = [
    ['a huge side', { DimSize: '99999999 3 2' }, 'DimSize 99999999: expected a whole number from 1 to 16384'],
    ['huge sides', { DimSize: '16384 16384 1000000' }, 'pixels 24 bytes: expected 268435456000000 bytes'],
    ['no frames', { DimSize: '4 3 0' }, 'DimSize 0: expected a whole number from 1 to 1000000'],
    ['a negative size', { DimSize: '4 -3 2' }, 'DimSize -3: expected a whole number from 1 to 16384'],
    ['a size that is no number', { DimSize: '4 3 two' }, 'DimSize two: expected a whole number from 1 to 1000000'],
    ['too few sizes', { DimSize: '4 3' }, 'DimSize 4 3: expected 3 values'],
    ['many dimensions', { NDims: '200' }, 'NDims 200: expected a whole number from 2 to 4'],
    ['volumes', { NDims: '4', DimSize: '2 3 2 2' }, 'DimSize 2 3 2 2: expected one slice per frame'],
    ['no size', { DimSize: null }, 'DimSize (missing): expected a value'],
    ['no type', { ElementType: null }, 'ElementType (missing): expected a value'],
    ['an unknown type', { ElementType: 'MET_STRING' }, 'ElementType MET_STRING: expected MET_CHAR, MET_UCHAR'],
    ['two channels', { ElementNumberOfChannels: '2' }, 'ElementNumberOfChannels 2: expected 1 or 3'],
    ['a spacing that is no number', { ElementSpacing: '0.1 wide 1' }, 'ElementSpacing wide: expected a length > 0'],
    ['a spacing of zero', { ElementSpacing: '0 1 1' }, 'ElementSpacing 0: expected a length > 0'],
    ['a file list', { ElementDataFile: 'LIST' }, 'ElementDataFile LIST: expected LOCAL or one file name'],
    ['a pattern', { ElementDataFile: 'a%03d.raw 1 9 1' }, 'ElementDataFile a%03d.raw 1 9 1: expected LOCAL or one'],
    [
      'a field of a frame that is not there',
      { Seq_Frame0002_Timestamp: '1' },
      'Seq_Frame0002_Timestamp frame 2: expected a frame below 2',
    ],
    ['text pixels', { BinaryData: 'False' }, 'BinaryData False: expected True'],
    ['an offset beyond the file', { HeaderSize: '1000' }, 'pixels'],
  ];
  for (const [name, changes, message] of metaCases) {
    it(`MetaImage: refuses ${name} and says the thing, its value and the limit`, async () => {
      expect(await refusal(meta(changes), PIXELS)).toContain(message);
    });
  }

  const nrrdCases: readonly (readonly [string, Buffer, string])[] = [
    ['a huge side', nrrd({ sizes: '4 99999999 2' }), 'sizes 99999999: expected a whole number from 1 to 16384'],
    ['too few sizes', nrrd({ sizes: '4 3' }), 'sizes 4 3: expected 3 values'],
    ['no encoding', nrrd({ encoding: null }), 'encoding (missing): expected a value'],
    ['bzip2', nrrd({ encoding: 'bzip2' }), 'encoding bzip2: expected raw or gzip'],
    ['blocks', nrrd({ type: 'block' }), 'type block: expected int8, uint8'],
    ['unknown byte order', nrrd({ type: 'short', sizes: '2 3 2' }), 'endian (missing): expected little or big'],
    ['lines to skip', nrrd({ 'line skip': '3' }), 'line skip 3: expected a whole number from 0 to 0'],
    [
      'frames in the middle',
      nrrd({ kinds: 'domain list domain' }),
      'kinds domain list domain: expected list as the last axis',
    ],
    ['too few index values', nrrd({}, ['axis 2 index values:=0.1']), 'axis 2 index values 0.1: expected 2 values'],
    [
      'bad URL encoding',
      nrrd({}, ['axis 2 index values:=%ZZ 1']),
      'axis 2 index values %ZZ: expected URL-encoded text',
    ],
    [
      'an item that is not there',
      nrrd({}, ['axis 2 item 0009 Name:=x']),
      'axis 2 item 0009 Name frame 9: expected a frame below 2',
    ],
    ['a line without a key', nrrd({}, ['nonsense']), 'line 7 nonsense: expected key: value or key:=value'],
  ];
  for (const [name, header, message] of nrrdCases) {
    it(`NRRD: refuses ${name} and says the thing, its value and the limit`, async () => {
      expect(await refusal(header, PIXELS)).toContain(message);
    });
  }

  it('refuses truncated pixels, raw and compressed, and says both lengths', async () => {
    expect(await refusal(meta({}), PIXELS.subarray(1))).toBe('pixels 23 bytes: expected 24 bytes');
    const deflated = deflateSync(Uint8Array.from({ length: 24 }, (_, i) => i * 77));
    expect(await refusal(meta({ CompressedData: 'True' }), deflated.subarray(0, -6))).toMatch(
      /^compressed pixels unexpected end of file after \d+ bytes: expected 24 bytes$/,
    );
    expect(await refusal(meta({ CompressedData: 'True' }), deflateSync(new Uint8Array(20)))).toBe(
      'pixels 20 bytes: expected 24 bytes',
    );
    expect(await refusal(meta({ CompressedData: 'True', CompressedDataSize: '500' }), deflated)).toMatch(
      /^compressed pixels \d+ bytes: expected 500 bytes$/,
    );
    expect(await refusal(meta({ CompressedData: 'True' }), PIXELS)).toMatch(
      /^compressed pixels unknown compression method/,
    );
  });

  it('stops inflating a bomb at the first byte beyond the declared size', async () => {
    const bomb = deflateSync(new Uint8Array(50e6));
    expect(await refusal(meta({ CompressedData: 'True' }), bomb)).toBe('inflated pixels > 24 bytes: expected 24 bytes');
    expect(await refusal(nrrd({ encoding: 'gzip' }), gzipSync(new Uint8Array(50e6)))).toBe(
      'inflated pixels > 24 bytes: expected 24 bytes',
    );
  });

  it('takes no memory for what the compressed bytes cannot hold, or what exceeds the limit', async () => {
    const small = deflateSync(new Uint8Array(24));
    const huge = { CompressedData: 'True', DimSize: '4000 1000 1000' };
    expect(await refusal(meta(huge), small)).toMatch(/^pixels \d+ bytes: expected enough for 4000000000 bytes$/);
    expect(await refusal(meta(huge), small, { maxInflatedBytes: 1e9 })).toBe(
      'inflated pixels 4000000000 bytes: expected <= 1000000000 bytes',
    );
  });

  it('reads data files only from the folder of the header', async () => {
    await symlink('/etc/passwd', join(folder, 'link.raw'));
    for (const name of ['../../etc/passwd', '/etc/passwd', 'link.raw', 'sub/../../x.raw', '..\\x.raw', '.']) {
      const inMeta = await refusal(meta({ ElementDataFile: name }), new Uint8Array(0));
      expect(inMeta, name).toMatch(/^data file .*: expected a file (in the header's folder|that exists)$/);
      const inNrrd = await refusal(nrrd({ 'data file': name }), new Uint8Array(0));
      expect(inNrrd, name).toMatch(/^data file .*: expected a file (in the header's folder|that exists)$/);
    }
    expect(await refusal(meta({ ElementDataFile: 'missing.raw' }), new Uint8Array(0))).toBe(
      'data file missing.raw: expected a file that exists',
    );
  });

  it('refuses lines and headers without end', async () => {
    const long = Buffer.concat([Buffer.from('ObjectType = '), Buffer.alloc(5000, 0x61)]);
    expect(await refusal(long, PIXELS, { maxLineBytes: 1000 })).toMatch(
      /^line 1 \d+ bytes or more: expected <= 1000 bytes$/,
    );
    const many = Buffer.from('Key = value\n'.repeat(20_000));
    expect(await refusal(many, PIXELS, { maxHeaderBytes: 100_000 })).toBe(
      'header > 100000 bytes: expected <= 100000 bytes',
    );
  });

  it.skipIf(process.platform === 'win32')(
    'refuses a pipe, as header and as data file, without opening it',
    async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      await expect(SequenceReader.open(pipe)).rejects.toThrow(`${pipe}: file no plain file: expected a sequence file`);
      expect(await refusal(meta({ ElementDataFile: 'pipe' }), new Uint8Array(0))).toBe(
        'data file pipe: expected a plain file',
      );
    },
  );

  it('reads directions without end in one go', async () => {
    const directions = `(0.1,0,0) (0,0.2,0) none ${'('.repeat(1_000_000)}`;
    const path = join(folder, 'directions.nrrd');
    await writeFile(path, Buffer.concat([nrrd({ 'space directions': directions }), PIXELS]));
    const reader = await SequenceReader.open(path);
    expect(reader.info.spacing).toEqual([0.1, 0.2, 1]);
    await reader.close();
  });

  it('refuses what is no sequence at all', async () => {
    expect(await refusal(Buffer.alloc(0), new Uint8Array(0))).toBe(
      'first line (empty): expected a MetaImage or NRRD header',
    );
    expect(await refusal(Buffer.from('\x89PNG\r\n\x1a\n'), PIXELS)).toMatch(
      /^first line .*: expected a MetaImage or NRRD header$/,
    );
    expect(await refusal(Buffer.from('ObjectType = Image\nnonsense\n'), PIXELS)).toContain('ElementDataFile (missing)');
  });
});
