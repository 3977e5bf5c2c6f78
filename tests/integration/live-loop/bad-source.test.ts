import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import { eventually, hasPeers, peerPath, startEngine, TestBench, testData } from '../../support/processes.ts';
import { framesCome, snapshotOf } from '../../support/streams.ts';

const recording = testData('ultrasound', 'BoneUltrasound_L14.igs.mha');
if (recording === null) {
  console.warn('skipped in part: the real sequence is not here (ULTRAMOTION_TEST_DATA)');
}

describe('a source that is none', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  /** The link's words once the engine has given up or is trying again. */
  async function wordsFor(source: string) {
    bench = new TestBench();
    const { url } = await startEngine(bench, source);
    return eventually('words about the source', 10_000, async () => {
      const snapshot = await snapshotOf(url);
      return snapshot.source.message === null ? null : { ...snapshot, words: snapshot.source.message, url };
    });
  }

  /** A file of these bytes. */
  function fileOf(name: string, bytes: string | Uint8Array): string {
    bench = new TestBench();
    const file = path.join(bench.folder(), name);
    writeFileSync(file, bytes);
    return file;
  }

  const HEADER =
    'ObjectType = Image\nNDims = 3\nDimSize = 64 48 10\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n';
  const BAD_FILES: readonly (readonly [what: string, name: string, bytes: string | Uint8Array, words: RegExp])[] = [
    ['empty', 'empty.mha', '', /empty\.mha/],
    ['text', 'notes.mha', 'These are notes about a recording.\n'.repeat(50), /notes\.mha/],
    ['a PNG', 'picture.nrrd', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /picture\.nrrd/],
    ['without its last frames', 'short.mha', `${HEADER}${'x'.repeat(64 * 48 * 3)}`, /short\.mha.*\d+/],
    ['without its data file', 'split.mhd', HEADER.replace('LOCAL', 'gone.raw'), /gone\.raw/],
  ];
  it.each(BAD_FILES)(
    'a recording that is %s is refused in words, counted, and everything else runs',
    async (...file) => {
      const [, name, bytes, words] = file;
      const made = fileOf(name, bytes);
      const folder = bench;
      const { source, problems, words: said, url } = await wordsFor(made);
      bench.owns(folder);
      expect(source.link).toBe('failed');
      expect(said).toMatch(words);
      expect(problems.find(({ key }) => key === 'source.read')).toMatchObject({ message: said, count: 1 });
      const console_ = bench.owns(await ConsoleClient.open(url));
      await console_.command('source.connect', { address: 'phantom' });
      await framesCome(url);
    },
  );

  it('a recording that is not there, and a folder that looks like one, are refused in words', async () => {
    const { source, words } = await wordsFor('/no/such/folder/recording.mha');
    expect(source.link).toBe('failed');
    expect(words).toBe('/no/such/folder/recording.mha: no such file');
    await bench.close();
    const outer = new TestBench();
    const folder = path.join(outer.folder(), 'folder.mha');
    mkdirSync(folder);
    expect((await wordsFor(folder)).words).toBe(`${folder}: file no plain file: expected a sequence file`);
    bench.owns(outer);
  });

  it.skipIf(recording === null)('the real sequence cut in half says what is missing', async () => {
    const bytes = readFileSync(recording as string);
    const made = fileOf('half.mha', bytes.subarray(0, bytes.length / 2));
    const folder = bench;
    const { words, source } = await wordsFor(made);
    bench.owns(folder);
    expect(source.link).toBe('failed');
    expect(words).toMatch(/half\.mha/);
    expect(words).toMatch(/\d{3,}/);
  });

  it.skipIf(!hasPeers)(
    'an address nobody listens on is named with why, and tried again until somebody does',
    async () => {
      const free = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => free.once('listening', resolve));
      const { port } = free.address() as AddressInfo;
      await new Promise((resolve) => free.close(resolve));
      const { words, liveness, url } = await wordsFor(`igtl://127.0.0.1:${port}`);
      expect(words).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*ECONNREFUSED`));
      expect(liveness).toBe('CONNECTING');
      const late = bench.run(peerPath('plus_server'), '--port', String(port), '--fps', '20');
      await late.find((line) => (line.startsWith('PORT=') ? true : null));
      await framesCome(url);
      expect((await snapshotOf(url)).source).toMatchObject({ link: 'connected', message: null });
    },
  );

  it('a port that speaks HTTP is not taken for a stream, and the words say what to look at', async () => {
    const web = createHttpServer((_request, answer) => answer.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const { port } = web.address() as AddressInfo;
    const { words, url } = await wordsFor(`igtl://127.0.0.1:${port}`);
    bench.owns({ close: () => web.close() });
    expect(words).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: .*no OpenIGTLink message ever came from there`));
    expect((await snapshotOf(url)).liveness).not.toBe('LIVE');
  });

  it('a server that floods without a word of OpenIGTLink is named by what it sent, and left', async () => {
    const flood = createServer((socket) => {
      socket.on('error', () => {});
      const timer = setInterval(
        () => socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n'.repeat(1000)),
        5,
      );
      socket.on('close', () => clearInterval(timer));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => flood.once('listening', resolve));
    const { port } = flood.address() as AddressInfo;
    const { url, words } = await wordsFor(`igtl://127.0.0.1:${port}`);
    bench.owns({ close: () => flood.close() });
    expect(words).toMatch(/framing lost.*no OpenIGTLink message ever came/);
    const { problems } = await snapshotOf(url);
    const keys = problems.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['source.bad-header', 'source.gave-up']));
    expect(problems.every(({ count }) => count > 0)).toBe(true);
  });
});
