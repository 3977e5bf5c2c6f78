import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import {
  type AddModel,
  inEnglish,
  type ModelCheck,
  type ModelListing,
  reasonOf,
  type Saying,
  say,
  series,
} from '../../../src-shared/index.ts';
import { openRunner } from '../kinds.ts';
import { type ModelManifest, ModelRefused, readManifest, refusalOf, unusable } from '../manifest.ts';
import { MAX_MODEL_BYTES, type ModelFile } from '../manifest-parts.ts';
import { type AddOptions, assemble } from './assemble.ts';
import { findModel, type ModelFolders, type ModelPlace, manifestAt, modelPlaces } from './folders.ts';
import { type GraphSignature, readSignature } from './onnx-file.ts';
import { recognise } from './recognise.ts';

/** Larger models are taken on their names and types alone: loading one to see that it runs would take too long. */
const MAX_TRIED_BYTES = 512 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** Files of one model. */
const MAX_FILES = 16;

/** What is added, and what is said of it. */
export interface AddRequest extends Omit<AddOptions, 'id' | 'provenance'> {
  /** A folder with a model's files, or the files. */
  readonly paths: readonly string[];
  /** Null: the folder's or first file's name. */
  readonly id: string | null;
}

/** What was said of a model, with what was not left to its kind of export. */
export function addRequest({
  path: file,
  id,
  title,
  licence,
  bone,
  threshold,
  mmPerPixel,
  white,
  mean,
  std,
}: AddModel): AddRequest {
  return {
    paths: [file],
    id: id ?? null,
    title: title ?? null,
    licence: licence ?? null,
    bone: bone ?? null,
    threshold: threshold ?? null,
    mmPerPixel: mmPerPixel ?? null,
    white: white ?? null,
    mean: mean ?? null,
    std: std ?? null,
  };
}

/** Every model there is, with what is wrong with its manifest. Reads no weights. */
export function listModels(folders: ModelFolders): readonly ModelListing[] {
  return modelPlaces(folders).map((place) => {
    const { id, origin } = place;
    try {
      const { title, kind, licence, provenance, labels, files } = manifestAt(place);
      const bytes = Object.values<ModelFile>(files).reduce((sum, file) => sum + file.bytes, 0);
      return { id, origin, title, kind, licence, provenance, labels, bytes, problem: null, said: null };
    } catch (error) {
      const unknown = { title: id, kind: null, licence: null, provenance: null, labels: [], bytes: null };
      const said = refusalOf(error);
      return { id, origin, ...unknown, problem: inEnglish(said), said };
    }
  });
}

/** Whether every file of the models is the one that its manifest names, and an ONNX model. `id` null: of all models. */
export function verifyModels(folders: ModelFolders, id: string | null): readonly ModelCheck[] {
  const places = id === null ? modelPlaces(folders) : [findModel(folders, id)];
  return places.map((place) => {
    const found = problemsOf(place);
    return { id: place.id, problems: found.map(inEnglish), said: found.length === 0 ? null : series(';', found) };
  });
}

function problemsOf(place: ModelPlace): Saying[] {
  const problems: Saying[] = [];
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      problems.push(refusalOf(error));
    }
  };
  attempt(() => {
    for (const file of Object.values<ModelFile>(manifestAt(place).files)) attempt(() => verifyFile(place.folder, file));
  });
  return problems;
}

/** @throws {ModelRefused} */
function verifyFile(folder: string, { path: name, sha256, bytes }: ModelFile): void {
  const file = path.join(folder, name);
  const found = existsSync(file) ? statSync(file).size : null;
  if (found === null) throw new ModelRefused(say('model.file-missing', { file: name }));
  if (found !== bytes) throw new ModelRefused(say('model.file-size', { file: name, found, expected: bytes }));
  const hash = sha256Of(file);
  if (hash !== sha256) throw new ModelRefused(say('model.file-altered', { file: name, found: hash, expected: sha256 }));
  readSignature(file);
}

/**
 * Recognises a model by what its files take and give, copies them into the user's model folder and has the model run once.
 * Nothing is there before everything is: the copy is made beside and renamed.
 *
 * @throws {ModelRefused} leaving everything as it was.
 */
