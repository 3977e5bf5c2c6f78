import { describe, expect, it } from 'vitest';
import {
  buildImageHeader,
  buildTrackedFrame,
  decodeMessage,
  isLinkLocal,
  MalformedMessage,
  packableMetadata,
  packMessage,
  parseBind,
  parseCommand,
  parseImage,
  parsePolyData,
  parseStatus,
  parseString,
  parseTrackedFrame,
  parseTrackingData,
  parseTransform,
} from '../../../src-main/openigtlink/index.ts';
import { CATALOGUES, saidText } from '../../../src-renderer/words/index.ts';
import { inEnglish, type Saying } from '../../../src-shared/index.ts';
import { bytesOf, isHostile, listen, messageOf, vectors } from './vectors.ts';

const wordsIn = (text: string): string[] => text.match(/[a-z]{2,}/g) ?? [];

/** What a French console still says in English, but the words that both languages share. */
function leftEnglish(said: Saying): readonly string[] {
  const french = wordsIn(saidText(CATALOGUES.fr, said, ''));
  return wordsIn(inEnglish(said)).filter(
    (word) => french.includes(word) && !/^(image|index|pixels|type|version|volume)$/.test(word),
  );
}

/** Where each hostile vector is stopped, and the words an engineer reads. */
const REASONS: Readonly<Record<string, RegExp>> = {
  'bad_crc_image.bin': /IMAGE Image_Reference: CRC of 84 body bytes does not match/,
  'bad_bodysize_huge.bin': /IMAGE Image_Reference body 9151314442816848\d+: expected <= 67108864 bytes/,
  'bad_header_version3.bin': /header version 3: expected 1 or 2/,
  'bad_v2_metasize.bin': /IMAGE metadata \d+: expected <= 170 bytes/,
  'bad_v2_metacount.bin': /IMAGE metadata entries 65535: expected <= 3/,
  'bad_image_dims.bin': /IMAGE pixels 12: expected 49164/,
  'bad_image_scalartype.bin': /IMAGE scalar type 9: expected/,
  'bad_transform_short.bin': /TRANSFORM content 40: expected 48 bytes/,
};

describe('hostile vectors', () => {
  for (const [file, reason] of Object.entries(REASONS)) {
    it(`${file} is refused with its reason, and the stream goes on`, () => {
      const { framer, messages, problems } = listen();
      framer.push(bytesOf(file));
      for (const message of messages) expect(() => decodeMessage(message)).toThrow(reason);
      if (messages.length === 0) expect(problems.map(({ what }) => inEnglish(what)).join()).toMatch(reason);
      const before = messages.length;
      framer.push(Buffer.concat([bytesOf('transform_v1_general.bin'), bytesOf('image_v2_meta.bin')]));
      expect(messages.slice(before).map(({ header }) => header.type)).toEqual(['TRANSFORM', 'IMAGE']);
    });
  }

  it('are all named above but the partial volume, which parses without allocating its 65535^3 voxels', () => {
    const names = vectors.filter(isHostile).map(({ file }) => file);
    expect(names.sort()).toEqual([...Object.keys(REASONS), 'limit_image_huge_partial.bin'].sort());
    const image = parseImage(messageOf('limit_image_huge_partial.bin').content);
    expect(image.size).toEqual([65535, 65535, 65535]);
    expect(image.pixels.byteLength).toBe(12);
  });
});

