import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { say } from '../../../src-shared/index.ts';
import { type ModelManifest, ModelRefused, readManifest } from '../manifest.ts';

/** Where models lie: those that came with the product, and the user's. */
export interface ModelFolders {
  readonly shipped: string;
  /** Null: there is no data directory. */
  readonly user: string | null;
}

export type ModelOrigin = 'shipped' | 'user';

export interface ModelPlace {
  readonly id: string;
  readonly origin: ModelOrigin;
  readonly folder: string;
}

const MODEL_ID = /^[\w-][\w.-]{0,63}$/;
/** Folders looked at: nobody has as many models. */
const MAX_MODELS = 500;

/** All models that have a manifest, shipped ones first; of two with one id the shipped one counts. */
export function modelPlaces({ shipped, user }: ModelFolders): readonly ModelPlace[] {
  const own = placesIn(shipped, 'shipped');
  const others = user === null ? [] : placesIn(user, 'user');
  return [...own, ...others.filter(({ id }) => !own.some((one) => one.id === id))];
}

function placesIn(folder: string, origin: ModelOrigin): ModelPlace[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => MODEL_ID.test(name) && existsSync(path.join(folder, name, 'model.yaml')))
    .sort()
    .slice(0, MAX_MODELS)
    .map((id) => ({ id, origin, folder: path.join(folder, id) }));
}

/** @throws {ModelRefused} naming the folders that were looked in. */
export function findModel(folders: ModelFolders, id: string): ModelPlace {
  const place = modelPlaces(folders).find((one) => one.id === id);
  if (place === undefined) {
    const { shipped, user } = folders;
    const looked = user === null ? shipped : say('words.and', { first: shipped, second: user });
    throw new ModelRefused(say('model.unknown', { model: id.slice(0, 64), looked }));
  }
  return place;
}

/** The manifest of a model of its folder's name. @throws {ModelRefused} */
export function manifestAt({ id, folder }: ModelPlace): ModelManifest {
  const manifest = readManifest(folder);
  if (manifest.id !== id) {
    throw new ModelRefused(say('model.other-id', { folder, found: manifest.id, expected: id }));
  }
  return manifest;
}

/** @throws {ModelRefused} when there is no such model or its manifest is not one; files are checked when they are loaded. */
export function checkModel(folders: ModelFolders, id: string): void {
  manifestAt(findModel(folders, id));
}