export async function addModel(folders: ModelFolders, request: AddRequest): Promise<ModelListing> {
  const { user } = folders;
  if (user === null) throw unusable('there is no data directory to add models to');
  const own = ownManifest(request.paths);
  const id = request.id ?? own?.manifest.id ?? idFrom(request.paths[0] ?? '');
  if (findAny(folders, user, id)) {
    throw unusable(`there is a model ${id} already: remove it first, or add this one under another id`);
  }
  mkdirSync(user, { recursive: true });
  const beside = mkdtempSync(path.join(user, '.adding-'));
  try {
    const manifest = own === null ? copyRecognised(request, id, beside) : copyWhole(own, id, beside);
    await tryOut(beside, manifest);
    renameSync(beside, path.join(user, id));
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
  return listModels(folders).find((one) => one.id === id)!;
}

/** @throws {ModelRefused} for a model that came with the product, or is not there. */
export function removeModel(folders: ModelFolders, id: string): void {
  const { folder, origin } = findModel(folders, id);
  if (origin === 'shipped') throw unusable(`${id} came with the product and cannot be removed`);
  // Renamed first: a removal that is interrupted must not leave half a model.
  const beside = path.join(path.dirname(folder), `.removing-${id}-${process.pid}`);
  renameSync(folder, beside);
  rmSync(beside, { recursive: true, force: true });
}

function findAny(folders: ModelFolders, user: string, id: string): boolean {
  return modelPlaces(folders).some((place) => place.id === id) || existsSync(path.join(user, id));
}

interface OwnManifest {
  readonly folder: string;
  readonly manifest: ModelManifest;
}

/** The manifest of a folder that is a model already. */
function ownManifest(paths: readonly string[]): OwnManifest | null {
  const [folder] = paths;
  if (folder === undefined || paths.length !== 1 || !existsSync(path.join(folder, 'model.yaml'))) return null;
  return { folder, manifest: readManifest(folder) };
}

function copyWhole({ folder, manifest }: OwnManifest, id: string, beside: string): ModelManifest {
  for (const file of Object.values<ModelFile>(manifest.files)) {
    verifyFile(folder, file);
    copyWithHash(path.join(folder, file.path), beside);
    verifyFile(beside, file);
  }
  const renamed = { ...manifest, id };
  writeManifest(beside, renamed);
  return renamed;
}

function copyRecognised(request: AddRequest, id: string, beside: string): ModelManifest {
  const known = modelFiles(request.paths).map((file) => ({
    file,
    part: recognise(path.basename(file), sizeChecked(file)),
  }));
  const parts = known.map(({ file, part }) => ({ part, file: copyWithHash(file, beside) }));
  const provenance = `added from ${request.paths.map((each) => path.basename(path.resolve(each))).join(', ')}`;
  const manifest = assemble(parts, { ...request, id, provenance });
  writeManifest(beside, manifest);
  return manifest;
}

/** @throws {ModelRefused} */
function sizeChecked(file: string): GraphSignature {
  const signature = readSignature(file);
  if (signature.bytes > MAX_MODEL_BYTES) {
    throw unusable(
      `model file ${path.basename(file)} has ${signature.bytes} bytes: at most ${MAX_MODEL_BYTES} can be loaded`,
    );
  }
  return signature;
}

/** The .onnx files among the paths, those of folders included. @throws {ModelRefused} */
function modelFiles(paths: readonly string[]): readonly string[] {
  const files = paths.flatMap((each) => {
    if (!existsSync(each)) throw unusable(`${each} is not there`);
    if (!statSync(each).isDirectory()) return [each];
    return readdirSync(each)
      .filter((name) => name.toLowerCase().endsWith('.onnx'))
      .sort()
      .map((name) => path.join(each, name));
  });
  if (files.length === 0) throw unusable(`${paths.join(', ')}: there is no .onnx file`);
  if (files.length > MAX_FILES) throw unusable(`${files.length} .onnx files: a model has at most ${MAX_FILES}`);
  const names = files.map((file) => path.basename(file));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw unusable(`two files are named ${twice}: expected different names`);
  return files;
}

/** `My D-FINE.onnx` -> `my-d-fine`. */
function idFrom(file: string): string {
  const name = path.basename(path.resolve(file)).replace(/\.onnx$/i, '');
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, '-')
    .replace(/^[-.]+|-+$/g, '')
    .slice(0, 64);
  return id === '' ? 'model' : id;
}

/** A name that a manifest may hold: only letters, digits, dots and dashes, ending in .onnx. */
function safeName(file: string): string {
  const stem = path
    .basename(file)
    .replace(/\.onnx$/i, '')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 180);
  return `${stem}.onnx`;
}

function copyWithHash(source: string, folder: string): ModelFile {
  const name = safeName(source);
  const target = path.join(folder, name);
  if (existsSync(target)) throw unusable(`two files would be named ${name}: expected different names`);
  copyFileSync(source, target);
  // Of the copy: what was read before may have changed meanwhile.
  return { path: name, sha256: sha256Of(target), bytes: statSync(target).size };
}

function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

function writeManifest(folder: string, manifest: ModelManifest): void {
  const file = path.join(folder, 'model.yaml');
  writeFileSync(file, `# Written by "ultramotion models add".\n${stringify(manifest)}`);
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Loads the model as the inference process would and runs it once. @throws {ModelRefused} with ONNX Runtime's words. */
async function tryOut(folder: string, manifest: ModelManifest): Promise<void> {
  const bytes = Object.values<ModelFile>(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MAX_TRIED_BYTES) return;
  const options = { intraOpThreads: 2, allowSpinning: false, providers: ['cpu'], device: 0, crashed: [] } as const;
  try {
    await (await openRunner(folder, manifest, options)).warmUp();
  } catch (error) {
    throw unusable(`the model was recognised as ${manifest.kind} but does not run: ${inEnglish(reasonOf(error))}`);
  }
}