describe('contents that contradict themselves', () => {
  const image = (fields: Partial<Parameters<typeof buildImageHeader>[0]>) =>
    Buffer.concat([
      buildImageHeader({ size: [4, 3, 1], scalarType: 3, matrix: new Float32Array(12), ...fields }),
      Buffer.alloc(12),
    ]);
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['an IMAGE cut inside its header', () => parseImage(Buffer.alloc(71)), /IMAGE content 71: expected >= 72/],
    ['an IMAGE one byte short', () => parseImage(image({}).subarray(0, 83)), /IMAGE pixels 11: expected 12/],
    [
      'a sub-volume outside its image',
      () => parseImage(image({ subOffset: [1, 0, 0], subSize: [4, 3, 1] })),
      /sub-volume end along i 5: expected <= 4/,
    ],
    ['an IMAGE without components', () => parseImage(image({}).fill(0, 2, 3)), /IMAGE components 0: expected >= 1/],
    ['an IMAGE with endian 0', () => parseImage(image({}).fill(0, 4, 5)), /pixel endian 0: expected 1 or 2/],
    ['a TRANSFORM of 49 bytes', () => parseTransform(Buffer.alloc(49)), /TRANSFORM content 49: expected 48/],
    ['a STATUS of 29 bytes', () => parseStatus(Buffer.alloc(29)), /STATUS content 29: expected >= 30/],
    [
      'a STRING longer than itself',
      () => parseString(Buffer.from('000300ff41', 'hex')),
      /STRING length 255: expected <= 1/,
    ],
    [
      'a TDATA of one and a half tools',
      () => parseTrackingData(Buffer.alloc(105)),
      /TDATA content 105: expected a multiple/,
    ],
    ['a COMMAND longer than itself', () => parseCommand(Buffer.alloc(138).fill(255, 134)), /COMMAND length 4294967295/],
    ['a BIND of 65535 children', () => parseBind(Buffer.alloc(4, 255)), /BIND children end 1310704: expected <= 4/],
    ['a POLYDATA of 2^32 points', () => parsePolyData(Buffer.alloc(40).fill(255, 0, 4)), /POLYDATA points 51539607540/],
    [
      'a TRACKEDFRAME whose parts do not add up',
      () => parseTrackedFrame(Buffer.alloc(90)),
      /TRACKEDFRAME content 90: expected 86 header \+ 0 XML \+ 0 image/,
    ],
  ];
  for (const [name, parse, reason] of cases) {
    it(`${name} is refused by name, value and limit`, () => {
      expect(parse).toThrow(MalformedMessage);
      expect(parse).toThrow(reason);
    });
  }

  it('are told to an operator in French where a source may send them', () => {
    const told = cases.flatMap(([, parse]) => {
      try {
        parse();
        return [];
      } catch (error) {
        return error instanceof MalformedMessage && /^(IMAGE|TRANSFORM|TRACKEDFRAME)$/.test(error.type)
          ? error.said
          : [];
      }
    });
    expect(told.length).toBeGreaterThan(6);
    expect(told.flatMap(leftEnglish)).toEqual([]);
    expect(saidText(CATALOGUES.fr, told[0]!, '')).toBe('IMAGE, contenu 71 ; attendu : >= 72 octets');
  });
});

