import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkInference, listModels, type ModelFolders, runRegistryJob } from '../../../src-main/inference/index.ts';
import { readManifest } from '../../../src-main/inference/manifest.ts';
import { addModel, addRequest, removeModel, verifyModels } from '../../../src-main/inference/registry/registry.ts';
import { type AddModel, say } from '../../../src-shared/index.ts';
import * as exports from '../../support/model-exports.ts';

const root = path.resolve(import.meta.dirname, '../../..');
let top: string;
let folders: ModelFolders & { readonly user: string };

beforeEach(() => {
  top = mkdtempSync(path.join(tmpdir(), 'registry-'));
  folders = { shipped: path.join(root, 'models'), user: path.join(top, 'models') };
});
afterEach(() => rmSync(top, { recursive: true }));

/** A folder with these files. */
function folderWith(name: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = path.join(top, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
  return folder;
}
const add = (given: string, said: Partial<AddModel> = {}) => addModel(folders, addRequest({ path: given, ...said }));
const left = (): string[] => readdirSync(folders.user);

describe('adding a model', () => {
  const families: [name: string, encoder: Buffer, decoder: Buffer][] = [
    ['MobileSAM', exports.samEncoder(), exports.samDecoder()],
    ['SAM with four masks', exports.samEncoder(), exports.samDecoder({ masks: 4, extra: true })],
    ['samexporter', exports.samEncoderWithPreparation(), exports.samDecoder()],
    ['EdgeSAM', exports.samEncoder(), exports.edgeSamDecoder()],
    ['EfficientSAM', exports.efficientSamEncoder(), exports.efficientSamDecoder()],
    ['SAM 2', exports.sam2Encoder(), exports.sam2Decoder()],
  ];
  for (const [name, encoder, decoder] of families) {
    it(`takes D-FINE and ${name} from a folder, has them run, and writes what it recognised`, async () => {
      const files = {
        'dfine.onnx': exports.dfineOfficial(),
        'enc.onnx': encoder,
        'dec.onnx': decoder,
        'README.md': 'x',
      };
      const listing = await add(folderWith('My Clinic’s pair', files), { licence: 'Apache-2.0' });
      expect(listing).toMatchObject({
        id: 'my-clinic-s-pair',
        origin: 'user',
        kind: 'dfine+sam',
        licence: 'Apache-2.0',
        problem: null,
      });
      expect(left()).toEqual(['my-clinic-s-pair']);
      expect(readdirSync(path.join(folders.user, listing.id)).sort()).toEqual([
        'dec.onnx',
        'dfine.onnx',
        'enc.onnx',
        'model.yaml',
      ]);
      expect(verifyModels(folders, listing.id)).toEqual([{ id: listing.id, problems: [], said: null }]);
    });
  }

  it('takes a detector alone, with the label that its makers gave bone', async () => {
    const file = path.join(
      folderWith('one', { 'Bone D-FINE N.onnx': exports.dfineHuggingFace() }),
      'Bone D-FINE N.onnx',
    );
    const { id } = await add(file, { bone: [1], threshold: 0.3 });
    expect(id).toBe('bone-d-fine-n');
    const manifest = readManifest(path.join(folders.user, id));
    expect(manifest).toMatchObject({
      kind: 'dfine',
      labels: ['label 0', 'bone'],
      detector: { boneLabels: [1], scoreThreshold: 0.3 },
    });
  });

  it('takes a segmenter, with the scale and normalisation that its file cannot tell', async () => {
    const folder = folderWith('net', { 'net.onnx': exports.segmenter({ classes: 2 }) });
    await add(folder, { mmPerPixel: 0.12, mean: [0.4], std: [0.2] });
    expect(readManifest(path.join(folders.user, 'net'))).toMatchObject({
      kind: 'segmenter',
      mmPerPixel: 0.12,
      input: { mean: [0.4], std: [0.2] },
      output: { channels: 2, bone: [1], activation: 'softmax' },
    });
  });

  it('takes a folder that is a model already as it is, under another name if that is wished', async () => {
    const folder = path.join(top, 'copy');
    cpSync(path.join(folders.shipped, 'bone-tracer'), folder, { recursive: true });
    await expect(add(folder)).rejects.toThrow(/there is a model bone-tracer already/);
    expect(await add(folder, { id: 'tracer-2' })).toMatchObject({ id: 'tracer-2', kind: 'bone-tracer' });
    expect(verifyModels(folders, 'tracer-2')).toEqual([{ id: 'tracer-2', problems: [], said: null }]);
  });

  const detector = exports.dfineOfficial();
  const refused: [what: string, files: Readonly<Record<string, Uint8Array>>, message: RegExp][] = [
    [
      'a SAM pair without a detector',
      { 'e.onnx': exports.samEncoder(), 'd.onnx': exports.samDecoder() },
      /these files are decoder \(d\.onnx\), encoder \(e\.onnx\): expected a detector, an encoder and a decoder/,
    ],
    [
      'two decoders',
      {
        'a.onnx': detector,
        'b.onnx': exports.samEncoder(),
        'c.onnx': exports.samDecoder(),
        'd.onnx': exports.samDecoder({ masks: 4 }),
      },
      /c\.onnx and d\.onnx are each a decoder/,
    ],
    [
      'halves of two families',
      { 'a.onnx': detector, 'b.onnx': exports.efficientSamEncoder(), 'c.onnx': exports.samDecoder() },
      /family efficient-sam, decoder c\.onnx of sam/,
    ],
    ['a file that was cut off', { 'a.onnx': detector.subarray(0, 300) }, /a\.onnx is cut off/],
    ['a file that is none', { 'a.onnx': Buffer.from('404: Not Found') }, /a\.onnx/],
    [
      'three classes of which none is said to be bone',
      { 'a.onnx': exports.segmenter({ classes: 3 }) },
      /3 channels: say which are bone/,
    ],
    [
      'a graph that does not run',
      { 'a.onnx': Buffer.from(exports.segmenter().toString('latin1').replace('Conv', 'Conq'), 'latin1') },
      /recognised as segmenter but does not run: .*Conq/,
    ],
    ['nothing', {}, /there is no \.onnx file/],
  ];
  for (const [what, files, message] of refused) {
    it(`leaves everything as it was when it refuses ${what}`, async () => {
      await expect(add(folderWith('bad', files))).rejects.toThrow(message);
      expect(listModels(folders).filter(({ origin }) => origin === 'user')).toEqual([]);
      expect(readdirSync(top).includes('models') ? left() : []).toEqual([]);
    });
  }

  it('refuses 10 GB without copying or reading them', async () => {
    const file = path.join(folderWith('huge', {}), 'huge.onnx');
    const descriptor = openSync(file, 'w');
    ftruncateSync(descriptor, 10 * 2 ** 30);
    closeSync(descriptor);
    const before = process.memoryUsage().rss;
    await expect(add(file)).rejects.toThrow(/huge\.onnx is not an ONNX model/);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
    expect(readdirSync(top).includes('models') ? left() : []).toEqual([]);
  });

  it('never writes over a model, however its folder came to be there', async () => {
    const folder = folderWith('net', { 'net.onnx': exports.segmenter() });
    await add(folder);
    await expect(add(folder)).rejects.toThrow(/there is a model net already/);
    mkdirSync(path.join(folders.user, 'stray'));
    await expect(add(folder, { id: 'stray' })).rejects.toThrow(/there is a model stray already/);
  });

  it('does its work in a process of its own for the engine', async () => {
    const spawn = forkInference(path.join(root, 'src-main/inference/inference-process.ts'));
    const request = addRequest({ path: folderWith('net', { 'net.onnx': exports.segmenter() }) });
    expect(await runRegistryJob(spawn, folders, { name: 'add', request })).toMatchObject({
      id: 'net',
      kind: 'segmenter',
    });
    expect(await runRegistryJob(spawn, folders, { name: 'verify', id: 'net' })).toEqual([
      { id: 'net', problems: [], said: null },
    ]);
    await expect(runRegistryJob(spawn, folders, { name: 'remove', id: 'bone-tracer' })).rejects.toThrow(
      /cannot be removed/,
    );
    await runRegistryJob(spawn, folders, { name: 'remove', id: 'net' });
    expect(left()).toEqual([]);
  });
});

describe('what was added', () => {
  it('is found altered, cut off, missing or misnamed, each in words', async () => {
    const folder = folderWith('net', { 'net.onnx': exports.segmenter() });
    for (const id of ['altered', 'short', 'gone', 'moved']) await add(folder, { id });
    const file = (id: string): string => path.join(folders.user, id, 'net.onnx');
    const bytes = readFileSync(file('altered'));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file('altered'), bytes);
    writeFileSync(file('short'), bytes.subarray(0, 50));
    rmSync(file('gone'));
    cpSync(path.join(folders.user, 'moved'), path.join(folders.user, 'elsewhere'), { recursive: true });
    const problems = Object.fromEntries(
      verifyModels(folders, null).map((check) => [check.id, check.problems.join('; ')]),
    );
    expect(problems['bone-tracer']).toBe('');
    expect(problems.moved).toBe('');
    expect(problems.altered).toMatch(/net\.onnx was altered: its sha256 is [0-9a-f]{64}, its manifest says/);
    expect(problems.short).toMatch(/has 50 bytes, its manifest says \d+/);
    expect(problems.gone).toMatch(/net\.onnx is missing/);
    expect(verifyModels(folders, 'gone')[0]?.said).toEqual(say('model.file-missing', { file: 'net.onnx' }));
    expect(problems.elsewhere).toMatch(/has the id moved: expected its folder's name, elsewhere/);
    expect(listModels(folders).find(({ id }) => id === 'elsewhere')?.problem).toMatch(/the id moved/);
  });

  it('can be removed; what came with the product, and what is not there, cannot', async () => {
    await add(folderWith('net', { 'net.onnx': exports.segmenter() }));
    removeModel(folders, 'net');
    expect(left()).toEqual([]);
    expect(() => removeModel(folders, 'bone-tracer')).toThrow(/came with the product/);
    expect(() => removeModel(folders, 'net')).toThrow(/there is no model net: looked for net.model\.yaml in/);
    expect(() => removeModel(folders, '../models')).toThrow(/there is no model/);
  });
});

describe('ultramotion models', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, 'dist/cli.js'), 'models', ...args, '--data-dir', top], {
      encoding: 'utf8',
    });

  it('adds, lists, verifies and removes, in words or as JSON, with the right exit codes', () => {
    const folder = folderWith('net', { 'net.onnx': exports.segmenter() });
    const added = run('add', folder, '--mm-per-pixel', '0.15', '--json');
    expect(added.status, added.stderr).toBe(0);
    expect(JSON.parse(added.stdout)).toMatchObject({ model: { id: 'net', kind: 'segmenter', origin: 'user' } });
    const { models } = JSON.parse(run('list', '--json').stdout) as { models: { id: string }[] };
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['bone-tracer', 'net']));
    expect(run('verify', 'net').stdout).toBe('net: whole\n');
    writeFileSync(path.join(folders.user, 'net', 'net.onnx'), 'x');
    const altered = run('verify');
    expect(altered.status).toBe(1);
    expect(altered.stdout).toMatch(/net: model file net\.onnx has 1 bytes/);
    expect(run('remove', 'net').stdout).toBe('removed net\n');
    const again = run('remove', 'net');
    expect(again.status).toBe(1);
    expect(again.stderr).toMatch(/there is no model net/);
    expect(run('add', folder, '--threshold', '7').status).toBe(2);
  });
});