describe('version-2 metadata', () => {
  /** Body: extended header, no content, index and data as given. */
  const body = (extended: number, index: Buffer, dataBytes: number, data: Buffer) => {
    const header = Buffer.alloc(12);
    header.writeUInt16BE(extended, 0);
    header.writeUInt16BE(index.length, 2);
    header.writeUInt32BE(dataBytes, 4);
    return Buffer.concat([header, index, data]);
  };
  const entry = (key: number, value: number) => {
    const index = Buffer.alloc(10);
    index.writeUInt16BE(1, 0);
    index.writeUInt16BE(key, 2);
    index.writeUInt16BE(3, 4);
    index.writeUInt32BE(value, 6);
    return index;
  };
  const many = (count: number) => {
    const index = Buffer.alloc(2 + 8 * count);
    index.writeUInt16BE(count, 0);
    return index;
  };
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['a body of 11 bytes', Buffer.alloc(11), /version-2 body 11: expected >= 12/],
    ['an extended header of 8 bytes', body(8, entry(1, 1), 2, Buffer.from('ab')), /extended header 8: expected >= 12/],
    [
      'an extended header past the body',
      body(60, entry(1, 1), 2, Buffer.from('ab')),
      /metadata 12: expected <= 0 bytes/,
    ],
    ['data of 4 GiB', body(12, entry(1, 1), 0xffffffff, Buffer.from('ab')), /metadata 4294967305: expected <= 12/],
    ['a value longer than the data', body(12, entry(1, 2), 2, Buffer.from('ab')), /metadata entry 1 3: expected <= 2/],
    [
      'a key of 257 bytes',
      body(12, entry(257, 1), 258, Buffer.alloc(258, 0x61)),
      /metadata key 1 257: expected <= 256/,
    ],
    [
      'a value of 64 KiB and a byte',
      body(12, entry(1, 65_537), 65_538, Buffer.alloc(65_538, 0x61)),
      /metadata value 1 65537: expected <= 65536 bytes/,
    ],
    ['4097 entries', body(12, many(4097), 0, Buffer.alloc(0)), /metadata entries 4097: expected <= 4096/],
    ['a value of 4 GiB', body(12, entry(1, 0xffffffff), 2, Buffer.from('ab')), /metadata entry 1 4294967296/],
  ];
  for (const [name, bytes, reason] of cases) {
    it(`with ${name} is refused, counted and skipped`, () => {
      const header = Buffer.from(bytesOf('image_v2_meta.bin').subarray(0, 58));
      header.writeBigUInt64BE(BigInt(bytes.length), 42);
      const { framer, messages, problems } = listen({ checkCrc: false });
      framer.push(Buffer.concat([header, bytes, bytesOf('transform_v2_meta.bin')]));
      expect(problems.map(({ what }) => inEnglish(what)).join()).toMatch(reason);
      expect(problems.flatMap(({ what }) => leftEnglish(what))).toEqual([]);
      expect(framer.counters.malformed).toBe(1);
      expect(messages.map(({ header: { type } }) => type)).toEqual(['TRANSFORM']);
    });
  }

  it('is taken up to its limits', () => {
    const metadata = new Map([['k'.repeat(256), 'v'.repeat(65_279)]]);
    const { framer, messages } = listen();
    framer.push(packMessage({ type: 'STATUS', deviceName: '', timestampBits: 0n, content: [], metadata }, 2));
    expect(messages[0]?.metadata).toEqual(metadata);
  });

  it('written by others: what cannot be packed is left out, the rest is kept in order', () => {
    const others = new Map([
      ['first', '1'],
      ['k'.repeat(257), 'key too long'],
      ['long', 'v'.repeat(70_000)],
      ['last', '2'],
    ]);
    const kept = packableMetadata(others);
    expect([...kept.keys()]).toEqual(['first', 'last']);
    const everyKey = new Map(Array.from({ length: 5000 }, (_, i) => [`key${i}`, '']));
    expect(packableMetadata(everyKey).size).toBe(4096);
    const message = { type: 'STATUS', deviceName: '', timestampBits: 0n, content: [] };
    expect(() => packMessage({ ...message, metadata: packableMetadata(everyKey) }, 2)).not.toThrow();
    expect(() => packMessage({ ...message, metadata: others }, 2)).toThrow(
      /metadata key of 257 bytes: expected <= 256/,
    );
  });
});

describe('TRACKEDFRAME XML', () => {
  it('over 256 KiB is refused before it is read as text', () => {
    const content = buildTrackedFrame({
      scalarType: 3,
      components: 1,
      imageType: 1,
      size: [1, 1, 1],
      orientation: 5,
      matrix: new Float32Array(16),
      xml: '<FrameField x='.padEnd(256 * 1024 + 1, '"<FrameField x='),
      pixels: new Uint8Array(1),
    });
    expect(() => parseTrackedFrame(content)).toThrow(/TRACKEDFRAME XML 262145: expected <= 262144 bytes/);
  });
});

describe('isLinkLocal', () => {
  it.each([
    '169.254.0.0',
    '169.254.255.255',
    '169.254.43518',
    '0xa9fea9fe',
    'fe80::1',
    'febf::1',
    '::ffff:169.254.1.1',
  ])('knows %s', (host) => {
    expect(isLinkLocal(host)).toBe(true);
  });
  it.each(['169.253.1.1', '10.0.0.5', '127.0.0.1', '::1', 'fec0::1', '::ffff:10.0.0.5', 'fe80.example.org', 'scanner'])(
    'lets %s pass',
    (host) => {
      expect(isLinkLocal(host)).toBe(false);
    },
  );
});
